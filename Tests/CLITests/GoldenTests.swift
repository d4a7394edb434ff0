// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import CLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What commands print, as text at 80 and 120 columns and as JSON, held against `Golden/<name>.<columns>.txt` and `Golden/<name>.json`.
///
/// One line in the table for each command. After a change that is meant: `UNDERSTUDY_REWRITE_GOLDEN=1 swift test --filter Golden` writes the
/// files anew, and their diff shows what people will see.
@Suite(.timeLimit(.minutes(5))) struct `What a command prints` {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var words: [String]
        init(_ name: String, _ line: String) {
            self.name = name
            words = line.split(separator: " ").map(String.init)
        }
        var testDescription: String { words.joined(separator: " ") }
    }

    static let table = [
        Case("models-status", "models status"),
        Case("models-list", "models list"),
        Case("models-set", "models set quick --dry-run"),
        Case("models-fallbacks-list", "models fallbacks list"),
        Case("models-fallbacks-add", "models fallbacks add groq/llama-3.3-70b-versatile --dry-run"),
        Case("models-fallbacks-remove", "models fallbacks remove quick --agent research --dry-run"),
        Case("models-aliases-list", "models aliases list"),
        Case("models-auth-list", "models auth list"),
        Case("models-auth-order-get", "models auth order get --provider openai"),
        Case("config-get", "config get"),
        Case("config-set", "config set gateway.port 7201 --dry-run"),
        Case("config-unset", "config unset agents.list[0].model --dry-run"),
        Case("config-validate", "config validate"),
        Case("plugins-list", "plugins list"),
        Case("plugins-enable", "plugins enable google-gemini-cli-auth"),
        Case("providers-list", "providers list --ready"),
        Case("credentials-list", "credentials list"),
        Case("gateway-status", "gateway status"),
    ]

    static let settings = """
        {
          // The settings that golden files are made with.
          gateway: { port: 9 },
          models: {
            providers: {
              openai: { apiKey: "${OPENAI_API_KEY}" },
              homelab: { baseUrl: "http://127.0.0.1:9/v1", models: [{ id: "qwen3-32b", contextWindow: 32768 }] },
            },
          },
          agents: {
            defaults: {
              model: { primary: "openai/gpt-5.4", fallbacks: ["cerebras/llama3.1-8b", "homelab/qwen3-32b"] },
              models: { "cerebras/llama3.1-8b": { alias: "quick" } },
            },
            list: [
              { id: "research", model: "anthropic/claude-haiku-4-5" },
            ],
          },
        }

        """

    static let profiles = #"""
        {"version":1,"profiles":{
          "openai:work":{"type":"api_key","provider":"openai","key":"sk-proj-golden-000000001a2b"},
          "anthropic:me@example.com":{"type":"token","provider":"anthropic","token":"sk-ant-oat01-golden-00000000003c4d"}}}
        """#

    static func home() throws -> TemporaryHome {
        let home = try TemporaryHome()
        try home.write(settings, to: ".understudy/understudy.json")
        try home.write(profiles, to: ".understudy/agents/research/agent/auth-profiles.json")
        return home
    }

    @Test(arguments: table, [80, 120])
    func `fits the terminal`(row: Case, columns: Int) async throws {
        let printed = try await Self.print(row.words, columns: columns)
        try Self.hold(printed, against: "\(row.name).\(columns).txt")
    }

    /// Of a list of credentials the document says when it was made.
    @Test(arguments: table.filter { $0.name != "credentials-list" })
    func `is one document for programs`(row: Case) async throws {
        try Self.hold(try await Self.print(row.words + ["--json"], columns: 100), against: "\(row.name).json")
    }

    /// Standard output, then what went to standard error and the status, if there is any to tell.
    private static func print(_ words: [String], columns: Int) async throws -> String {
        let home = try home()
        let terminal = Terminal(width: columns, colour: false, errorColour: false)
        let result = await play(
            words, environment: ["HOME": home.path, "OPENAI_API_KEY": "sk-proj-golden-000000005e6f", "TZ": "UTC"], terminal: terminal)
        var text = result.out
        if !result.error.isEmpty { text += "--- standard error\n" + result.error }
        if result.status != .fine { text += "--- exit \(result.status.rawValue)\n" }
        return text.replacing(home.path, with: "/home/me")
    }

    private static func hold(_ printed: String, against name: String, here: String = #filePath) throws {
        let path = here.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Golden/" + name
        if getenv("UNDERSTUDY_REWRITE_GOLDEN") != nil {
            guard let file = fopen(path, "w") else { throw BuiltBinary.Problem("\(path) cannot be written") }
            fputs(printed, file)
            fclose(file)
            return
        }
        guard let file = fopen(path, "r") else {
            throw BuiltBinary.Problem("there is no \(name): UNDERSTUDY_REWRITE_GOLDEN=1 makes it")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        let kept = String(decoding: bytes[..<count], as: UTF8.self)
        #expect(printed == kept, "\(name)")
    }
}
