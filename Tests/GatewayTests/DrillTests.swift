// SPDX-License-Identifier: Apache-2.0
import JSON
import Rehearsal
import TestSupport
import Testing

/// `understudy rehearse`, run as a user would.
@Suite(.timeLimit(.minutes(5)), .serialized) struct `The drill` {
    static let wires = ["openai-completions", "openai-responses", "anthropic-messages", "google-generative-ai"]
    /// Another candidate goes on with what these have cut.
    static let rescued = ["stream-cut", "stream-stall", "malformed-chunk", "prefill-refused"]

    static func play(_ arguments: [String], home: TemporaryHome? = nil, environment: [String: String] = [:]) async throws -> JSONValue {
        let finished = try await BuiltBinary().run(
            ["rehearse", "--fast", "--json"] + arguments, environment: environment, home: home, limit: .seconds(280))
        #expect(finished.status == 0 || finished.status == 1, "\(finished.error)")
        let result = try JSONValue.parse(finished.out)
        #expect((finished.status == 0) == (result["failed"]?.int == 0))
        return result
    }

    private static func expectPass(_ result: JSONValue) throws {
        for cell in try #require(result["results"]?.array) {
            let name = "\(cell["scenario"]?.string ?? "") on \(cell["wire"]?.string ?? "")"
            #expect(cell["verdict"] == "pass", "\(name): \(JSONWriter.string(cell["why"] ?? .null))")
        }
    }

    @Test func `is passed sixteen times on each wire`() async throws {
        let result = try await Self.play(["--built-in", "--wire", "all"])
        #expect(result["results"]?.array?.count == 64)
        try Self.expectPass(result)
    }

    @Test func `is on the page about rehearsing, each fault with what must come of it`() throws {
        let page = try #require(ProjectFile.text("docs/rehearse.md"))
        for scenario in Scenario.all {
            #expect(page.contains("| `\(scenario.name)` | \(scenario.happens) | \(scenario.wanted) |"), "\(scenario.name)")
        }
    }

    @Test(arguments: wires) func `is passed by clients of all wires with a standby on`(wire: String) async throws {
        let scenarios = (Self.rescued + ["503-lasting", "context-length", "content-filter", "accounting"]).flatMap { ["--scenario", $0] }
        let result = try await Self.play(["--built-in", "--wire", "all", "--standby", wire] + scenarios)
        #expect(result["results"]?.array?.count == 32)
        try Self.expectPass(result)
    }

    /// Two keys of one provider, and a fallback on another wire.
    static let settings = """
        {
          models: { mode: "replace", providers: {
            groq: { baseUrl: "https://api.groq.com/openai/v1", api: "openai-completions", models: [{ id: "llama" }] },
            anthropic: { baseUrl: "https://api.anthropic.com", api: "anthropic-messages", models: [{ id: "haiku" }] },
          } },
          agents: {
            defaults: { model: { primary: "groq/llama", fallbacks: ["anthropic/haiku"] } },
            list: [{ id: "main", default: true }, { id: "solo", model: { primary: "anthropic/haiku", fallbacks: [] } }],
          },
        }
        """

    static let keys = ["GROQ_API_KEYS": "gsk_first-secret,gsk_second-secret", "ANTHROPIC_API_KEY": "sk-ant-third-secret"]

    @Test func `plays the chain of a configuration, sends none of its keys and writes nothing`() async throws {
        let home = try TemporaryHome()
        try home.write(Self.settings, to: ".understudy/understudy.json")
        let result = try await Self.play(
            ["--wire", "anthropic-messages"] + ["500-once", "503-lasting", "stream-cut", "content-filter"].flatMap { ["--scenario", $0] },
            home: home, environment: Self.keys)
        #expect(result["chain"]?.array?.compactMap { $0["model"]?.string } == ["groq/llama", "groq/llama", "anthropic/haiku"])
        #expect(result["chain"]?[1]?["credential"] == "groq:GROQ_API_KEYS.2")
        try Self.expectPass(result)
        #expect(result["results"]?.array?.compactMap { $0["answeredBy"]?.string } == ["groq/llama", "anthropic/haiku", "groq/llama"])
        #expect(!JSONWriter.string(result).contains("secret"))
        #expect(home.read(".understudy/understudy.sqlite") == nil && home.read(".understudy/gateway.token") == nil)
    }

    @Test func `says where nobody is left, and plays a chain without keys as if it had them`() async throws {
        let home = try TemporaryHome()
        try home.write(Self.settings, to: ".understudy/understudy.json")
        let names = ["--scenario", "503-lasting", "--scenario", "500-once"]
        let refused = try await BuiltBinary().run(["rehearse", "--fast"] + names, home: home)
        #expect(refused.status == 78)
        #expect(refused.error.contains("groq/llama: its provider has no credential"), "\(refused.error)")
        #expect(refused.error.contains("understudy rehearse --no-keys"))
        let alone = try await Self.play(["--no-keys", "--agent", "solo"] + names, home: home)
        #expect(alone["results"]?.array?.compactMap { $0["verdict"]?.string } == ["pass", "nobody_left"])
        #expect(alone["failed"] == 0 && alone["nobodyLeft"] == 1)
    }

    @Test(
        arguments: [
            (["--scenario", "stream-cutt"], "there is no fault \"stream-cutt\". Did you mean stream-cut?"),
            (["--wire", "anthropic"], "--wire does not know \"anthropic\". Did you mean anthropic-messages?"),
            (["--agent", "nobody"], "There is no agent for the model"), (["--agent", "a", "--model", "b"], "give one of them"),
            (["--built-in", "--model", "b"], "the built-in chain has no agents and no other models"),
        ] as [([String], String)])
    func `refuses what it does not know`(arguments: [String], words: String) async throws {
        let finished = try await BuiltBinary().run(["rehearse"] + arguments)
        #expect(finished.status == 64)
        #expect(finished.error.contains(words), "\(finished.error)")
        #expect(finished.out.isEmpty)
    }
}
