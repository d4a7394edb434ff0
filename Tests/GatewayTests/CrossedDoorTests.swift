// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// Every door onto providers of every wire, over the built gateway.
@Suite(.timeLimit(.minutes(5)), Shared<WireScene>()) struct `A door onto any provider` {
    @Test(arguments: PlayedWire.allCases, PlayedWire.allCases)
    func `says what the provider said, whole and streamed`(client: PlayedWire, upstream: PlayedWire) async throws {
        let gateway = try WireScene.current.gateway
        let model = "\(upstream)/m"
        for streaming in [false, true] {
            let reply = try await gateway.send(
                .post, client.path(model, streaming: streaming), headers: client.keyHeader(gateway.token),
                body: client.request(model, streaming: streaming), authorized: false)
            #expect(reply.status == 200, "\(reply.text)")
            let said = streaming ? reply.events.compactMap { client.text(of: $0) }.joined() : client.text(of: reply.json)
            #expect(said?.hasPrefix("The show goes on.") == true, "streaming \(streaming): \(reply.text)")
            let receipt = try await gateway.receipt(of: reply)
            #expect(receipt.outcome == "answered" && receipt["wire"]?.string == client.rawValue, "\(receipt)")
        }
    }

    /// A line break within what an event repeats would end it.
    @Test(arguments: [PlayedWire.chat, .messages])
    func `keeps a stream's events whole though the request was written on many lines`(upstream: PlayedWire) async throws {
        let gateway = try WireScene.current.gateway
        let body = """
            {
              "model": "\(upstream)/m", "stream": true, "input": "Who?",
              "tools": [
                { "type": "function", "name": "f",\r
                  "parameters": { "type": "object",
                    "properties": {} } }
              ]
            }
            """
        let reply = try await gateway.send(.post, "/v1/responses", body: Array(body.utf8))
        #expect(reply.status == 200 && reply.events.last?["type"] == "response.completed", "\(reply.text)")
        #expect(reply.events.last?["response"]?["tools"]?[0]?["name"] == "f")
        #expect(reply.events.map { $0["sequence_number"]?.int } == Array(0..<reply.events.count), "\(reply.text)")
    }

    @Test func `keeps a stream's events whole though a call's arguments were written on many lines`() async throws {
        let stage = try Stage()
        let arguments = "{\n  \"city\": \"Rome\",\r\n  \"days\": 2\n}"
        let upstream = try stage.provider("caller") { _ in
            let call: JSONValue = [
                "index": 0, "id": "c1", "type": "function", "function": ["name": "f", "arguments": .string(arguments)],
            ]
            return Script([
                .begin(status: 200, headers: Script.eventStream),
                .bytes(Script.event("m", delta: ["role": "assistant", "tool_calls": [call]])),
                .bytes(Script.event("m", delta: [:], finish: "tool_calls")), .bytes(Script.done), .end,
            ])
        }
        let gateway = try await RunningGateway(settings: Stage.settings([("caller", upstream)]))
        let reply = try await gateway.send(
            .post, PlayedWire.gemini.path("caller/m", streaming: true), headers: PlayedWire.gemini.keyHeader(gateway.token),
            body: PlayedWire.gemini.request("caller/m", streaming: true), authorized: false)
        let calls = reply.events.compactMap { $0["candidates"]?[0]?["content"]?["parts"]?[0]?["functionCall"]?["args"] }
        #expect(calls == [["city": "Rome", "days": 2]], "\(reply.text)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test(arguments: PlayedWire.allCases)
    func `refuses in its own words, with the receipt and when to come again`(client: PlayedWire) async throws {
        let stage = try Stage()
        let busy = try stage.provider("busy") { _ in
            .refuses(429, "Rate limit reached", code: "rate_limit_exceeded", headers: ["retry-after": "30"])
        }
        let gateway = try await RunningGateway(settings: Stage.settings([("busy", busy)]))
        let reply = try await gateway.send(
            .post, client.path("busy/m", streaming: false), headers: client.keyHeader(gateway.token), body: client.request("busy/m"),
            authorized: false)
        let kinds: [PlayedWire: String] = [
            .chat: "rate_limit_error", .responses: "rate_limit_error", .messages: "rate_limit_error", .gemini: "RESOURCE_EXHAUSTED",
        ]
        let error = client.error(in: reply.json)
        #expect(reply.status == 429 && error.kind == kinds[client], "\(reply.text)")
        #expect(error.receipt?["id"]?.string == reply.headers.first("x-understudy-request-id"), "\(reply.text)")
        #expect(error.receipt?["attempts"]?[0]?["failure"]?["reason"] == "rate_limit", "\(reply.text)")
        #expect(reply.headers.first("retry-after").flatMap { Int($0) }.map { (1...31).contains($0) } == true)
        #expect(reply.headers.first("x-should-retry") != nil)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}

/// What is asked besides an answer.
@Suite(.timeLimit(.minutes(5))) struct `Doors beside the answers` {
    @Test func `count tokens and embed where the wire has it`() async throws {
        let stage = try Stage()
        func provider(_ name: String, _ body: JSONValue) throws -> ScriptedUpstream {
            try stage.provider(name) { _ in Script([.answer(status: 200, headers: Script.json, body: JSONWriter.compact(body))]) }
        }
        let upstreams: [(wire: PlayedWire, upstream: ScriptedUpstream)] = [
            (
                .chat,
                try provider(
                    "chat",
                    [
                        "object": "list", "model": "m", "data": [["object": "embedding", "index": 0, "embedding": [0.25, -1]]],
                        "usage": ["prompt_tokens": 1, "total_tokens": 1],
                    ])
            ),
            (.responses, try provider("responses", ["object": "response.input_tokens", "input_tokens": 11])),
            (.messages, try provider("messages", ["input_tokens": 12])),
            (.gemini, try provider("gemini", ["totalTokens": 13])),
        ]
        let providers = upstreams.map { wire, upstream in
            #"\#(wire): { baseUrl: "\#(upstream.baseURL)", api: "\#(wire.rawValue)", apiKey: "k", models: [{ id: "m" }] }"#
        }
        let gateway = try await RunningGateway(
            settings: """
                {
                  models: { mode: "replace", providers: { \(providers.joined(separator: ", ")) } },
                  agents: { defaults: { model: { primary: "chat/m", fallbacks: [] } } },
                }
                """)
        let embedded = try await gateway.send(
            .post, "/v1/embeddings", body: JSONWriter.compact(["model": "chat/m", "input": "Who?"]))
        #expect(embedded.status == 200 && embedded.json["data"]?[0]?["embedding"] == [0.25, -1], "\(embedded.text)")
        #expect(upstreams[0].upstream.asked.last?.path == "/v1/embeddings")
        let rows: [(path: String, wire: PlayedWire, member: String, count: Int)] = [
            ("/v1/responses/input_tokens", .responses, "input_tokens", 11), ("/v1/messages/count_tokens", .messages, "input_tokens", 12),
            ("/v1beta/models/gemini/m:countTokens", .gemini, "totalTokens", 13),
        ]
        for row in rows {
            let reply = try await gateway.send(.post, row.path, body: row.wire.request("\(row.wire)/m"))
            #expect(reply.status == 200 && reply.json[row.member]?.int == row.count, "\(row.path): \(reply.text)")
        }
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}
