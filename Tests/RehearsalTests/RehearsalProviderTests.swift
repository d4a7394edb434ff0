// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Rehearsal
import TestSupport
import Testing
import Transport

/// The provider that plays when there is no other.
@Suite(.timeLimit(.minutes(5))) struct `The rehearsal provider` {
    static func ask(_ model: String, of id: ProviderID = RehearsalProvider.id, stream: Bool = false) async throws -> BlockingHTTP.Reply {
        let loops = try EventLoopGroup(count: 1)
        defer { loops.stop() }
        let rehearsal = try RehearsalProvider(on: loops, log: LogCapture().logger())
        let provider = try #require(rehearsal.providers.first { $0.id == id })
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
        let providers = rehearsal.providers
        #expect(providers.map(\.id) == ["rehearsal", "standby"])
        #expect(providers.allSatisfy { !$0.needsCredential && $0.baseURL.isLocal })
        #expect(providers.map { $0.models.map(\.id) } == [["star"] + Fault.all.map(\.name), ["understudy"]])
        #expect(Set(providers.map(\.baseURL.endpoint)).count == 2, "one of them must be reachable when the other is not")
        await rehearsal.stop()
    }

    @Test(arguments: [RehearsalProvider.star, RehearsalProvider.understudy], [false, true])
    func `answers as`(ref: ModelRef, stream: Bool) async throws {
        let reply = try await Self.ask(ref.model, of: ref.provider, stream: stream)
        #expect(reply.status == 200)
        #expect(reply.headers.first("content-type") == (stream ? "text/event-stream" : "application/json"))
        #expect(String(decoding: reply.body, as: UTF8.self).contains("well") == (ref == RehearsalProvider.star))
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
