// SPDX-License-Identifier: Apache-2.0
import JSON
import Rehearsal
import TestSupport
import Testing

/// What the people of five support threads typed, in their order, on a terminal: what they see here.
@Suite(.timeLimit(.minutes(5))) struct `The threads at a terminal` {
    typealias Step = PersonAtATerminal.Step

    /// A command line, what is done while it runs, what must be seen, and how it ends; `nil`: however.
    struct Line: Sendable {
        var words: String
        var steps: [Step] = []
        var seen: [String]
        var status: Int32? = 0

        init(_ words: String, _ steps: [Step] = [], sees seen: [String], status: Int32? = 0) {
            (self.words, self.steps, self.seen, self.status) = (words, steps, seen, status)
        }
    }

    static func play(_ lines: [Line], by person: PersonAtATerminal) async throws {
        for line in lines {
            let screen = try await person.types(line.words, line.steps)
            for text in line.seen { #expect(screen.text.contains(text), "\(line.words) does not show \"\(text)\":\n\(screen.text)") }
            if let status = line.status { #expect(screen.status == status, "\(line.words):\n\(screen.text)") }
            #expect(!screen.text.contains("csk-"), "\(line.words) shows a key:\n\(screen.text)")
        }
    }

    /// Cerebras as in the thread: one model is served, the other is not paid for and says so with an empty 402.
    static func cerebras(_ stage: Stage) throws -> ScriptedUpstream {
        try stage.provider("cerebras") { asked in
            asked.model == "gpt-oss-120b"
                ? Script([.answer(status: 402, headers: [:], body: [])]) : .says("The understudy plays tonight.", to: asked, pace: .zero)
        }
    }

    @Test func `somebody finds out who answers 402, takes it out, and adds a model with a key of their own`() async throws {
        let stage = try Stage()
        let (cerebras, google) = (try Self.cerebras(stage), try stage.provider("google", Stage.says("Hello.")))
        let home = try TemporaryHome()
        try home.write(
            #"{"version":1,"profiles":{"cerebras:manual":{"type":"token","provider":"cerebras","token":"csk-0123456789abcdefghij"}}}"#,
            to: ".understudy/agents/main/agent/auth-profiles.json")
        let settings = """
            {
              // written by hand
              gateway: { port: 7100 },
              models: { providers: {
                cerebras: { baseUrl: "\(cerebras.baseURL)" },
                google: { baseUrl: "\(google.baseURL)", api: "openai-completions" },
              } },
              agents: { defaults: { model: {
                primary: "google-gemini-cli/gemini-3-flash-preview",
                fallbacks: [
                  "cerebras/gpt-oss-120b", // the one that costs
                  "cerebras/llama3.1-8b",
                  "openai-codex/gpt-5.3-codex",
                ],
              } } },
            }
            """
        let gateway = try await RunningGateway(settings: settings, home: home)
        let person = PersonAtATerminal(home: home, environment: ["NO_COLOR": "1"])
        try await Self.play(
            [
                Line("--version", sees: ["understudy "]),
                Line(
                    "models status",
                    sees: ["Config        : ~/.understudy/understudy.json", "google-gemini-cli/gemini-3-flash-preview", "Fallbacks (3)"]),
                Line(
                    "models status --probe --probe-provider cerebras",
                    sees: [
                        "Auth probes", "cerebras/llama3.1-8b", "cerebras:manual (token)", "ok · ", "cerebras/gpt-oss-120b", "billing",
                        "Probed 2 targets in ",
                    ],
                    status: nil),
                Line("models status --plain", sees: ["google-gemini-cli/gemini-3-flash-preview\n"]),
                Line(
                    "models fallbacks list",
                    sees: ["Fallbacks (3):\n- cerebras/gpt-oss-120b\n- cerebras/llama3.1-8b\n- openai-codex/gpt-5.3-codex\n"]),
            ], by: person)

        #expect(try await gateway.ask("default").content == "The understudy plays tonight.")
        try await Self.play(
            [
                Line("explain --last", sees: ["402", "cerebras/gpt-oss-120b", "billing"]),
                Line("logs --follow --max-bytes 2000000", [.await("402"), .interrupt], sees: ["cerebras/gpt-oss-120b"], status: nil),
                Line("logs --max-bytes 2000000", sees: ["status=402", "model=cerebras/gpt-oss-120b"]),
                Line(
                    "models fallbacks remove cerebras/gpt-oss-120b",
                    sees: [
                        "Fallbacks: cerebras/llama3.1-8b, openai-codex/gpt-5.3-codex\n",
                        "-      \"cerebras/gpt-oss-120b\", // the one that costs",
                        "(before: ~/.understudy/understudy.json.bak)", "The running gateway goes by it.",
                    ]),
                Line("models fallbacks list", sees: ["Fallbacks (2):\n- cerebras/llama3.1-8b\n"]),
                Line(
                    "plugins enable google-gemini-cli-auth",
                    sees: ["built in: there is nothing to enable", "models auth login --provider google-gemini-cli"]),
                Line(
                    "models auth login --provider google-gemini-cli --set-default", [.await("Or paste"), .interrupt],
                    sees: ["Sign in at Google (Gemini CLI)", "https://accounts.google.com/"], status: nil),
                Line("gateway restart", sees: []),
                Line("models list --provider google --all", sees: ["google/gemini-"]),
                Line("models list --provider google --all --plain", sees: ["google/gemini-"]),
                Line(
                    "models auth add",
                    [
                        .await("Which provider?"), .await("Number or name"), .type("google\n"), .await("How does google let you in?"),
                        .await("Number or name"), .type("api-key\n"), .await("nothing is shown"),
                        .type("AIzaSyA0123456789abcdefghijklmnopqrstuv\n"),
                    ], sees: ["google:default"]),
                Line(
                    "models fallbacks add google/gemini-3-flash-preview",
                    sees: ["Fallbacks: cerebras/llama3.1-8b, openai-codex/gpt-5.3-codex, google/gemini-3-flash-preview\n"]),
                Line("models set google/gemini-3-flash-preview", sees: ["Default model: google/gemini-3-flash-preview\n", "goes by it"]),
            ], by: person)
        stage.forget()
        #expect(try await gateway.ask("default").content == "Hello.")
        #expect(stage.asked.count == 1 && stage.asked.first?.hasPrefix("google/gemini-3-flash-preview AIza") == true, "\(stage.asked)")
        let written = try #require(home.read(".understudy/understudy.json"))
        #expect(written.contains("  // written by hand\n  gateway: { port: 7100 },\n"))
        await gateway.stop()
        withExtendedLifetime((cerebras, google)) {}
    }

    @Test func `somebody sets two keys for one provider, orders them, and looks why one is slow`() async throws {
        let stage = try Stage()
        let openai = try stage.provider("openai") { asked in
            asked.key.hasSuffix("-2")
                ? .says("Yes.", to: asked, pace: .zero) : .refuses(429, "Rate limit reached for requests", headers: ["retry-after": "20"])
        }
        let google = try stage.provider("google") { _ in Script([.stall]) }
        let home = try TemporaryHome()
        try home.write(
            #"""
            {"version":1,"profiles":{
              "openai:key1":{"type":"api_key","provider":"openai","key":"csk-key-one-aaaaaaaa-1"},
              "openai:key2":{"type":"api_key","provider":"openai","key":"csk-key-two-aaaaaaaa-2"},
              "google:default":{"type":"api_key","provider":"google","key":"csk-google-aaaaaaaaaaa"}}}
            """#, to: ".understudy/agents/main/agent/auth-profiles.json")
        let settings = """
            { models: { providers: {
                openai: { baseUrl: "\(openai.baseURL)", api: "openai-completions" }, google: { baseUrl: "\(google.baseURL)", api: "openai-completions" },
              } },
              agents: { defaults: { model: { primary: "openai/gpt-5.4" } } } }
            """
        let gateway = try await RunningGateway(settings: settings, home: home)
        let person = PersonAtATerminal(home: home, environment: ["NO_COLOR": "1"], columns: 80)
        try await Self.play(
            [
                Line("gateway restart", sees: []),
                Line("models status", sees: ["openai:key1", "openai:key2"]),
                Line("models fallbacks add openai/gpt-5.4-mini", sees: ["Fallbacks: openai/gpt-5.4-mini\n"]),
                Line("models fallbacks list", sees: ["Fallbacks (1):\n- openai/gpt-5.4-mini\n"]),
                Line("models auth order set --provider openai openai:key2 openai:key1", sees: ["openai:key2", "openai:key1"]),
                Line(
                    "models status --probe --probe-provider openai",
                    sees: ["openai:key2 (api_key)", "ok", "rate_limit", "Probed 4 targets"], status: nil),
                Line("models fallbacks add google/gemini-3-flash-preview", sees: ["google/gemini-3-flash-preview"]),
                Line(
                    "models status --probe --probe-provider google --probe-profile google:default --probe-timeout 700",
                    sees: ["timeout · ", "Probed 1 target in "], status: nil),
                Line("status --all", sees: ["openai/gpt-5.4"], status: nil),
                Line("logs --limit 20", sees: []),
            ], by: person)
        stage.forget()
        #expect(try await gateway.ask("default").content == "Yes.")
        #expect(stage.asked == ["openai/gpt-5.4 csk-key-two-aaaaaaaa-2"])
        await gateway.stop()
        withExtendedLifetime((openai, google)) {}
    }

    @Test func `somebody moves from OpenRouter to Anthropic with a token of their own`() async throws {
        let stage = try Stage()
        let anthropic = try stage.provider("anthropic", Stage.says("Directly."))
        let home = try TemporaryHome()
        let settings = """
            {
              agents: { defaults: { model: { primary: "openrouter/anthropic/claude-3.5-sonnet", fallbacks: ["openrouter/openai/gpt-4o-mini"] },
                models: { "openrouter/anthropic/claude-3.5-sonnet": { params: { cacheRetention: "none" } } } } },
              models: { providers: { anthropic: { baseUrl: "\(anthropic.baseURL.replacing("/v1", with: ""))" } } },
            }
            """
        let gateway = try await RunningGateway(
            settings: settings, home: home, environment: ["OPENROUTER_API_KEY": "csk-or-aaaaaaaaaaaaaaaa"])
        let person = PersonAtATerminal(home: home, environment: ["NO_COLOR": "1", "OPENROUTER_API_KEY": "csk-or-aaaaaaaaaaaaaaaa"])
        try await Self.play(
            [
                Line(
                    "models set anthropic/claude-3.5-sonnet",
                    sees: ["Default model: anthropic/claude-3.5-sonnet\n", "The running gateway goes by it."]),
                Line(
                    "models auth paste-token --provider anthropic",
                    [.await("nothing is shown"), .type("sk-ant-oat01-" + String(repeating: "a", count: 80) + "\n")],
                    sees: ["anthropic:manual"]),
                Line(
                    "config set agents.defaults.models[\"anthropic/claude-3.5-sonnet\"].params.cacheRetention none",
                    sees: ["cacheRetention: \"none\""]),
                Line("models status", sees: ["anthropic/claude-3.5-sonnet", "anthropic:manual"]),
            ], by: person)
        #expect(try await gateway.ask("default").content == "Directly.")
        await gateway.stop()
        withExtendedLifetime(anthropic) {}
    }

    @Test func `colours are for terminals that want them, and Ctrl-C leaves the terminal and the files as they were`() async throws {
        let home = try TemporaryHome()
        try home.write("{ gateway: { port: 1 } }", to: ".understudy/understudy.json")
        let person = PersonAtATerminal(home: home)
        let escape = "\u{1B}["
        #expect(try await person.types("config set gateway.port 7201").text.contains(escape))
        for (environment, word) in [(["NO_COLOR": "1"], ""), (["TERM": "dumb"], ""), ([:], " --no-color")] {
            let screen = try await PersonAtATerminal(home: home, environment: environment).types("providers list" + word)
            #expect(!screen.text.contains(escape) && screen.status == 0, "\(screen.text)")
        }
        #expect(try await BuiltBinary().run(["providers", "list"], home: home).out.contains(escape) == false)
        for columns in [40, 80, 120] {
            var narrow = PersonAtATerminal(home: home, environment: ["NO_COLOR": "1"])
            narrow.columns = columns
            let lines = try await narrow.types("providers list --ready").text.split(separator: "\n")
            #expect(lines.dropLast().allSatisfy { $0.count <= max(columns, 80) }, "\(columns): \(lines)")
        }
        let before = home.read(".understudy/understudy.json")
        let stopped = try await person.types("config set models.providers.openai.apiKey -", [.await("nothing is shown"), .interrupt])
        #expect(stopped.status != 0)
        #expect(home.read(".understudy/understudy.json") == before)
        // Nobody to ask: an error that says what to type, and no waiting.
        let alone = try await BuiltBinary().run(
            ["models", "auth", "paste-token", "--provider", "anthropic"], home: home, limit: .seconds(280))
        #expect(alone.status == 64 && !alone.ranTooLong, "\(alone)")
    }
}
