// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import CLI

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Commands that change the configuration, inside the test, on files of a home folder of its own.
@Suite(.timeLimit(.minutes(5))) struct `A command that changes the configuration` {
    static let file = ".understudy/understudy.json"

    static let commented = """
        // mine
        {
          "agents": { // who
            "defaults": {
              "model": {
                "primary": "openai/gpt-5.4", // the lead
                "fallbacks": [
                  "anthropic/claude-haiku-4-5", // the understudy
                  "cerebras/gpt-oss-120b"
                ]
              },
              "models": {}
            }
          }
        }

        """

    /// Runs a command in `home`.
    static func run(_ words: [String], in home: TemporaryHome, environment: [String: String] = [:]) async -> (
        status: CLI.ExitStatus, out: String, error: String
    ) {
        await play(words, environment: ["HOME": home.path].merging(environment) { $1 })
    }

    @Test func `changes one line and keeps all others, beside a backup`() async throws {
        let home = try TemporaryHome()
        try home.write(Self.commented, to: Self.file, mode: 0o640)
        let result = await Self.run(["models", "fallbacks", "remove", "cerebras/gpt-oss-120b"], in: home)
        #expect(result.status == .fine, "\(result.error)")
        #expect(result.out.hasPrefix("Fallbacks: anthropic/claude-haiku-4-5\n--- ~/.understudy/understudy.json\n"))
        let after = try #require(home.read(Self.file))
        #expect(
            after
                == Self.commented.replacing("haiku-4-5\", //", with: "haiku-4-5\" //").replacing(
                    "          \"cerebras/gpt-oss-120b\"\n", with: ""))
        #expect(home.read(Self.file + ".bak") == Self.commented)
        #expect(Self.mode(home, Self.file) == 0o640)
        #expect(Self.mode(home, Self.file + ".bak") == 0o600)
    }

    @Test func `never closes a list of allowed models by adding a fallback`() async throws {
        for (table, after) in [("\"models\": {}", "\"models\": {}"), ("\"models\": { \"x/y\": {} }", "\"groq/llama\": {}")] {
            let home = try TemporaryHome()
            try home.write(Self.commented.replacing("\"models\": {}", with: table), to: Self.file)
            #expect(await Self.run(["models", "fallbacks", "add", "groq/llama"], in: home).status == .fine)
            #expect(home.read(Self.file)?.contains(after) == true, "\(home.read(Self.file) ?? "")")
        }
        let bare = try TemporaryHome()
        try bare.write("{ agents: { defaults: { model: 'openai/gpt-5.4' } } }", to: Self.file)
        #expect(await Self.run(["models", "fallbacks", "add", "groq/llama"], in: bare).status == .fine)
        #expect(bare.read(Self.file) == "{ agents: { defaults: { model: { primary: 'openai/gpt-5.4', fallbacks: ['groq/llama'] } } } }")
    }

    @Test func `writes nothing that a gateway would refuse`() async throws {
        for words in [
            ["config", "set", "gateway.port", "eighty"], ["config", "set", "agents.defaults.model.fallbacks", "groq/x"],
            ["config", "set", "gateway.auth.mode", "non"], ["config", "set", "agents.list", "[{}]"],
        ] {
            let home = try TemporaryHome()
            try home.write(Self.commented, to: Self.file)
            let result = await Self.run(words, in: home)
            #expect(result.status == .configuration, "\(words)")
            #expect(result.error.contains("nothing was written"), "\(result.error)")
            #expect(home.read(Self.file) == Self.commented)
            #expect(home.read(Self.file + ".bak") == nil)
        }
    }

    @Test func `may mend a file that had problems, and makes none worse`() async throws {
        let home = try TemporaryHome()
        try home.write("{ gateway: { prot: 1, bind: 'lan' }, logging: { level: 'loud' } }", to: Self.file)
        let other = await Self.run(["config", "set", "gateway.port", "7200"], in: home)
        #expect(other.status == .fine)
        #expect(other.error.contains("Still a problem, as before") && other.error.contains("gateway.prot"), "\(other.error)")
        #expect(await Self.run(["config", "set", "gateway.bind", "moon"], in: home).status == .configuration)
        #expect(await Self.run(["config", "unset", "gateway.prot"], in: home).status == .fine)
        #expect(await Self.run(["config", "set", "logging.level", "info"], in: home).error == "")
        #expect(home.read(Self.file) == "{ gateway: { bind: 'lan', port: 7200 }, logging: { level: 'info' } }")
        try home.write("{ gateway: ", to: Self.file)
        let broken = await Self.run(["config", "set", "gateway.port", "1"], in: home)
        #expect(broken.status == .configuration && broken.error.contains("understudy.json:1:12"), "\(broken.error)")
        #expect(home.read(Self.file) == "{ gateway: ")
    }

    @Test func `mends one of so many problems that not all are told`() async throws {
        let home = try TemporaryHome()
        try home.write("{ gateway: { " + (0..<30).map { "wrong\($0): 1" }.joined(separator: ", ") + " } }", to: Self.file)
        let result = await Self.run(["config", "unset", "gateway.wrong3"], in: home)
        #expect(result.status == .fine && home.read(Self.file)?.contains("wrong3:") == false, "\(result)")
        #expect(await Self.run(["config", "set", "gateway.port", "none"], in: home).status == .configuration)
    }

    @Test func `tells of a file with a secret that others can read`() async throws {
        let home = try TemporaryHome()
        try home.write("{ gateway: {} }", to: Self.file, mode: 0o644)
        #expect(!(await Self.run(["config", "set", "models.providers.openai.apiKey", "${HOME}"], in: home)).error.contains("chmod"))
        let result = await Self.run(["config", "set", "models.providers.openai.apiKey", "sk-proj-0123456789abcdefghij"], in: home)
        #expect(result.status == .fine && result.error.contains("chmod 600 ~/.understudy/understudy.json"), "\(result)")
    }

    @Test func `shows no secret, in no way`() async throws {
        let home = try TemporaryHome()
        let secret = "sk-proj-0123456789abcdefghij"
        try home.write("{\n  // was sk-proj-zyxwvutsrqponmlkjihgfe\n  gateway: {},\n}", to: Self.file)
        for words in [
            ["config", "set", "models.providers.openai.apiKey", secret],
            ["config", "set", "models.providers.groq.apiKey", "env:MINE"],
            ["config", "set", "env.OPENROUTER_API_KEYS", secret + ",b"],
            ["config", "set", "models.providers.openai", "{apiKey: '\(secret)', authHeader: true}", "--json"],
            ["config", "get"], ["config", "get", "--json"], ["config", "get", "models.providers.openai.apiKey"],
            ["config", "unset", "models.providers.openai.apiKey", "--dry-run"],
        ] {
            let result = await Self.run(words, in: home, environment: ["MINE": secret + "-2"])
            #expect(result.status == .fine, "\(words) \(result.error)")
            #expect(!result.out.contains("0123456789") && !result.out.contains("zyxwvu"), "\(words) \(result.out)")
            #expect(!result.error.contains("0123456789"), "\(result.error)")
        }
        #expect(home.read(Self.file)?.contains(secret) == true)
        let shown = await Self.run(["config", "get", "models.providers.openai.apiKey", "--show-secrets"], in: home)
        #expect(shown.out == secret + "\n")
    }

    @Test func `shows variables as they are, and what only looks like one masked`() async throws {
        let home = try TemporaryHome()
        try home.write("{ gateway: {} }", to: Self.file)
        let set = await Self.run(
            ["config", "set", "models.providers.openai.apiKey", "${MINE}"], in: home, environment: ["MINE": "sk-proj-0123456789abcdefghij"])
        #expect(set.status == .fine && set.out.contains("apiKey: \"${MINE}\""), "\(set)")
        let odd = "${A}sk-proj-0123456789abcdefghij${B}"
        try home.write("{ models: { providers: { openai: { apiKey: '\(odd)' } } } }", to: Self.file)
        for words in [["config", "get"], ["config", "get", "models.providers.openai.apiKey"], ["config", "set", "gateway.port", "7200"]] {
            let shown = await Self.run(words, in: home, environment: ["A": "a", "B": "b"])
            #expect(shown.status == .fine && !shown.out.contains("0123456789"), "\(shown)")
        }
    }

    @Test func `says of imageModel that nobody here is asked by it`() async throws {
        let home = try TemporaryHome()
        try home.write("{ agents: { defaults: { model: 'openai/gpt-5.4', imageModel: {} }, list: [{ id: 'Big' }] } }", to: Self.file)
        let own = ["models", "set-image", "google/gemini-3-flash-preview", "--agent", "big"]
        for words in [["models", "set-image", "openai/gpt-5.4-mini"], ["models", "image-fallbacks", "add", "openai/gpt-5.4"], own] {
            let result = await Self.run(words, in: home)
            #expect(result.status == .fine && result.error.contains("asked by nobody here"), "\(result)")
        }
        let status = await Self.run(["models", "status", "--agent", "big"], in: home).out
        #expect(status.contains("Image model   : google/gemini-3-flash-preview (kept for OpenClaw, asked by nobody here)"), "\(status)")
        #expect(status.contains("Image fallbacks (1): openai/gpt-5.4\n"))
        let list = await Self.run(["models", "list", "--agent", "big", "--json"], in: home).out
        #expect(list.contains(#""tags":["image","configured"],"missing":false,"provider":"google""#), "\(list)")
        #expect(list.contains(#""tags":["default","img-fallback#1","configured"]"#), "\(list)")
    }

    @Test func `masks what is called like a secret wherever it stands`() async throws {
        let home = try TemporaryHome()
        try home.write(
            """
            { secrets: { providers: { vault: { source: 'exec', command: '/bin/true', env: { VAULT_TOKEN: 'plain-one', VAULT_ADDR: 'kept-one' } } } },
              models: { providers: { x: { baseUrl: 'http://127.0.0.1:9', params: { extra_body: { api_key: 'plain-two' } },
                request: { tls: { passphrase: 'plain-three' } } } } },
              channels: { discord: { token: 'plain-four' } }, env: { MY_PASSWORD: 'plain-five' } }
            """, to: Self.file)
        for words in [["config", "get"], ["config", "get", "--json"], ["config", "set", "gateway.port", "7200", "--dry-run"]] {
            let result = await Self.run(words, in: home)
            #expect(result.status == .fine && !result.out.contains("plain-"), "\(result)")
        }
        #expect(await Self.run(["config", "get", "secrets.providers.vault.env.VAULT_ADDR"], in: home).out == "kept-one\n")
    }

    @Test func `tells of OpenClaw's file where there is none of ours`() async throws {
        let home = try TemporaryHome()
        try home.write("{ agents: { defaults: { model: 'openai-codex/gpt-5.3-codex' } } }", to: ".openclaw/openclaw.json")
        for words in [["models", "list"], ["models", "fallbacks", "list"], ["models", "aliases", "list"]] {
            let result = await Self.run(words, in: home)
            #expect(result.status == .fine && result.error.contains("gateway run --config ~/.openclaw/openclaw.json"), "\(result)")
        }
        let status = await Self.run(["models", "status", "--config", "~/.openclaw/openclaw.json"], in: home)
        #expect(status.error == "" && status.out.contains("nobody: no model of it can be asked"))
        #expect(status.out.contains("- openai-codex Sign in: understudy models auth login --provider openai-codex\n"), "\(status.out)")
    }

    @Test func `keeps five backups, the newest first`() async throws {
        let home = try TemporaryHome()
        try home.write("{ gateway: { port: 1000 } }", to: Self.file)
        for port in 1001...1007 { #expect(await Self.run(["config", "set", "gateway.port", "\(port)"], in: home).status == .fine) }
        let kept = ["", ".1", ".2", ".3", ".4", ".5"].map { home.read(Self.file + ".bak" + $0) }
        #expect(kept == [1006, 1005, 1004, 1003, 1002].map { "{ gateway: { port: \($0) } }" } + [nil])
        // What changes nothing pushes none out.
        let same = await Self.run(["config", "set", "gateway.port", "1007"], in: home)
        #expect(same.out == "gateway.port was so already.\n")
        #expect(home.read(Self.file + ".bak.4") == kept[4])
    }

    @Test func `changes a value where it stands, also in an included file and through a link`() async throws {
        let home = try TemporaryHome()
        try home.write("{\n  $include: './models.json5',\n  gateway: {},\n}\n", to: "real/understudy.json")
        try home.write("{ agents: { defaults: { model: { primary: 'openai/gpt-5.4' } } } } // theirs\n", to: ".understudy/models.json5")
        try home.write("", to: ".understudy/x")
        #expect(symlink(home.path + "/real/understudy.json", home.path + "/" + Self.file) == 0)
        let result = await Self.run(["models", "set", "groq/llama"], in: home)
        #expect(result.status == .fine, "\(result.error)")
        #expect(result.out.contains("+++ ~/.understudy/models.json5"))
        #expect(home.read(".understudy/models.json5") == "{ agents: { defaults: { model: { primary: 'groq/llama' } } } } // theirs\n")
        #expect(await Self.run(["config", "set", "gateway.port", "7300"], in: home).status == .fine)
        #expect(home.read("real/understudy.json") == "{\n  $include: './models.json5',\n  gateway: {\n    port: 7300,\n  },\n}\n")
        var status = stat()
        #expect(lstat(home.path + "/" + Self.file, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func `stamps a file that has a stamp, and no other`() async throws {
        let home = try TemporaryHome()
        let before = "{ meta: { lastTouchedVersion: '2026.2.21', lastTouchedAt: '2026-02-21T00:00:00.000Z' }, gateway: { port: 1 } }"
        try home.write(before, to: Self.file)
        #expect(await Self.run(["config", "set", "gateway.port", "2"], in: home).status == .fine)
        let after = try #require(home.read(Self.file))
        #expect(after.contains("lastTouchedVersion: '2026.2.21'") && !after.contains("2026-02-21T"))
    }

    @Test func `loses no member by the way`() async throws {
        let home = try TemporaryHome()
        try home.write(Self.commented, to: Self.file)
        let value = "{primary: 'groq/llama'}"
        let refused = await Self.run(["config", "set", "agents.defaults.model", value], in: home)
        #expect(refused.status == .failed && refused.error.contains("--merge") && refused.error.contains("fallbacks"), "\(refused.error)")
        #expect(await Self.run(["config", "set", "agents.defaults.model", value, "--merge"], in: home).status == .fine)
        #expect(home.read(Self.file)?.contains("\"primary\": \"groq/llama\", // the lead") == true)
        #expect(await Self.run(["config", "set", "agents.defaults.model", value, "--replace"], in: home).status == .fine)
        #expect(home.read(Self.file)?.contains("fallbacks") == false)
    }

    @Test func `loses nothing when several write at once, and nothing half when killed`() async throws {
        let home = try TemporaryHome()
        try home.write("{ env: {} }\n", to: Self.file)
        let binary = try BuiltBinary()
        try await withThrowingTaskGroup(of: Int32?.self) { group in
            for number in 0..<12 {
                group.addTask { try await binary.run(["config", "set", "env.V\(number)", "x"], home: home, limit: .seconds(280)).status }
            }
            for try await status in group { #expect(status == 0) }
        }
        let text = try #require(home.read(Self.file))
        for number in 0..<12 { #expect(text.contains("V\(number): \"x\""), "\(text)") }
        // Whenever it is killed, the old or the new file is there, whole.
        for number in 0..<8 {
            let running = try binary.start(["config", "set", "env.KILLED", "\(number)"], home: home)
            for _ in 0..<(number * 40) { await Task.yield() }
            _ = await running.killNow()
            let seen = try #require(home.read(Self.file))
            #expect(seen.hasPrefix("{ env: {") && seen.hasSuffix("} }\n"), "\(seen)")
            #expect(await Self.run(["config", "validate"], in: home).status == .fine)
        }
        #expect(await Self.run(["config", "set", "env.AFTER", "x"], in: home).status == .fine)
    }

    @Test func `is told of the agent's own list and of names that are near`() async throws {
        let home = try TemporaryHome()
        try home.write(Self.commented.replacing("  }\n}", with: "  , \"list\": [{ \"id\": \"Research\" }] }\n}"), to: Self.file)
        let added = await Self.run(["models", "fallbacks", "add", "groq/llama", "--agent", "research"], in: home)
        #expect(added.out.hasPrefix("Fallbacks of research: anthropic/claude-haiku-4-5, cerebras/gpt-oss-120b, groq/llama\n"), "\(added)")
        let cleared = await Self.run(["models", "fallbacks", "clear", "--agent", "research"], in: home)
        #expect(
            cleared.out.hasPrefix("Fallbacks of research: none\n") && cleared.error.contains("config unset agents.list[0].model.fallbacks"))
        for (words, said) in [
            (["models", "set", "openai/gpt-5.4", "--agent", "reserch"], "Did you mean \"research\"?"),
            (["models", "set", "opnai/gpt-5.4"], "Did you mean openai/gpt-5.4?"),
            (
                ["models", "fallbacks", "remove", "cerebras/gpt-oss-120"],
                "Fallback not found: cerebras/gpt-oss-120. Did you mean cerebras/gpt-oss-120b?"
            ),
            (["models", "aliases", "add", "a b", "openai/gpt-5.4"], "nothing was written"),
            (["config", "set", "gatway.port", "1"], "Did you mean gateway?"),
            (["config", "get", "gateway.port"], "without it: 7100"),
        ] {
            let result = await Self.run(words, in: home)
            #expect(result.status != .fine && result.error.contains(said), "\(words) \(result.error)")
        }
    }

    private static func mode(_ home: TemporaryHome, _ path: String) -> mode_t {
        var status = stat()
        return stat(home.path + "/" + path, &status) == 0 ? status.st_mode & 0o777 : 0
    }
}
