// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// What must not be seen: keys, tokens, prompts and replies, wherever the gateway writes.
@Suite(.timeLimit(.minutes(5))) struct `A secret` {
    static let key = "sk-live-4f9a8b7c6d5e4f3a2b1c"
    static let prompt = "The prompt that nobody else may read"
    static let reply = "The reply that nobody else may read"

    @Test(arguments: ["text", "json"])
    func `is in no log line, receipt, error or command's output`(format: String) async throws {
        let stage = try Stage()
        let lead = try stage.provider("lead") { asked in
            switch asked.model {
            case "echo": .refuses(401, "Incorrect API key provided: \(asked.key). Header: Bearer \(asked.key)", code: "invalid_api_key")
            case "breaks": .streams(Self.reply, model: "breaks", ending: .act(.cut, afterPercent: 60))
            default: .says(Self.reply, to: asked, pace: .zero)
            }
        }
        let gateway = try await RunningGateway(
            settings: """
                {
                  logging: { consoleStyle: "\(format == "json" ? "json" : "pretty")" },
                  models: { mode: "replace", providers: {
                    lead: { baseUrl: "\(lead.baseURL)", apiKey: "\(Self.key)", models: [{ id: "m" }, { id: "echo" }, { id: "breaks" }] },
                  } },
                  agents: { defaults: { model: { primary: "lead/m", fallbacks: [] } } },
                }
                """, arguments: ["--verbose"])
        let words: JSONObject = ["messages": [["role": "user", "content": .string(Self.prompt)]]]
        var seen = ""
        for (model, stream) in [("lead/m", false), ("lead/m", true), ("lead/breaks", true)] {
            let reply = try await gateway.ask(model, stream: stream, extra: words)
            #expect(reply.content.hasPrefix("The reply"))
            seen += JSONWriter.string(try await gateway.receipt(of: reply))
        }
        let refused = try await gateway.ask("lead/echo", headers: ["x-understudy-no-fallback": "1"], extra: words)
        #expect(refused.status == 503, "\(refused.text)")
        #expect(refused.text.contains("Incorrect API key provided"), "the upstream's words are kept")
        seen += refused.text + JSONWriter.string(try await gateway.receipt(of: refused))
        for path in ["/api/receipts", "/api/health", "/api/status", "/v1/models"] { seen += try await gateway.get(path).text }
        for command in [
            ["explain", "--last"], ["receipts"], ["models", "status"], ["models", "status", "--json"], ["gateway", "status"],
        ] {
            let finished = try await gateway.command(command)
            seen += finished.out + finished.error
        }
        let finished = await gateway.process.stop()
        seen += finished.out + finished.error
        #expect(finished.error.contains("lead/echo"), "the log says something at all")
        for secret in [Self.key, gateway.token, Self.prompt, Self.reply, "The reply that"] {
            #expect(!seen.contains(secret), "\(Self.around(secret, in: seen))")
        }
    }

    @Test func `is not passed on where an upstream quotes it to the client`() async throws {
        let stage = try Stage()
        let lead = try stage.provider("lead") { asked in
            .refuses(400, "Invalid value for 'temperature' (key \(asked.key)).", type: "invalid_request_error", code: "invalid_value")
        }
        let gateway = try await RunningGateway(
            settings: """
                {
                  models: { mode: "replace", providers: { lead: { baseUrl: "\(lead.baseURL)", apiKey: "\(Self.key)", models: [{ id: "m" }] } } },
                  agents: { defaults: { model: { primary: "lead/m", fallbacks: [] } } },
                }
                """)
        let reply = try await gateway.ask("default")
        #expect(reply.status == 400)
        #expect(reply.error["message"]?.string?.contains("Invalid value for 'temperature' (key <secret>).") == true, "\(reply.text)")
        #expect(!reply.text.contains(Self.key))
        await gateway.stop()
    }

    @Test func `is in files of its owner alone`() async throws {
        let gateway = try await RunningGateway(settings: nil)
        #expect(gateway.token.utf8.count >= 32)
        let folder = gateway.home.path + "/.understudy"
        #expect(StateFiles.mode(folder) == 0o700)
        for name in StateFiles.names(in: folder) where !name.hasPrefix(".") {
            #expect(StateFiles.mode("\(folder)/\(name)").map { $0 & 0o077 } == 0, "\(name)")
        }
        await gateway.stop()
    }

    private static func around(_ text: String, in seen: String) -> String {
        guard let range = seen.firstRange(of: text) else { return "" }
        let start = seen.index(range.lowerBound, offsetBy: -200, limitedBy: seen.startIndex) ?? seen.startIndex
        return String(seen[start..<range.upperBound])
    }
}
