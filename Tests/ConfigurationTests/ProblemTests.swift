// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite struct `A problem in the settings` {
    @Test(arguments: [
        (#"{ gateway: { prot: 1 } }"#, "understudy.json:1:14: gateway.prot is no setting. Did you mean gateway.port?"),
        (#"{ receipts: { elephants: 1 } }"#, "understudy.json:1:15: receipts.elephants is no setting; receipts has keepDays."),
        (#"{ gatway: {} }"#, "understudy.json:1:3: gatway is no setting. Did you mean gateway?"),
        (#"{ Models: {} }"#, "understudy.json:1:3: Models is no setting. Did you mean models?"),
        (#"{ gateway: { port: "eighty" } }"#, #"understudy.json:1:20: gateway.port is "eighty"; it takes a whole number from 1 to 65535."#),
        (#"{ gateway: { port: 0 } }"#, "understudy.json:1:20: gateway.port is 0; it takes a whole number from 1 to 65535."),
        (#"{ gateway: { port: 70000 } }"#, "understudy.json:1:20: gateway.port is 70000; it takes a whole number from 1 to 65535."),
        (#"{ gateway: { port: 71.5 } }"#, "understudy.json:1:20: gateway.port is 71.5; it takes a whole number from 1 to 65535."),
        (#"{ gateway: { port: null } }"#, "understudy.json:1:20: gateway.port is null; it takes a whole number from 1 to 65535."),
        (#"{ gateway: [] }"#, "understudy.json:1:12: gateway is a list; it takes an object."),
        (
            #"{ gateway: { bind: "lann" } }"#,
            #"understudy.json:1:20: gateway.bind is "lann"; it takes one of "auto", "loopback", "lan", "tailnet", "custom". Did you mean "lan"?"#
        ),
        (
            #"{ gateway: { bind: "tailnet" } }"#,
            #"understudy.json:1:20: gateway.bind is "tailnet", which is not supported yet; write "custom" and the machine's Tailscale address as customBindHost."#
        ),
        (
            #"{ gateway: { bind: "custom" } }"#,
            #"understudy.json:1:20: gateway.bind is "custom"; gateway.customBindHost takes the address."#
        ),
        (
            #"{ gateway: { bind: "custom", customBindHost: "home" } }"#,
            #"understudy.json:1:46: gateway.customBindHost is "home"; it takes an IP address, such as 192.168.1.4."#
        ),
        (
            #"{ gateway: { bind: "lan", auth: { mode: "none" } } }"#,
            #"understudy.json:1:41: gateway.auth.mode is "none" while the gateway listens on 0.0.0.0, where others can reach it; take mode "token" or bind "loopback"."#
        ),
        (
            #"{ gateway: { auth: { mode: "trusted-proxy" } } }"#,
            #"understudy.json:1:28: gateway.auth.mode is "trusted-proxy", which is not supported yet; write "token"."#
        ),
        (
            #"{ gateway: { auth: { mode: "password" } } }"#,
            #"understudy.json:1:20: gateway.auth.mode is "password" and there is none; gateway.auth.password takes it."#
        ),
        (
            #"{ gateway: { controlUi: { allowedOrigins: ["*"] } } }"#,
            #"understudy.json:1:44: gateway.controlUi.allowedOrigins[0] is "*": every web page could use the gateway; it takes an origin such as https://dash.example."#
        ),
        (
            #"{ gateway: { http: { maxBodyMemoryBytes: 2048 } } }"#,
            "understudy.json:1:20: gateway.http.maxBodyMemoryBytes (2048) is less than maxBodyBytes (33554432); no body of the full size could be kept."
        ),
        (
            #"{ models: { providers: { a: { baseUrl: "ftp://a.example" } } } }"#,
            #"understudy.json:1:40: models.providers.a.baseUrl is "ftp://a.example"; it takes an http or https URL with a host and without user, query or fragment."#
        ),
        (
            #"{ models: { providers: { a: { baseUrl: "https://me:hunter2@a.example" } } } }"#,
            "understudy.json:1:40: models.providers.a.baseUrl holds a user name or password; it takes an http or https URL with a host and without user, query or fragment."
        ),
        (
            #"{ models: { providers: { a: {} } } }"#,
            "understudy.json:1:29: models.providers.a has no baseUrl; one is needed, since a is not among the built-in providers with a URL."
        ),
        (
            #"{ models: { providers: { a: { baseUrl: "https://a.example", api: "openai-completion" } } } }"#,
            #"understudy.json:1:66: models.providers.a.api is "openai-completion"; it takes one of "openai-completions", "openai-responses", "openai-codex-responses", "openai-chatgpt-responses", "azure-openai-responses", "anthropic-messages", "google-generative-ai", "google-vertex", "google-gemini-cli", "github-copilot", "bedrock-converse-stream", "ollama". Did you mean "openai-completions"?"#
        ),
        (
            #"{ models: { providers: { openai: { apiKey: 12345678 } } } }"#,
            #"understudy.json:1:44: models.providers.openai.apiKey is a number; it takes text, "${VARIABLE}" or a reference {source, provider, id}."#
        ),
        (
            #"{ models: { providers: { openai: { apiKey: "${OPENAI_KEY}" } } } }"#,
            #"understudy.json:1:44: Missing env var "OPENAI_KEY" referenced at config path: models.providers.openai.apiKey; set it, or write $${OPENAI_KEY} for the text itself."#
        ),
        (
            #"{ models: { providers: { openai: { apiKey: { source: "env", provider: "default", id: "OPENAI_KEY" } } } } }"#,
            #"understudy.json:1:44: Missing env var "OPENAI_KEY" referenced at config path: models.providers.openai.apiKey; set it."#
        ),
        (
            #"{ models: { providers: { openai: { apiKey: { source: "exec", provider: "vault", id: "openai" } } } } }"#,
            #"understudy.json:1:44: models.providers.openai.apiKey: its reference names vault, which is missing in secrets.providers; write {source: "exec", …} there."#
        ),
        (
            #"{ models: { providers: { openai: { headers: { "content-length": "1" } } } } }"#,
            #"understudy.json:1:65: models.providers.openai.headers.content-length is a header that the gateway sets itself; take it out."#
        ),
        (
            #"{ models: { providers: { openai: { headers: { "x-a": "1\n2" } } } } }"#,
            "understudy.json:1:54: models.providers.openai.headers.x-a has characters that no header may have; a line break, perhaps."
        ),
        (
            #"{ models: { providers: { openai: { models: [{ name: "x" }] } } } }"#,
            "understudy.json:1:45: models.providers.openai.models[0] has no id; it takes the provider's name for the model."
        ),
        (
            #"{ models: { providers: { openai: { models: [{ id: "m" }, { id: "m" }] } } } }"#,
            #"understudy.json:1:58: models.providers.openai.models[1].id is "m" a second time; write it once."#
        ),
        (
            #"{ models: { providers: { "z.ai": {}, zai: {} } } }"#,
            "understudy.json:1:43: models.providers.zai is the provider zai a second time; write it once."
        ),
        (
            #"{ models: { providers: { openai: { timeouts: { idelSeconds: 1 } } } } }"#,
            "understudy.json:1:48: models.providers.openai.timeouts.idelSeconds is no setting. Did you mean models.providers.openai.timeouts.idleSeconds?"
        ),
        (#"{ timeouts: { idleSeconds: -1 } }"#, "understudy.json:1:28: timeouts.idleSeconds is -1; it takes a number from 0.01 to 86400."),
        (
            #"{ timeouts: { idleSeconds: Infinity } }"#,
            "understudy.json:1:28: timeouts.idleSeconds is Infinity; it takes a number from 0.01 to 86400."
        ),
        (
            #"{ failover: { blocks: { auth: [] } } }"#,
            "understudy.json:1:31: failover.blocks.auth is a list; it takes a list of 1 to 10 numbers from 0.01 to 604800."
        ),
        (
            #"{ failover: { hedge: { afterMs: "soon" } } }"#,
            #"understudy.json:1:33: failover.hedge.afterMs is "soon"; it takes "auto" or a whole number from 1 to 600000."#
        ),
        (
            #"{ agents: { defaults: { model: "gpt-5" } } }"#,
            #"understudy.json:1:32: agents.defaults.model is "gpt-5", which is neither provider/model nor an alias; write it with its provider, such as openai/gpt-5.4."#
        ),
        (
            #"{ agents: { defaults: { model: 5 } } }"#,
            #"understudy.json:1:32: agents.defaults.model is 5; it takes "provider/model", an alias, or {primary, fallbacks}."#
        ),
        (
            #"{ agents: { defaults: { model: { primary: "openai/a", fallbacks: "openai/b" } } } }"#,
            #"understudy.json:1:66: agents.defaults.model.fallbacks is "openai/b"; it takes a list of texts."#
        ),
        (
            #"{ agents: { defaults: { model: { primary: "openai/a", falbacks: [] } } } }"#,
            "understudy.json:1:55: agents.defaults.model.falbacks is no setting. Did you mean agents.defaults.model.fallbacks?"
        ),
        (
            #"{ agents: { defaults: { models: { gpt: {} } } } }"#,
            #"understudy.json:1:40: "gpt" is no model; write provider/model or provider/*."#
        ),
        (
            #"{ agents: { defaults: { models: { "openai/a": { alias: "Default" } } } } }"#,
            #"understudy.json:1:56: agents.defaults.models["openai/a"].alias is "Default"; this name has a meaning of its own."#
        ),
        (
            #"{ agents: { list: [{ model: "openai/a" }] } }"#,
            "understudy.json:1:20: agents.list[0] has no id; it takes a name for the agent."
        ),
        (
            #"{ agents: { list: [{ id: "a" }, { id: "A" }] } }"#,
            "understudy.json:1:33: agents.list[1] is the agent a a second time; write it once."
        ),
        (
            #"{ agents: { list: [{ id: "a b" }] } }"#,
            #"understudy.json:1:20: "a b" is no id for an agent; it takes 1 to 64 letters, digits, -, _ and .."#
        ),
        (
            #"{ auth: { profiles: { "openai:main": { mode: "api_key" } } } }"#,
            #"understudy.json:1:38: auth.profiles["openai:main"] has no provider; it is needed."#
        ),
        (
            #"{ auth: { profiles: { "openai:main": { provider: "openai", mode: "apikey" } } } }"#,
            #"understudy.json:1:66: auth.profiles["openai:main"].mode is "apikey"; it takes one of "api_key", "oauth", "token". Did you mean "api_key"?"#
        ), (#"{ env: { A: 1 } }"#, "understudy.json:1:13: env.A is 1; it takes text."),
        (#"{ env: { "1A": "x" } }"#, #"understudy.json:1:16: "1A" is no name of a variable; letters, digits and _ make one."#),
        (#"{ logging: { file: "" } }"#, "understudy.json:1:20: logging.file is empty; it takes text."),
        (
            #"{ logging: { level: true } }"#,
            "understudy.json:1:21: logging.level is true; it takes one of \"trace\", \"debug\", \"info\", \"notice\", \"warn\", \"warning\", \"error\", \"fatal\", \"silent\"."
        ),
    ]) func `says where it is, what was read and what would do`(text: String, expected: String) {
        #expect(texts(of: problems(of: text)) == [expected])
    }

    @Test func `stands in its own line and column`() {
        let text = "{\n  // Ports\n  gateway: {\n    'port': \"é\", \n  },\n}"
        #expect(problems(of: text).map { [$0.line, $0.column] } == [[4, 13]])
    }

    @Test func `carries its parts for programs`() throws {
        let problem = try #require(problems(of: "{ gateway: { prot: 1 } }").first)
        #expect(problem.file == settingsPath)
        #expect(problem.path == "gateway.prot")
        #expect(problem.nearest == "gateway.port")
    }

    @Test func `does not hide the next one`() {
        let text = """
            { gateway: { port: -1, bind: 7 },
              timeouts: { idleSeconds: "x" },
              logging: { levle: "info" } }
            """
        #expect(
            texts(of: problems(of: text)) == [
                "understudy.json:1:20: gateway.port is -1; it takes a whole number from 1 to 65535.",
                "understudy.json:1:30: gateway.bind is 7; it takes one of \"auto\", \"loopback\", \"lan\", \"tailnet\", \"custom\".",
                "understudy.json:2:28: timeouts.idleSeconds is \"x\"; it takes a number from 0.01 to 86400.",
                "understudy.json:3:14: logging.levle is no setting. Did you mean logging.level?",
            ])
    }

    @Test func `is told beside nineteen others at most`() throws {
        let keys = (0..<50).map { "unknownKey\($0): 1" }.joined(separator: ", ")
        do {
            _ = try read("{ gateway: { \(keys) } }")
            Issue.record("it was read")
        } catch let problems as SettingsProblems {
            #expect(problems.problems.count == 20)
            #expect(problems.omitted == 30)
            #expect(problems.text.hasSuffix("\n… and 30 more."))
        }
    }

    @Test(arguments: [
        #"{ models: { providers: { a: { baseUrl: "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789" } } } }"#,
        #"{ gateway: { bind: "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789" } }"#,
        #"{ models: { providers: { openai: { headers: { "x key": "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789" } } } } }"#,
        #"{ models: { providers: { openai: { headers: { "x-key": "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789\u0001" } } } } }"#,
    ]) func `never shows a key that stands in the wrong place`(text: String) {
        let found = problems(of: text)
        #expect(found.count == 1)
        #expect(!found.contains { $0.text.contains("abcdefgh") })
    }

    @Test func `shows what comes from variables as it was written`() {
        let found = problems(of: #"{ gateway: { bind: "${WHERE}" } }"#, environment: ["WHERE": "hunter2-secret"])
        #expect(found.map(\.found) == [#"gateway.bind is "${WHERE}""#])
    }

    @Test func `shows no control characters`() {
        let found = problems(of: "{ gateway: { bind: \"a\\u001b[31mred\" } }")
        #expect(found.count == 1)
        #expect(!found.contains { $0.text.unicodeScalars.contains { $0.properties.generalCategory == .control } })
    }
}
