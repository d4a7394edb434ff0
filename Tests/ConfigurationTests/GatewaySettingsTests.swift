// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import Providers
import Testing

@Suite struct `The gateway's settings` {
    @Test(
        arguments: [
            ("{}", [:], nil, 7100), ("{ gateway: { port: 8000 } }", [:], nil, 8000),
            ("{ gateway: { port: 8000 } }", ["OPENCLAW_GATEWAY_PORT": "8001"], nil, 8001),
            ("{ gateway: { port: 8000 } }", ["OPENCLAW_GATEWAY_PORT": "8001", "UNDERSTUDY_GATEWAY_PORT": "8002"], nil, 8002),
            ("{ gateway: { port: 8000 } }", ["UNDERSTUDY_GATEWAY_PORT": "8002"], 8003, 8003),
            ("{}", ["UNDERSTUDY_GATEWAY_PORT": ""], nil, 7100), ("{}", [:], 0, 0),
        ] as [(String, [String: String], UInt16?, UInt16)]) func `take the port from the command line, the environment, the file`(
            text: String, environment: [String: String], flag: UInt16?, port: UInt16
        ) throws
    {
        var overrides = SettingsOverrides()
        overrides.port = flag
        #expect(try read(text, environment: environment, overrides: overrides).settings.gateway.port == port)
    }

    @Test func `refuse a port in the environment that is none`() {
        #expect(
            texts(of: problems(of: "{}", environment: ["UNDERSTUDY_GATEWAY_PORT": "high"])) == [
                #"environment: UNDERSTUDY_GATEWAY_PORT is "high"; it takes a whole number from 0 to 65535."#
            ])
    }

    @Test(arguments: [
        ("auto", GatewaySettings.Bind.loopback, "127.0.0.1", true), ("loopback", .loopback, "127.0.0.1", true),
        ("lan", .lan, "0.0.0.0", false),
    ]) func `name where to listen`(name: String, bind: GatewaySettings.Bind, host: String, isLoopback: Bool) throws {
        let found = try read("{ gateway: { bind: '\(name)' } }").settings.gateway.bind
        #expect(found == bind)
        #expect(found.host == host)
        #expect(found.isLoopback == isLoopback)
    }

    @Test(arguments: [
        ("192.168.1.4", GatewaySettings.Bind.address("192.168.1.4"), false), ("::1", .address("::1"), true), ("127.0.0.1", .loopback, true),
        ("127.0.0.2", .address("127.0.0.2"), true), ("0.0.0.0", .lan, false), ("::", .address("::"), false),
    ]) func `name an address to listen on`(address: String, bind: GatewaySettings.Bind, isLoopback: Bool) throws {
        let found = try read("{ gateway: { bind: 'custom', customBindHost: '\(address)' } }").settings.gateway.bind
        #expect(found == bind)
        #expect(found.isLoopback == isLoopback)
        var overrides = SettingsOverrides()
        overrides.bind = address
        #expect(try read("{}", overrides: overrides).settings.gateway.bind == bind)
    }

    @Test(
        arguments: [
            ("{}", [:], nil, GatewaySettings.Auth.token(nil)),
            ("{ gateway: { auth: { token: 'abc' } } }", [:], nil, .token(.init(Secret("abc"), origin: .setting("gateway.auth.token")))),
            (
                "{ gateway: { auth: { token: 'abc' } } }", ["OPENCLAW_GATEWAY_TOKEN": "def"], nil,
                .token(.init(Secret("def"), origin: .environment("OPENCLAW_GATEWAY_TOKEN")))
            ),
            (
                "{ gateway: { auth: { token: 'abc' } } }", ["UNDERSTUDY_GATEWAY_TOKEN": "def"], "ghi",
                .token(.init(Secret("ghi"), origin: .commandLine))
            ), ("{ gateway: { auth: { mode: 'none' } } }", ["UNDERSTUDY_GATEWAY_TOKEN": "def"], nil, .none),
            (
                "{ gateway: { auth: { password: 'abc' } } }", [:], nil,
                .token(.init(Secret("abc"), origin: .setting("gateway.auth.password")))
            ),
            (
                "{ gateway: { auth: { mode: 'password' } } }", ["OPENCLAW_GATEWAY_PASSWORD": "abc"], nil,
                .token(.init(Secret("abc"), origin: .environment("OPENCLAW_GATEWAY_PASSWORD")))
            ),
        ] as [(String, [String: String], String?, GatewaySettings.Auth)]) func `name what clients show`(
            text: String, environment: [String: String], flag: String?, auth: GatewaySettings.Auth
        ) throws
    {
        var overrides = SettingsOverrides()
        overrides.token = flag.map { Secret($0) }
        #expect(try read(text, environment: environment, overrides: overrides).settings.gateway.auth == auth)
    }

    @Test func `never open the port to others without a token, whoever asks for it`() {
        var overrides = SettingsOverrides()
        overrides.auth = "none"
        overrides.bind = "lan"
        let found = texts(of: problems(of: "{}", overrides: overrides))
        #expect(
            found == [
                #"command line: gateway.auth.mode is "none" while the gateway listens on 0.0.0.0, where others can reach it; take mode "token" or bind "loopback"."#
            ])
    }

    @Test(arguments: [
        ("debug", LoggingSettings.Level.debug), ("trace", .debug), ("warn", .warning), ("fatal", .error), ("silent", .silent),
        ("notice", .notice),
    ]) func `know OpenClaw's log levels`(name: String, level: LoggingSettings.Level) throws {
        #expect(try read("{ logging: { level: '\(name)', consoleStyle: 'json' } }").settings.logging.level == level)
        #expect(try read("{}", environment: ["OPENCLAW_LOG_LEVEL": name]).settings.logging.level == level)
    }
}

@Suite struct `The narrower place` {
    static let text = """
        {
          timeouts: { firstTokenSeconds: 5, idleSeconds: 6.5 },
          failover: { patienceSeconds: 1, blocks: { billing: [1, 2], auth: [3] }, hedge: { mode: "on", afterMs: 1500 } },
          auth: { cooldowns: { billingBackoffHours: 5 } },
          models: { providers: {
            groq: {
              timeoutSeconds: 40, timeouts: { idleSeconds: 7 }, failover: { blocks: { billing: [4] }, midStream: "error", hedge: { afterMs: "auto" } },
              models: [{ id: "fast", timeouts: { idleSeconds: 8 }, failover: { blocks: { auth: [9] } } }],
            },
          } },
        }
        """

    @Test(arguments: [
        ("openai/x", "idle 6.5 seconds timeouts, firstToken 5.0 seconds timeouts, plain 300.0 seconds built in"),
        (
            "groq/x",
            "idle 7.0 seconds models.providers.groq, firstToken 40.0 seconds models.providers.groq, plain 40.0 seconds models.providers.groq"
        ),
        (
            "groq/fast",
            "idle 8.0 seconds models.providers.groq.models[0], firstToken 40.0 seconds models.providers.groq, plain 40.0 seconds models.providers.groq"
        ),
    ]) func `sets the time limits`(model: String, expected: String) throws {
        let limits = try read(Self.text).settings.limits(for: try #require(ModelRef(model)))
        let told = [TimeLimits.Phase.idle, .firstToken, .plain].map { "\($0.rawValue) \(limits[$0].length) \(limits[$0].setBy)" }
        #expect(told.joined(separator: ", ") == expected)
    }

    @Test(arguments: [("openai/x", [1, 2], [3]), ("groq/x", [4], [3]), ("groq/fast", [4], [9])]) func `sets how long blocks last`(
        model: String, billing: [Int], auth: [Int]
    ) throws {
        let policy = try read(Self.text).settings.policy(for: try #require(ModelRef(model)))
        #expect(policy.blocks.billing == billing.map { .seconds($0) })
        #expect(policy.blocks.auth == auth.map { .seconds($0) })
        #expect(policy.patience == .seconds(1))
    }

    @Test func `sets what becomes of streams`() throws {
        let settings = try read(Self.text).settings
        #expect(settings.failover.midStream == .resume)
        #expect(settings.failover.hedge.isOn)
        #expect(settings.failover.hedge.after == .milliseconds(1500))
        let groq = settings.failover(for: ModelRef(provider: "groq", model: "x"))
        #expect(groq.midStream == .error)
        #expect(groq.hedge.after == nil)
    }
}

@Suite struct `A provider` {
    static func provider(_ text: String, _ id: ProviderID, environment: [String: String] = [:]) throws -> Provider? {
        try read("{ models: { \(text) } }", environment: environment).settings.providers[id]
    }

    @Test func `of the catalogue needs no entry`() throws {
        #expect(try Self.provider("mode: 'merge'", "groq")?.baseURL.description == "https://api.groq.com/openai/v1")
    }

    @Test func `of the catalogue is gone where only those written count`() throws {
        #expect(try Self.provider("mode: 'replace', providers: { openai: {} }", "groq") == nil)
        #expect(try Self.provider("mode: 'replace', providers: { openai: {} }", "openai") != nil)
    }

    @Test func `of the catalogue keeps what its entry does not say`() throws {
        let provider = try Self.provider("providers: { Groq: { headers: { a: 'b' } } }", "groq")
        #expect(provider?.baseURL.description == "https://api.groq.com/openai/v1")
        #expect(provider?.headers.count == 1)
    }

    @Test func `may be asked with a header of its own`() throws {
        let provider = try Self.provider(
            "providers: { azure: { baseUrl: 'https://a.example', request: { auth: { mode: 'header', headerName: 'api-key', value: 'k', prefix: '' } } } }",
            "azure")
        #expect(provider?.credentialHeader == .named("api-key", prefix: ""))
        #expect(provider?.needsCredential == true)
    }

    @Test func `may be asked without a key`() throws {
        let provider = try Self.provider(
            "providers: { own: { baseUrl: 'https://a.example', authHeader: false, headers: { 'x-key': '${K}' } } }", "own",
            environment: ["K": "1"])
        #expect(provider?.credentialHeader == .nowhere)
        #expect(provider?.needsCredential == false)
        #expect(try Self.provider("providers: { own: { baseUrl: 'http://10.0.0.2:8000/v1' } }", "own")?.needsCredential == false)
    }

    @Test func `on a wire that is not built is kept and noted`() throws {
        let (settings, notes) = try read(
            "{ models: { providers: { own: { baseUrl: 'https://a.example', api: 'bedrock-converse-stream' } } } }")
        #expect(settings.providers["own"]?.wireName == "bedrock-converse-stream")
        #expect(notes.map(\.text) == ["this version does not speak bedrock-converse-stream; models of own are passed over"])
    }
}

@Suite struct `A setting of how to fail over` {
    @Test(arguments: [
        "{ failover: { midStream: 'resume' } }",
        "{ failover: { midStream: 'error', hedge: { mode: 'off' } }, auth: { spread: 'fillFirst' } }",
        "{ failover: { hedge: { mode: 'on', afterMs: 200, budgetPercent: 1 } } }", "{ auth: { spread: 'leastRecentlyUsed' } }",
        "{ models: { providers: { groq: { failover: { hedge: { mode: 'on', afterMs: 'auto' } } } } } }",
    ]) func `is obeyed, so nothing is said of it`(text: String) throws { #expect(try read(text).notes.map(\.text) == []) }

    @Test func `of a whole request is said to change nothing inside a provider or a model`() throws {
        let notes = try read(
            """
            { models: { providers: { groq: {
              failover: { maxAttempts: 1, blocks: { auth: [9] } },
              models: [{ id: 'x', failover: { patienceSeconds: 3 } }],
            } } }, failover: { maxAttempts: 5, patienceSeconds: 1 } }
            """
        ).notes
        #expect(
            notes.map(\.description) == [
                "\(settingsPath):3: models.providers.groq.models[0].failover.patienceSeconds changes nothing: "
                    + "the whole request has one failover.patienceSeconds",
                "\(settingsPath):2: models.providers.groq.failover.maxAttempts changes nothing: the whole request has one failover.maxAttempts",
            ])
    }
}
