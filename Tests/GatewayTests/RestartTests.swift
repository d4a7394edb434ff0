// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What outlives the process, and how it ends.
@Suite(.timeLimit(.minutes(5))) struct `A gateway that ends` {
    static let names = ["broke", "poor", "spare"]

    static func stage() throws -> (Stage, [(name: String, upstream: ScriptedUpstream)]) {
        let stage = try Stage()
        let upstreams = [
            ("broke", try stage.provider("broke") { _ in .refuses(401, "Incorrect API key provided.", code: "invalid_api_key") }),
            ("poor", try stage.provider("poor") { _ in Script([.answer(status: 402, headers: [:], body: [])]) }),
            ("spare", try stage.provider("spare", Stage.says("The show goes on."))),
        ]
        return (stage, upstreams)
    }

    static func settings(_ upstreams: [(name: String, upstream: ScriptedUpstream)]) -> String {
        Stage.settings(
            upstreams, fallbacks: ["poor/m", "spare/m"], more: "failover: { blocks: { billing: [3600], auth: [3600] } },")
    }

    @Test func `by kill -9 under load knows its blocks and its receipts at the next start`() async throws {
        let (stage, upstreams) = try Self.stage()
        let first = try await RunningGateway(settings: Self.settings(upstreams))
        var finished: [String] = []
        for _ in 0..<20 {
            let reply = try await first.ask("default")
            #expect(reply.status == 200)
            finished.append(try #require(reply.headers.first("x-understudy-request-id")))
        }
        let blocked = try await first.blocks().map { "\($0["scope"] ?? .null) \($0["until"] ?? .null)" }.sorted()
        #expect(blocked.count == 2)
        // What a request leaves is on disk a moment after it; the power fails while others are under way.
        let last = try await first.receipt(try #require(finished.last))
        #expect(last.outcome == "answered")
        let load = Task { [first] in
            await withTaskGroup(of: [(id: String, at: ContinuousClock.Instant)].self) { group in
                for number in 0..<8 {
                    group.addTask {
                        var answered: [(id: String, at: ContinuousClock.Instant)] = []
                        while !Task.isCancelled, let reply = try? await first.ask("default", stream: number % 2 == 0) {
                            guard reply.status == 200, let id = reply.headers.first("x-understudy-request-id") else { continue }
                            answered.append((id, .now))
                        }
                        return answered
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
        }
        #expect(await eventually { stage.calls(of: "spare") > 400 })
        let killedAt = ContinuousClock.now
        let ended = await first.process.killNow()
        #expect(ended.ending == .signalled(SIGKILL))
        load.cancel()
        // Receipts go to disk in batches of 5 ms: those of the load that had their answer well before the kill are there too.
        let early = await load.value.filter { $0.at < killedAt - .milliseconds(100) }.map(\.id)
        #expect(!early.isEmpty)
        finished += early

        stage.forget()
        let second = try await RunningGateway(settings: nil, home: first.home)
        #expect(second.token == first.token, "clients need no new token")
        #expect(try await second.blocks().map { "\($0["scope"] ?? .null) \($0["until"] ?? .null)" }.sorted() == blocked)
        for id in finished { #expect(try await second.receipt(id).outcome == "answered") }
        #expect(try await second.ask("default").headers.first("x-understudy-attempts") == "1")
        #expect(stage.asked == ["spare/m key-spare"], "the blocked ones are not asked")
        await second.stop()
    }

    @Test func `by SIGTERM finishes the stream that runs, takes no new client, and exits with 0`() async throws {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            .says("One two three four five six seven eight.", to: asked, pace: .milliseconds(150))
        }
        let gateway = try await RunningGateway(settings: Stage.settings([("stage", upstream)]))
        async let streaming = gateway.ask("default", stream: true)
        #expect(await eventually { !upstream.asked.isEmpty })
        gateway.process.signal(SIGTERM)
        _ = try await gateway.process.line(containing: "Stopping", on: .error)
        #expect(await eventually { (try? await gateway.get("/health")) == nil })
        let reply = try await streaming
        #expect(reply.content == "One two three four five six seven eight.")
        #expect(reply.hasTerminator)
        let finished = await gateway.process.finished()
        #expect(finished.ending == .exited(0))
        let id = try #require(reply.headers.first("x-understudy-request-id"))
        let second = try await RunningGateway(settings: nil, home: gateway.home)
        #expect(try await second.receipt(id).outcome == "answered")
        await second.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `and meets a new key at its start has forgotten the old one's block at the next start, too`() async throws {
        let stage = try Stage()
        let upstreams = [
            (
                "broke",
                try stage.provider("broke") { asked in
                    asked.key == "key-good"
                        ? .says("The lead is back.", to: asked, pace: .zero)
                        : .refuses(401, "This API key has been revoked.", code: "invalid_api_key")
                }
            ),
            ("spare", try stage.provider("spare", Stage.says("The show goes on."))),
        ]
        let settings = Stage.settings(upstreams, fallbacks: ["spare/m"])
        let first = try await RunningGateway(settings: settings)
        _ = try await first.ask("default")
        #expect(try await first.blocks().count == 1)
        await first.stop()
        let second = try await RunningGateway(settings: settings.replacing("key-broke", with: "key-good"), home: first.home)
        #expect(try await second.blocks().isEmpty)
        // Nobody asks it anything.
        await second.stop()
        let third = try await RunningGateway(settings: nil, home: first.home)
        #expect(try await third.blocks().isEmpty)
        #expect(try await third.ask("default").content == "The lead is back.")
        await third.stop()
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `without anything under way ends at once`(signal: Int32) async throws {
        let (stage, upstreams) = try Self.stage()
        let gateway = try await RunningGateway(settings: Self.settings(upstreams))
        // An idle kept connection is no reason to wait.
        let connection = try await onThread { [port = gateway.port] in
            let connection = try RawConnection(port: port)
            try connection.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = connection.read { $0.hasSuffix("}") }
            return connection
        }
        let time = await ContinuousClock().measure {
            gateway.process.signal(signal)
            let finished = await gateway.process.finished()
            #expect(finished.ending == .exited(0), "\(finished.error)")
        }
        #expect(time < .seconds(5))
        withExtendedLifetime((stage, connection)) {}
    }

    // MARK: A state that cannot be kept

    @Test(arguments: ["garbage", "half", "empty"])
    func `begins a new database where the old one is damaged, and keeps the old one`(damage: String) async throws {
        let (stage, upstreams) = try Self.stage()
        let first = try await RunningGateway(settings: Self.settings(upstreams))
        for _ in 0..<5 { _ = try await first.ask("default") }
        await first.stop()
        let folder = first.home.path + "/.understudy"
        let file = try #require(Self.databaseFile(in: folder))
        try Self.spoil(file, damage)
        let second = try await RunningGateway(settings: nil, home: first.home)
        let reply = try await second.ask("default")
        #expect(reply.content == "The show goes on.")
        #expect(try await second.receipt(of: reply).outcome == "answered")
        if damage != "empty" {
            #expect(StateFiles.names(in: folder).contains { $0.contains("corrupt") }, "\(StateFiles.names(in: folder))")
        }
        await second.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `serves though its state folder cannot be written`() async throws {
        let (stage, upstreams) = try Self.stage()
        let first = try await RunningGateway(settings: Self.settings(upstreams))
        _ = try await first.ask("default")
        let folder = first.home.path + "/.understudy"
        // A folder of that name in the database's place: not even root can open it.
        await first.stop()
        let file = try #require(Self.databaseFile(in: folder))
        for ending in ["", "-wal", "-shm"] { unlink(file + ending) }
        mkdir(file, 0o700)
        mkdir(file + "/full", 0o700)
        let second = try await RunningGateway(settings: nil, home: first.home)
        for _ in 0..<3 { #expect(try await second.ask("default").content == "The show goes on.") }
        let finished = await second.process.stop()
        #expect(finished.ending == .exited(0))
        #expect(finished.error.split(separator: "\n").count { $0.contains("store") && $0.contains("rror") } <= 4, "\(finished.error)")
        withExtendedLifetime(stage) {}
    }

    static func databaseFile(in folder: String) -> String? {
        StateFiles.names(in: folder).first { $0 == "understudy.sqlite" }.map { folder + "/" + $0 }
    }

    static func spoil(_ path: String, _ damage: String) throws {
        let size = damage == "half" ? 6000 : 0
        try #require(truncate(path, off_t(size)) == 0)
        guard damage != "empty", let file = fopen(path, damage == "half" ? "r+" : "w") else { return }
        defer { fclose(file) }
        let bytes = [UInt8](repeating: 0x58, count: 5000)
        if damage == "half" { fseek(file, 200, SEEK_SET) }
        fwrite(bytes, 1, bytes.count, file)
    }
}
