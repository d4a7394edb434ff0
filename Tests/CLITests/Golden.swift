// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import CLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The home that golden files are made with, and the files.
enum Golden {
    static let settings = """
        {
          // The settings that golden files are made with.
          gateway: { port: 9 },
          models: {
            providers: {
              openai: { apiKey: "${OPENAI_API_KEY}" },
              openrouter: { baseUrl: "http://127.0.0.1:9/v1" },
              homelab: { baseUrl: "http://127.0.0.1:9/v1", models: [{ id: "qwen3-32b", contextWindow: 32768 }] },
            },
          },
          agents: {
            defaults: {
              model: { primary: "openai/gpt-5.4", fallbacks: ["cerebras/llama3.1-8b", "homelab/qwen3-32b"] },
              imageModel: { primary: "openai/gpt-5.4", fallbacks: ["openai/gpt-5.4-mini"] },
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

    static let log = """
        {"time":"2026-02-24T22:31:16.000Z","level":"notice","label":"gateway","message":"Gateway listens","port":7100}
        {"time":"2026-02-24T22:31:17.000Z","level":"warning","label":"relay","message":"Credential blocked","credential":"cerebras:manual"}

        """

    /// Secrets that commands are handed over.
    static let environment = [
        "OPENAI_API_KEY": "sk-proj-golden-000000005e6f", "TZ": "UTC", "GROQ_KEY": "gsk_golden0000000000000007a8b",
        "SETUP_TOKEN": "sk-ant-oat01-" + String(repeating: "golden", count: 12),
    ]

    static func home() throws -> TemporaryHome {
        let home = try TemporaryHome()
        try home.write(settings, to: ".understudy/understudy.json")
        try home.write(profiles, to: ".understudy/agents/research/agent/auth-profiles.json")
        try home.write(log, to: ".understudy/logs/understudy.log")
        return home
    }

    /// Standard output, then what went to standard error and the status, if there is any to tell.
    static func print(_ words: [String], columns: Int) async throws -> String {
        let home = try home()
        let terminal = Terminal(width: columns, colour: false, errorColour: false)
        let result = await play(words, environment: environment.merging(["HOME": home.path]) { $1 }, terminal: terminal)
        var text = result.out
        if !result.error.isEmpty { text += "--- standard error\n" + result.error }
        if result.status != .fine { text += "--- exit \(result.status.rawValue)\n" }
        return withoutTimes(text.replacing(home.path, with: "/home/me"))
    }

    /// Times of day, ids made of them, and the version that is built stand for themselves alone.
    private static func withoutTimes(_ text: String) -> String {
        text.replacing(/\b1[0-9]{12}\b/, with: "<milliseconds>").replacing(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/, with: "<id>")
            .replacing(/"cursor":"[^"]*"/, with: "\"cursor\":\"<place>\"").replacing(Version.platform, with: "<platform>")
    }

    static func hold(_ printed: String, against name: String, here: String = #filePath) throws {
        let path = here.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Golden/" + name
        if getenv("UNDERSTUDY_REWRITE_GOLDEN") != nil {
            _ = mkdir(path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }, 0o755)
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
