// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// Status and type of a request that nobody answered, as each API has them (docs/wire/*.md, "Errors").
@Suite(.timeLimit(.minutes(5))) struct `A request that nobody answers` {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Of the two upstreams.
        var one: Script
        var two: Script
        /// Status and type, of the wires in the order of `PlayedWire`.
        var told: [(status: Int, kind: String)]
        var hasTime = true
    }

    static let overload = Script.refuses(529, "Overloaded", type: "overloaded_error")
    static let rows = [
        Row(
            testDescription: "overloaded everywhere", one: overload, two: .refuses(503, "The engine is currently overloaded"),
            told: [
                (503, "service_unavailable_error"), (503, "service_unavailable_error"), (529, "overloaded_error"), (503, "UNAVAILABLE"),
            ]),
        Row(
            testDescription: "overloaded and broken", one: overload, two: .refuses(500, "Internal error"),
            told: [(503, "service_unavailable_error"), (503, "service_unavailable_error"), (503, "api_error"), (503, "UNAVAILABLE")]),
        Row(
            testDescription: "limited everywhere", one: .refuses(429, "Rate limit reached"), two: .refuses(429, "Rate limit reached"),
            told: [(429, "rate_limit_error"), (429, "rate_limit_error"), (429, "rate_limit_error"), (429, "RESOURCE_EXHAUSTED")]),
        Row(
            testDescription: "unknown everywhere", one: .refuses(404, "The model `m` does not exist", code: "model_not_found"),
            two: .refuses(404, "The model `m` does not exist", code: "model_not_found"),
            told: [(404, "invalid_request_error"), (404, "invalid_request_error"), (404, "not_found_error"), (404, "NOT_FOUND")],
            hasTime: false),
    ]

    @Test(arguments: rows) func `is refused as each API does:`(row: Row) async throws {
        let stage = try Stage()
        let upstreams = [("one", try stage.provider("one") { _ in row.one }), ("two", try stage.provider("two") { _ in row.two })]
        for (wire, told) in zip(PlayedWire.allCases, row.told) {
            let gateway = try await RunningGateway(settings: Stage.settings(upstreams, fallbacks: ["two/m"]))
            // The second time there are blocks, and nobody is asked.
            for _ in 0..<2 {
                let reply = try await gateway.send(
                    .post, wire.path("default", streaming: false), headers: wire.keyHeader(gateway.token), body: wire.request("default"),
                    authorized: false)
                let error = wire.error(in: reply.json)
                #expect(reply.status == told.status && error.kind == told.kind, "\(wire): \(reply.text)")
                #expect((reply.headers.first("retry-after").flatMap { Int($0) } ?? 0 > 0) == row.hasTime, "\(wire): \(reply.text)")
                #expect(reply.headers.first("x-should-retry") == "false")
                if wire == .gemini { #expect(reply.json["error"]?["code"]?.int == reply.status) }
                let receipt = try await gateway.receipt(of: reply)
                #expect(receipt["outcome"]?["status"]?.int == told.status, "\(receipt)")
            }
            await gateway.stop()
        }
        withExtendedLifetime(stage) {}
    }

    @Test(arguments: [PlayedWire.messages, .gemini, .responses])
    func `is told at once that nobody counts its tokens, and what to do`(wire: PlayedWire) async throws {
        let stage = try Stage()
        let chat = try stage.provider("chat", Stage.says("I count nothing."))
        let gateway = try await RunningGateway(settings: Stage.settings([("chat", chat), ("more", chat)], fallbacks: ["more/m"]))
        let paths: [PlayedWire: String] = [
            .messages: "/v1/messages/count_tokens", .gemini: "/v1beta/models/default:countTokens", .responses: "/v1/responses/input_tokens",
        ]
        let reply = try await gateway.send(
            .post, try #require(paths[wire]), headers: wire.keyHeader(gateway.token), body: wire.request("default"), authorized: false)
        let error = wire.error(in: reply.json)
        let kinds: [PlayedWire: String] = [
            .messages: "invalid_request_error", .gemini: "INVALID_ARGUMENT", .responses: "invalid_request_error",
        ]
        #expect(reply.status == 400 && error.kind == kinds[wire], "\(reply.text)")
        #expect(
            error.message?.contains("Nobody in the chain counts tokens") == true && error.message?.contains("anthropic-messages") == true)
        #expect(reply.headers.first("x-should-retry") == "false" && reply.headers.first("retry-after") == nil)
        #expect(chat.asked.isEmpty)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}
