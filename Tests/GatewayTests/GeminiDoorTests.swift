// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// What is the Gemini API's alone: the model in the path, the key in the query, streams as arrays.
@Suite(.timeLimit(.minutes(5)), Shared<WireScene>()) struct `The Gemini API's door` {
    @Test(
        arguments: [
            ("/v1beta/models/gemini/m:generateContent", "gemini/m"), ("/v1beta/models/gemini%2Fm:generateContent", "gemini/m"),
            ("/v1beta/models/gemini%2fm%3AgenerateContent", "gemini/m"), ("/v1alpha/models/gemini/m:generateContent", "gemini/m"),
            ("/v1/models/gemini/m:generateContent", "gemini/m"), ("/models/gemini/m:generateContent", "gemini/m"),
            ("/v1beta/models/models/gemini/m:generateContent", "gemini/m"), ("/v1beta/tunedModels/gemini/m:generateContent", "gemini/m"),
            ("/v1beta/models/gemini/a%2Fb%20c:generateContent", "gemini/a/b c"),
            ("/v1beta/models/gemini/m@gemini:default:generateContent", "gemini/m@gemini:default"),
        ])
    func `finds the model in the path`(path: String, model: String) async throws {
        let gateway = try WireScene.current.gateway
        let reply = try await gateway.send(.post, path, body: PlayedWire.gemini.request(""))
        let id = try #require(reply.headers.first("x-understudy-request-id"), "\(reply.status) \(reply.text)")
        #expect(try await gateway.receipt(id)["requested_model"]?.string == model, "\(reply.text)")
    }

    @Test(
        arguments: [
            "/v1beta/models/:generateContent", "/v1beta/models/gemini/m:embedAll", "/v1beta/models/%ZZ:generateContent",
            "/v1beta/models/%ff:generateContent", "/v1beta/models/gemini/m:generateContent%2", "/v1beta/models/", "/v1beta/", "/v1beta",
        ])
    func `serves nothing at a path that names no model or no method`(path: String) async throws {
        let gateway = try WireScene.current.gateway
        let reply = try await gateway.send(.post, path, body: PlayedWire.gemini.request(""))
        #expect(reply.status == (path.contains("/:") ? 400 : 404), "\(reply.text)")
        #expect(reply.error["code"]?.int == reply.status && reply.error["status"]?.string != nil, "\(reply.text)")
    }

    @Test func `says which methods a model has where it has not the one that is asked`() async throws {
        let gateway = try WireScene.current.gateway
        for method in ["embedContent", "batchEmbedContents", "predict", "%1b%5b31m", String(repeating: "m", count: 2000)] {
            let path = "/v1beta/models/gemini/m:\(method)"
            let reply = try await gateway.send(.post, path, body: PlayedWire.gemini.request(""))
            #expect(reply.status == 404 && reply.error["status"] == "NOT_FOUND", "\(reply.text)")
            let message = try #require(reply.error["message"]?.string)
            #expect(message.contains("generateContent") && message.contains("/v1/embeddings") && message.utf8.count < 500, "\(message)")
            #expect(!reply.text.utf8.contains(0x1B))
            // A model's own name may have a colon, so other methods find what they always did.
            #expect(try await gateway.send(.delete, path).status == 405)
        }
    }

    @Test(arguments: ["%00", "%0A", "%1b[31m", "..%2F..%2Fetc", String(repeating: "m", count: 2000)])
    func `refuses a name that can be none`(name: String) async throws {
        let gateway = try WireScene.current.gateway
        let reply = try await gateway.send(.post, "/v1beta/models/gemini/x\(name):generateContent", body: PlayedWire.gemini.request(""))
        // A provider may have models of any name; nothing may break out of the path or the message.
        #expect([200, 400, 404].contains(reply.status), "\(reply.text)")
        #expect(!reply.text.utf8.contains(0x1B))
        for asked in try WireScene.current.upstream(of: .gemini).asked {
            #expect(asked.path.hasPrefix("/v1/models/") && !asked.path.contains("/../") && !asked.path.contains("\n"), "\(asked.path)")
        }
    }

    @Test func `takes the key from the query, for its own paths only, and shows it nowhere`() async throws {
        let gateway = try await RunningGateway(settings: nil, arguments: ["--verbose"])
        let token = gateway.token
        var seen = ""
        let rows: [(path: String, status: Int)] = [
            ("/v1beta/models?key=\(token)", 200), ("/v1beta/models?pageSize=1&key=\(token)", 200), ("/v1beta/models?key=\(token)x", 401),
            ("/v1beta/models?key=", 401), ("/v1beta/models?key=%ZZ", 401), ("/v1/models?key=\(token)", 401),
            ("/api/receipts?key=\(token)", 401),
        ]
        for (path, status) in rows {
            let reply = try await gateway.send(.get, path, authorized: false)
            #expect(reply.status == status, "\(path): \(reply.text)")
            seen += reply.text
        }
        let path = "/v1beta/models/nobody/m:generateContent?key=\(token)"
        let refused = try await gateway.send(.post, path, body: PlayedWire.gemini.request(""), authorized: false)
        #expect(refused.status == 404)
        seen += refused.text + JSONWriter.string(try await gateway.receipt(of: refused))
        let finished = await gateway.process.stop()
        seen += finished.out + finished.error
        #expect(!seen.contains(token))
    }

    @Test func `streams the elements of an array, unless it is asked for events`() async throws {
        let gateway = try WireScene.current.gateway
        let path = "/v1beta/models/gemini/m:streamGenerateContent"
        for query in ["", "?alt=json", "?alt="] {
            let reply = try await gateway.send(.post, path + query, body: PlayedWire.gemini.request(""))
            #expect(reply.headers.first("content-type")?.hasPrefix("application/json") == true)
            let elements = try #require(reply.json.array, "\(reply.text)")
            #expect(elements.count == 4)
            #expect(elements.compactMap { PlayedWire.gemini.text(of: $0) }.joined() == "The show goes on.", "\(reply.text)")
        }
        let events = try await gateway.send(.post, path + "?alt=sse", body: PlayedWire.gemini.request(""))
        #expect(events.headers.first("content-type")?.hasPrefix("text/event-stream") == true)
        #expect(events.events.count == 4)
    }

    @Test func `ends an array that broke with the error as its last element`() async throws {
        let stage = try Stage()
        let weak = try stage.provider("weak") { _ in
            let script = PlayedWire.gemini.says("It breaks off half-way here.", streaming: true)
            return Script(Array(script.acts.prefix(3)) + [.cut])
        }
        let gateway = try await RunningGateway(
            settings: """
                {
                  failover: { midStream: "error" },
                  models: { mode: "replace", providers: {
                    weak: { baseUrl: "\(weak.baseURL)", api: "google-generative-ai", apiKey: "k", models: [{ id: "m" }] },
                  } },
                  agents: { defaults: { model: { primary: "weak/m", fallbacks: [] } } },
                }
                """)
        let reply = try await gateway.send(
            .post, "/v1beta/models/weak/m:streamGenerateContent", body: PlayedWire.gemini.request(""))
        let elements = try #require(reply.json.array, "\(reply.text)")
        #expect(elements.count == 3, "\(reply.text)")
        #expect(elements.last?["error"]?["message"]?.string?.contains("broke off") == true, "\(reply.text)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}
