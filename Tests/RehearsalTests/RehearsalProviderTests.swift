// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// The provider that plays when there is no other.
@Suite(.timeLimit(.minutes(1))) struct `The rehearsal provider` {
    static func ask(_ model: String, stream: Bool = false) async throws -> BlockingHTTP.Reply {
        let loops = try EventLoopGroup(count: 1)
        defer { loops.stop() }
        let rehearsal = try RehearsalProvider(on: loops, log: LogCapture().logger())
        let provider = try #require(rehearsal.provider)
        let url = provider.baseURL.appending("/chat/completions")
        let body = JSONWriter.compact(["model": .string(model), "stream": .bool(stream), "messages": []])
        let reply = try await onThread { try BlockingHTTP.request(method: .post, url: url, body: body) }
        await rehearsal.stop()
        return reply
    }

    @Test func `needs no key and lists whom it can play`() async throws {
        let loops = try EventLoopGroup(count: 1)
        defer { loops.stop() }
        let rehearsal = try RehearsalProvider(on: loops, log: LogCapture().logger())
        let provider = try #require(rehearsal.provider)
        #expect(provider.id == RehearsalProvider.id && !provider.needsCredential && provider.baseURL.isLocal)
        #expect(provider.models.map(\.id) == ["star", "understudy"] + Fault.all.map(\.name))
        await rehearsal.stop()
    }

    @Test(arguments: ["star", "understudy"], [false, true])
    func `answers as`(model: String, stream: Bool) async throws {
        let reply = try await Self.ask(model, stream: stream)
        #expect(reply.status == 200)
        #expect(reply.headers.first("content-type") == (stream ? "text/event-stream" : "application/json"))
        #expect(String(decoding: reply.body, as: UTF8.self).contains("well") == (model == "star"))
    }

    @Test(arguments: [
        ("402-no-body", 402), ("429-rate", 429), ("401-bad-key", 401), ("400-invalid", 400), ("500-error", 500), ("html-page", 502),
        ("error-in-200", 200), ("empty-reply", 200), ("nobody", 404),
    ])
    func `fails on cue:`(model: String, status: Int) async throws {
        let reply = try await Self.ask(model)
        #expect(reply.status == status)
        #expect(reply.body.isEmpty == ["402-no-body", "empty-reply"].contains(model))
    }
}
