// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers
import Relay
import Testing

@testable import CLI

@Suite struct `models status` {
    static var location: ConfigLocation {
        ConfigLocation.find(
            config: nil, stateDir: nil,
            in: .init(environment: [:], home: "/home/ada", workingFolder: "/", exists: { $0.hasSuffix("understudy.json") }))
    }

    static let timed = ModelsStatusReport.Block(
        scope: "credential_model", subject: "anthropic/opus with anthropic:work", reason: "billing", rule: "status.402",
        receipt: "01JCE6T4Y4V4Q1S3BZ0Q2N8G5M", status: 402, until: 60_000, remaining: 38_000)
    static let endless = ModelsStatusReport.Block(
        scope: "credential", subject: "everything with cerebras:manual", reason: "auth_permanent", rule: "code.revoked",
        receipt: "01JCE6T4Y4V4Q1S3BZ0Q2N8G5N", status: nil, until: nil, remaining: 0)

    static var report: ModelsStatusReport {
        ModelsStatusReport(
            location: location, agent: "main", agentFolder: "/home/ada/.understudy/agents/main/agent", defaultModel: "anthropic/opus",
            defaultSource: "agents.defaults.model.primary", defaultWritten: "opus", fallbacks: ["cerebras/gpt-oss"],
            fallbacksSource: "agents.defaults.model.fallbacks", aliases: [.init(alias: "opus", model: "anthropic/opus")],
            gateway: .running(url: "http://127.0.0.1:7100"),
            links: [
                .init(
                    model: "anthropic/opus", credential: "anthropic:work", kind: "token", masked: "sk-…1a2b",
                    origin: "agents.defaults.model.primary",
                    block: timed),
                .init(
                    model: "cerebras/gpt-oss", credential: "cerebras:manual", kind: "api_key", masked: "csk…9z9z",
                    origin: "agents.defaults.model.fallbacks[0]",
                    block: endless),
                .init(model: "local/m1", credential: "local:none", kind: "none", masked: "", origin: "primary", block: nil),
            ],
            blocks: [timed, endless],
            skipped: [
                .init(
                    model: "nope/x", credential: nil, origin: "agents.defaults.model.fallbacks[1]", code: "unknown_provider",
                    text: "no such provider is configured")
            ],
            providers: [
                .init(
                    id: "anthropic",
                    credentials: [
                        .init(
                            id: "anthropic:work", kind: "token", masked: "sk-…1a2b", source: "auth-profiles.json", unusable: nil,
                            place: .order,
                            standing: .init(status: "ok", code: "ok", text: "ok, expires in 9d", expires: 777_700_000, needs: nil)),
                        .init(
                            id: "anthropic:old", kind: "oauth", masked: "<secret>", source: "auth-profiles.json",
                            unusable: "it has expired",
                            standing: .init(
                                status: "expired", code: "sign_in_again", text: "sign in again: invalid_grant, 2m ago", expires: nil,
                                needs: .failed)
                        ),
                    ], isInUse: true, needsCredential: true, variable: "ANTHROPIC_API_KEY"),
                .init(id: "openai", credentials: [], isInUse: true, needsCredential: true, variable: "OPENAI_API_KEY"),
                .init(id: "unused", credentials: [], isInUse: false, needsCredential: true, variable: "UNUSED_API_KEY"),
            ], notes: ["auth-profiles.json: line 3 is odd"],
            quotas: [
                QuotaRow(
                    credential: "anthropic:work", provider: "anthropic", at: Timestamp(milliseconds: 0), source: .headers,
                    windows: [
                        QuotaWindow(name: "5h", length: .seconds(18_000), usedPercent: 12, resetsAt: Timestamp(milliseconds: 3_600_000)),
                        QuotaWindow(
                            name: "168h", length: .seconds(604_800), usedPercent: 99.5,
                            resetsAt: Timestamp(milliseconds: (5 * 86_400 + 23 * 3600) * 1000)),
                    ])
            ])
    }

    @Test func `is this for people, whole`() {
        let now = HostFacts.localTime(milliseconds: 60_000)
        #expect(
            Self.report.text(width: nil, colour: false) == """
                Config        : ~/.understudy/understudy.json
                State folder  : ~/.understudy
                Agent         : main
                Agent dir     : ~/.understudy/agents/main/agent
                Default       : anthropic/opus (from opus, agents.defaults.model.primary)
                Fallbacks (1) : cerebras/gpt-oss (from agents.defaults.model.fallbacks)
                Image model   : -
                Image fallbacks (0): -
                Aliases (1)   : opus -> anthropic/opus
                Configured models (0): all
                Gateway       : running on http://127.0.0.1:7100

                Chain
                  #  model             credential       secret    from                                now
                  1  anthropic/opus    anthropic:work   sk-…1a2b  agents.defaults.model.primary       blocked 38 s
                  2  cerebras/gpt-oss  cerebras:manual  csk…9z9z  agents.defaults.model.fallbacks[0]  blocked
                  3  local/m1          local:none                 primary                             ready

                Not in the chain
                - nope/x (agents.defaults.model.fallbacks[1]): no such provider is configured

                Blocked
                - anthropic/opus with anthropic:work is blocked until \(now) (38 s): billing, \
                rule status.402, status 402; understudy explain 01JCE6T4Y4V4Q1S3BZ0Q2N8G5M
                - everything with cerebras:manual is blocked until its secret changes: auth_permanent, \
                rule code.revoked; understudy explain 01JCE6T4Y4V4Q1S3BZ0Q2N8G5N

                Auth overview
                Auth store    : ~/.understudy/agents/main/agent/auth-profiles.json
                Shell env     : off
                Providers w/ OAuth/tokens (1): anthropic (2)
                - anthropic effective=profiles:anthropic:work | profiles=2 (oauth=1, token=1, api_key=0) | order=auth.order, then OAuth before token before key
                  - anthropic:work sk-…1a2b from auth-profiles.json
                  - anthropic:old <secret> from auth-profiles.json: it has expired
                - openai effective=missing | profiles=0 (oauth=0, token=0, api_key=0)
                - unused effective=missing | profiles=0 (oauth=0, token=0, api_key=0)

                Missing auth
                - openai Set OPENAI_API_KEY, or run: understudy models auth add --provider openai

                OAuth/token status
                - anthropic
                  - anthropic:work ok, expires in 9d
                    usage: 5h 88% left, resets in 1h · 168h 0% left, resets in 5d 23h
                  - anthropic:old sign in again: invalid_grant, 2m ago

                Notes
                - auth-profiles.json: line 3 is odd
                """)
    }

    @Test(arguments: [72, 80, 100, 120])
    func `fits its chain to the terminal`(width: Int) {
        let text = Self.report.text(width: width, colour: false)
        let chain = text.split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != "Chain" }.prefix { !$0.isEmpty }
        #expect(chain.count == 5)
        #expect(chain.allSatisfy { TextWidth.columns(String($0)) <= max(width, 78) })
    }

    @Test func `ends a check by what has to be done`() {
        func checked(_ needs: [CLI.ExitStatus?], isInUse: Bool = true) -> CLI.ExitStatus {
            var report = Self.report
            let credentials = needs.enumerated().map { number, needs in
                ModelsStatusReport.Credential(
                    id: "a:\(number)", kind: "oauth", masked: "", source: "auth-profiles.json", unusable: nil,
                    standing: .init(status: "ok", code: "ok", text: "", needs: needs))
            }
            report.providers = [.init(id: "a", credentials: credentials, isInUse: isInUse, needsCredential: true, variable: "A")]
            return report.checked
        }
        #expect(checked([nil]) == .fine)
        #expect(checked([nil, .degraded]) == .degraded)
        #expect(checked([.degraded, .failed]) == .failed)
        #expect(checked([]) == .failed, "missing")
        #expect(checked([.failed], isInUse: false) == .fine, "nobody asks it")
    }

    @Test func `is a document for programs`() throws {
        let document = Self.report.json
        #expect(try JSONValue.parse(JSONWriter.compact(document)) == document)
        #expect(document["configPath"] == "/home/ada/.understudy/understudy.json")
        #expect(document["defaultModel"] == "opus")
        #expect(document["resolvedDefault"] == "anthropic/opus")
        #expect(document["fallbacks"] == ["cerebras/gpt-oss"])
        #expect(document["aliases"]?["opus"] == "anthropic/opus")
        #expect(document["chain"]?[0]?["block"]?["reason"] == "billing")
        #expect(document["chain"]?[2]?["block"] == .null)
        #expect(document["blocks"]?.array?.count == 2)
        #expect(document["skipped"]?[0]?["code"] == "unknown_provider")
        #expect(document["auth"]?["missingProvidersInUse"] == ["openai"])
        #expect(document["auth"]?["unusableProfiles"]?[0]?["kind"] == "cooldown")
        #expect(document["auth"]?["unusableProfiles"]?[1]?["kind"] == "disabled")
        #expect(document["auth"]?["providers"]?[0]?["effective"] == ["kind": "profiles", "detail": "anthropic:work"])
        #expect(document["auth"]?["providers"]?[0]?["profiles"]?["count"] == 2)
        #expect(document["auth"]?["providersWithOAuth"] == ["anthropic (2)"])
        #expect(document["auth"]?["storePath"] == "/home/ada/.understudy/agents/main/agent/auth-profiles.json")
        #expect(document["auth"]?["oauth"]?["warnAfterMs"] == 86_400_000)
        #expect(document["auth"]?["oauth"]?["profiles"]?[0]?["status"] == "ok")
        #expect(document["auth"]?["oauth"]?["profiles"]?[0]?["remainingMs"] == 777_700_000)
        #expect(document["auth"]?["oauth"]?["profiles"]?[1]?["state"] == "sign_in_again")
        #expect(document["auth"]?["oauth"]?["providers"]?[0]?["status"] == "ok")
        #expect(document["auth"]?["quota"]?[0]?["windows"]?[1]?["left_percent"] == 0)
        #expect(document["auth"]?["shellEnvFallback"] == ["enabled": false, "appliedKeys": []])
        for name in ["imageModel", "imageFallbacks", "allowed", "modelConfig"] { #expect(document[name] != nil, "\(name)") }
        #expect(document["auth"]?["probes"] == nil, "nobody was asked")
    }
}

@Suite struct `gateway status` {
    static let status: JSONValue = [
        "version": "0.1.0", "pid": 42, "port": 7100, "uptime_seconds": 7380, "in_flight": 3, "blocks": 2, "state_folder": "/s",
        "config": nil,
    ]

    @Test(arguments: [
        (
            GatewayStatusReport.State.up(ready: true, notReady: nil, status: status, detail: nil),
            """
            Runtime: running (pid 42, version 0.1.0, up 2 h 3 min)
            Connectivity probe: ok (http://127.0.0.1:7100)
            Ready: yes
            Requests in flight: 3
            Blocked: 2 (why: understudy models status)
            Config: none: the rehearsal provider plays
            Port: 7100
            State folder: /s
            Token: ~/.understudy/gateway.token
            """, CLI.ExitStatus.fine
        ),
        (
            .up(
                ready: false, notReady: "every candidate of the default chain is blocked or paused", status: nil,
                detail: "the token was refused"),
            """
            Runtime: running
            Connectivity probe: ok (http://127.0.0.1:7100)
            Ready: no: every candidate of the default chain is blocked or paused
            Details: not shown: the token was refused
            Token: ~/.understudy/gateway.token
            """, .fine
        ),
        (
            .down(why: "no gateway listens at http://127.0.0.1:7100: refused"),
            """
            Runtime: not running
            Connectivity probe: failed: no gateway listens at http://127.0.0.1:7100: refused
            Token: ~/.understudy/gateway.token
            """, .failed
        ),
    ])
    func `says how it is`(state: GatewayStatusReport.State, text: String, status: CLI.ExitStatus) throws {
        let report = GatewayStatusReport(url: "http://127.0.0.1:7100", state: state, token: "~/.understudy/gateway.token")
        #expect(report.text == text)
        #expect(report.exitStatus == status)
        #expect(report.json["up"] == .bool(status == .fine))
        #expect(try JSONValue.parse(JSONWriter.compact(report.json)) == report.json)
    }
}
