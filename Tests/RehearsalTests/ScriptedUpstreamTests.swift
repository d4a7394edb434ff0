// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// What a script's acts are on the socket.
@Suite(.timeLimit(.minutes(5))) struct `A scripted upstream` {
    static let request =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer key-1\r\nContent-Length: 30\r\n\r\n"
        + #"{"model":"lead","stream":true}"#

    /// The bytes that a client gets.
    static func play(_ acts: [Script.Act], until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }) async throws -> String {
        let loops = try EventLoopGroup(count: 1)
        defer { loops.stop() }
        let upstream = try ScriptedUpstream(on: loops, log: LogCapture().logger()) { _ in Script(acts) }
        let text = try await onThread { [port = upstream.port] in
            let connection = try RawConnection(port: port)
            try connection.send(Self.request)
            return connection.read(until: isEnough)
        }
        await upstream.stop()
        return text
    }

    static func body(_ text: String) -> String { text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? "" }

    @Test func `answers whole, with a length`() async throws {
        let text = try await Self.play(
            [.answer(status: 429, headers: ["retry-after": "7"], body: Array("slow down".utf8))], until: { $0.hasSuffix("slow down") })
        #expect(text.hasPrefix("HTTP/1.1 429 Too Many Requests\r\n"))
        #expect(text.contains("retry-after: 7\r\n") && text.contains("content-length: 9\r\n"))
        #expect(Self.body(text) == "slow down")
    }

    @Test func `streams in chunks, each act as it comes`() async throws {
        let text = try await Self.play(
            [
                .begin(status: 200, headers: Script.eventStream), .bytes(Array("data: a\n\n".utf8)), .wait(.milliseconds(5)),
                .bytes(Array("data: b\n\n".utf8)), .end,
            ], until: { $0.hasSuffix("0\r\n\r\n") })
        #expect(text.contains("transfer-encoding: chunked\r\n"))
        #expect(Self.body(text) == "9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\n0\r\n\r\n")
    }

    @Test(arguments: [false, true])
    func `ends in the middle of a stream`(byReset: Bool) async throws {
        let text = try await Self.play([
            .begin(status: 200, headers: Script.eventStream), .bytes(Array("data: a\n\n".utf8)), byReset ? .reset : .cut,
        ])
        // A reset may take what was sent with it.
        #expect(byReset || Self.body(text) == "9\r\ndata: a\n\n\r\n")
        #expect(!text.contains("0\r\n\r\n"), "the chunks have no end")
    }

    @Test func `breaks a connection instead of answering`() async throws {
        for act in [Script.Act.reset, .cut] { #expect(try await Self.play([act]).isEmpty) }
    }

    @Test func `says what is no HTTP`() async throws {
        #expect(try await Self.play([.raw(Array("SSH-2.0-x\r\n".utf8)), .cut]) == "SSH-2.0-x\r\n")
    }

    @Test func `stalls until its client leaves, and counts that`() async throws {
        let loops = try EventLoopGroup(count: 1)
        defer { loops.stop() }
        let upstream = try ScriptedUpstream(on: loops, log: LogCapture().logger(), keeps: 2) { _ in Script([.stall]) }
        var connection: RawConnection? = try await onThread { [port = upstream.port] in
            let connection = try RawConnection(port: port)
            try connection.send(Self.request)
            return connection
        }
        #expect(await eventually { !upstream.asked.isEmpty })
        let asked = try #require(upstream.asked.first)
        #expect(asked.path == "/v1/chat/completions" && asked.key == "key-1" && asked.model == "lead" && asked.streaming)
        #expect(upstream.abandoned == 0 && upstream.connections == 1)
        withExtendedLifetime(connection) {}
        connection = nil
        #expect(await eventually { upstream.abandoned == 1 })
        await upstream.stop()
        #expect(upstream.connections == 0)
    }

    @Test func `keeps the last requests only`() async throws {
        let loops = try EventLoopGroup(count: 1)
        defer { loops.stop() }
        let upstream = try ScriptedUpstream(on: loops, log: LogCapture().logger(), keeps: 2) { .says("Yes.", to: $0) }
        for model in ["a", "b", "c"] {
            let body = Array(#"{"model":"\#(model)"}"#.utf8)
            let url = upstream.baseURL + "/chat/completions"
            let reply = try await onThread { try BlockingHTTP.request(method: .post, url: url, body: body) }
            #expect(reply.status == 200)
        }
        #expect(upstream.asked.map(\.model) == ["b", "c"])
        upstream.forget()
        #expect(upstream.asked.isEmpty)
        await upstream.stop()
    }
}
