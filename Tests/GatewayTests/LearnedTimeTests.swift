// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import Synchronization
import TestSupport
import Testing

/// Providers far away, played here: the gateway is told of a proxy, which is the upstream. Hosts of this machine are never hurried.
@Suite(.timeLimit(.minutes(5))) struct `A model that mostly begins at once` {
    static func scene(
        learned: String, _ play: @escaping @Sendable (AskedRequest) -> Script
    ) async throws -> (RunningGateway, Stage) {
        let stage = try Stage()
        let upstream = try stage.provider("stage", play)
        let proxy = upstream.baseURL.split(separator: "/").prefix(2).joined(separator: "//")
        let gateway = try await RunningGateway(
            settings: """
                {
                  timeouts: { firstTokenSeconds: 5, learned: { \(learned) } },
                  models: { mode: "replace", providers: {
                    one: { baseUrl: "http://one.example.com/v1", api: "openai-completions", apiKey: "key-one", models: [{ id: "m" }] },
                    two: { baseUrl: "http://two.example.com/v1", api: "openai-completions", apiKey: "key-two", models: [{ id: "m" }] } } },
                  agents: { defaults: { model: { primary: "one/m", fallbacks: ["two/m"] } } },
                }
                """, environment: ["http_proxy": proxy])
        return (gateway, stage)
    }

    @Test func `is not waited for much longer, which its receipts and models status tell`() async throws {
        let isSilent = Mutex(false)
        let (gateway, stage) = try await Self.scene(learned: "leastSeconds: 0.4") { asked in
            if asked.key == "key-one", isSilent.withLock({ $0 }) { return Script([.stall]) }
            return Script([.wait(.milliseconds(10))] + Script.says("Here.", to: asked, pace: .zero).acts)
        }
        #expect(try await gateway.get("/api/first-tokens").json["first_tokens"] == [])
        for _ in 0..<19 { #expect(try await gateway.ask("default", stream: true).status == 200) }
        let few = try await gateway.get("/api/first-tokens").json["first_tokens"]?[0]
        #expect(
            few?["samples"] == 19 && few?["p95_ms"] == .null && few?["limit_ms"] == 5000 && few?["set_by"] == "timeouts", "\(few ?? .null)")
        _ = try await gateway.ask("default", stream: true)

        isSilent.withLock { $0 = true }
        let reply = try await gateway.ask("default", stream: true)
        #expect(reply.headers.first("x-understudy-model") == "two/m", "\(reply.text)")
        let limit = try await gateway.receipt(of: reply)["attempts"]?[0]?["failure"]?["limit"]
        #expect(limit?["phase"] == "firstToken" && (limit?["seconds"]?.double ?? 9) < 5, "\(limit ?? .null)")
        #expect(limit?["set_by"]?.string?.hasPrefix("learned: p95 0.") == true, "\(limit ?? .null)")

        let status = try JSONValue.parse(try await gateway.command(["models", "status", "--json"]).out)
        let row = try #require(status["firstTokens"]?.array?.first { $0["model"] == "one/m" })
        #expect(row["promptTokensFrom"] == 0 && row["promptTokensTo"] == 1000 && row["samples"] == 21, "\(row)")
        #expect(row["limitSetBy"]?.string?.hasPrefix("learned: p95 ") == true, "\(row)")
        let text = try await gateway.command(["models", "status"]).out
        #expect(text.contains("First tokens") && text.contains("under 1k"), "\(text)")
        #expect(text.contains("learned: p95 0."), "\(text)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `is known as such to the process after a restart, too`() async throws {
        let (gateway, stage) = try await Self.scene(learned: "") { .says("Here.", to: $0, pace: .milliseconds(3)) }
        for _ in 0..<5 { _ = try await gateway.ask("default", stream: true) }
        let row = try await gateway.get("/api/first-tokens").json["first_tokens"]?[0]
        #expect(row?["model"] == "one/m" && row?["samples"] == 5, "\(row ?? .null)")
        #expect(try await gateway.send(.post, "/api/gateway/restart").json["restarted"] == true)
        #expect(try await gateway.get("/api/first-tokens").json["first_tokens"]?[0] == row)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `is waited for as long as configured where nothing is to be learned`() async throws {
        let (gateway, stage) = try await Self.scene(learned: "mode: \"off\"") { .says("Here.", to: $0, pace: .milliseconds(3)) }
        for _ in 0..<21 { _ = try await gateway.ask("default", stream: true) }
        let row = try await gateway.get("/api/first-tokens").json["first_tokens"]?[0]
        #expect(row?["limit_ms"] == 5000 && row?["set_by"] == "timeouts", "\(row ?? .null)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}
