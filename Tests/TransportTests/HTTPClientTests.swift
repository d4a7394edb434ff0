// SPDX-License-Identifier: Apache-2.0
import HTTP
import Synchronization
import TestSupport
import Testing
import Transport

/// What every `HTTPClient` must do, tried on the one that exists.
@Suite(.timeLimit(.minutes(5))) struct `A client` {
    @Test func `brings a whole reply`() async throws {
        let rig = try Rig()
        let reply = await rig.ask(ClientRequest(url: rig.url + "/x", headers: ["x-a": "b"], body: Array("hello".utf8)))
        #expect(reply.status == 200)
        #expect(reply.text == "POST /x 5\nhello")
        #expect(reply.problem == nil)
    }

    @Test func `reuses its connection`() async throws {
        let rig = try Rig()
        let first = await rig.ask(ClientRequest(method: .get, url: rig.url + "/x"))
        let second = await rig.ask(ClientRequest(method: .get, url: rig.url + "/y"))
        #expect(!first.times.isReusedConnection)
        #expect(second.times.isReusedConnection)
        let fresh = await rig.ask(ClientRequest(method: .get, url: rig.url + "/z", onFreshConnection: true))
        #expect(!fresh.times.isReusedConnection)
        #expect(fresh.text == "GET /z 0\n")
    }

    @Test(arguments: [0, 1, 1000, 70_000, 1_000_000]) func `sends a body of any size`(size: Int) async throws {
        let rig = try Rig()
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 % 90 + 33) }
        let reply = await rig.ask(ClientRequest(url: rig.url + "/x", body: body))
        #expect(reply.body.dropFirst("POST /x \(size)\n".utf8.count).elementsEqual(body))
    }

    @Test func `passes a stream on as it comes`() async throws {
        let rig = try Rig()
        let reply = await rig.ask(ClientRequest(method: .get, url: rig.url + "/stream"))
        #expect(reply.parts >= 2)
        #expect(reply.text == (0..<5).map { "data: \($0)\n\n" }.joined())
    }

    @Test func `tells a refusal's status and headers`() async throws {
        let rig = try Rig()
        let reply = await rig.ask(ClientRequest(url: rig.url + "/status"))
        #expect(reply.status == 503)
        #expect(reply.headers.first("retry-after") == "7")
        #expect(reply.text == "busy")
    }

    @Test(arguments: [
        ("/cut", ClientProblem.truncated), ("/reset", .reset(reused: false, "")), ("/reset-later", .truncatedByReset), ("/short", .short),
    ])
    func `tells how a connection broke`(path: String, expected: ClientProblem) async throws {
        let rig = try Rig()
        let reply = await rig.ask(ClientRequest(url: rig.url + path))
        switch (reply.problem, expected) {
        case (.truncated, .truncated), (.reset, .reset), (.truncatedByReset, .truncatedByReset), (.short, .short): break
        default: Issue.record("\(String(describing: reply.problem)) instead of \(expected)")
        }
    }

    @Test func `does not take nonsense for a reply`() async throws {
        let rig = try Rig()
        let reply = await rig.ask(ClientRequest(url: rig.url + "/raw"))
        #expect(reply.problem != nil)
        #expect(reply.status == 0)
    }

    @Test func `tells that nobody listens`() async throws {
        let rig = try Rig()
        // A port below 1024 that no test can have taken; one that was just given up may be another test's by now.
        let reply = await rig.ask(ClientRequest(url: "http://127.0.0.1:1/x"))
        #expect(reply.problem == .refused)
    }

    @Test func `tells that a name does not resolve`() async throws {
        let rig = try Rig()
        let reply = await rig.ask(ClientRequest(url: "http://nowhere.invalid/x"))
        #expect(reply.problem == .dns)
    }

    @Test func `tells that TLS is not spoken`() async throws {
        let rig = try Rig()
        let reply = await rig.ask(ClientRequest(url: "https://127.0.0.1:\(rig.server.port)/x", bypassesProxy: true))
        guard case .tls = reply.problem else {
            Issue.record("\(String(describing: reply.problem))")
            return
        }
    }

    @Test func `cancels at once and tells nobody more`() async throws {
        let rig = try Rig()
        let collector = Collector()
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            rig.loop.execute {
                collector.onBody = {
                    collector.call?.cancel()
                    done.resume()
                }
                collector.call = rig.client.start(ClientRequest(method: .get, url: rig.url + "/stall"), collector)
            }
        }
        _ = await eventually(within: .seconds(30)) { rig.server.service.left.load(ordering: .relaxed) > 0 }
        #expect(rig.server.service.left.load(ordering: .relaxed) == 1)
        #expect(!collector.hasEnded)
    }

    @Test func `stops reading while paused and loses nothing`() async throws {
        let rig = try Rig()
        let collector = Collector()
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            rig.loop.execute {
                collector.onEnd = { done.resume() }
                collector.onBody = {
                    collector.onBody = nil
                    collector.call?.pause()
                    Task(executorPreference: rig.loop) {
                        await rig.loop.sleep(for: .milliseconds(50))
                        collector.call?.resume()
                    }
                }
                collector.call = rig.client.start(ClientRequest(method: .get, url: rig.url + "/large"), collector)
            }
        }
        #expect(collector.reply.body.count == 200 * (16 << 10))
    }

    @Test func `keeps many calls apart`() async throws {
        let rig = try Rig()
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let reply = await rig.ask(ClientRequest(url: rig.url + "/\(number)", body: Array("\(number)".utf8)))
                    return reply.text == "POST /\(number) \("\(number)".count)\n\(number)"
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
