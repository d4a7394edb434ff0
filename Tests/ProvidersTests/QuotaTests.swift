// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

@Suite struct `What a provider still grants` {
    static let now = Timestamp(milliseconds: 1_795_262_400_000)

    /// `5h 58% left in 3600`, `requests per day 8% left (1200 of 14400) in 33011`
    static func text(_ window: QuotaWindow) -> String {
        let count = window.remaining.flatMap { left in window.limit.map { " (\(left) of \($0))" } } ?? ""
        let reset = window.resetsAt.map { " in \(($0 - now).components.seconds)" } ?? ""
        return "\(window.name) \(window.leftPercent)% left\(count)\(reset)"
    }

    @Test(
        arguments: [
            // Claude subscriptions: a share of 1, resets in seconds since 1970 or as a date; the shortest window first.
            (
                [
                    "anthropic-ratelimit-unified-status": "allowed", "anthropic-ratelimit-unified-7d-utilization": "0.30",
                    "anthropic-ratelimit-unified-7d-reset": "1795348800", "anthropic-ratelimit-unified-5h-utilization": "0.42",
                    "Anthropic-Ratelimit-Unified-5h-Reset": "2026-11-21T13:00:00Z", "anthropic-ratelimit-unified-5h-status": "allowed",
                    "anthropic-ratelimit-unified-overage-utilization": "0.9",
                    "anthropic-ratelimit-unified-representative-claim": "five_hour",
                    // Beside them, what an API key's replies have.
                    "anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "49",
                ], QuotaScope.credential, ["5h 58% left in 3600", "168h 70% left in 86400"]
            ),
            (
                ["anthropic-ratelimit-unified-7d_oi-utilization": "1", "anthropic-ratelimit-unified-7d-utilization": "0.4"], .credential,
                ["168h 60% left", "168h oi 0% left"]
            ),
            // ChatGPT subscriptions; a window with no minutes is none, those of single features are left out.
            (
                [
                    "x-codex-primary-used-percent": "100", "x-codex-primary-window-minutes": "10080",
                    "x-codex-primary-reset-after-seconds": "514800", "x-codex-secondary-used-percent": "0",
                    "x-codex-secondary-window-minutes": "0", "x-codex-bengalfox-primary-used-percent": "3",
                    "x-codex-plan-type": "pro", "x-codex-credits-balance": "0",
                ], .credential, ["168h 0% left in 514800"]
            ),
            (
                [
                    "x-codex-primary-used-percent": "12.5", "x-codex-primary-window-minutes": "300",
                    "x-codex-primary-reset-at": "1795266000",
                    "x-codex-secondary-used-percent": "99.6", "x-codex-secondary-window-minutes": "10080",
                    "x-codex-secondary-resets-in-seconds": "60",
                ], .credential, ["5h 87% left in 3600", "168h 0% left in 60"]
            ),
            // Counted ones belong to the model that was asked.
            (
                [
                    "x-ratelimit-limit-requests": "5000", "x-ratelimit-remaining-requests": "4999", "x-ratelimit-reset-requests": "12ms",
                    "x-ratelimit-limit-tokens": "160000", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s",
                ], .model, ["requests 99% left (4999 of 5000) in 0", "tokens 0% left (0 of 160000) in 360"]
            ),
            (
                [
                    "x-ratelimit-limit-requests-day": "14400", "x-ratelimit-remaining-requests-day": "1200",
                    "x-ratelimit-reset-requests-day": "33011.382867",
                ], .model, ["requests per day 8% left (1200 of 14400) in 33011"]
            ),
            (
                [
                    "anthropic-ratelimit-input-tokens-limit": "40000", "anthropic-ratelimit-input-tokens-remaining": "39000",
                    "anthropic-ratelimit-input-tokens-reset": "2026-11-21T12:01:00Z",
                ], .model, ["input tokens 97% left (39000 of 40000) in 60"]
            ),
            // Azure's -1, halves, words, and numbers beyond all bounds tell nothing.
            (["x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "0"], .model, []),
            (["x-ratelimit-remaining-tokens": "5"], .model, []),
            (["x-ratelimit-limit-tokens": "0", "x-ratelimit-remaining-tokens": "0"], .model, []),
            (["x-codex-primary-used-percent": "many", "x-codex-primary-window-minutes": "300"], .model, []),
            (["x-ratelimit-limit-tokens": "1e300", "x-ratelimit-remaining-tokens": "1e300"], .model, []),
            (["retry-after": "3"], .model, []),
            (["anthropic-ratelimit-unified-5h-utilization": "17"], .credential, ["5h 0% left"]),
            (["anthropic-ratelimit-unified-999999999999h-utilization": "0.5"], .credential, ["999999999999h 50% left"]),
        ] as [([String: String], QuotaScope, [String])])
    func `is read from the headers of its replies`(headers: [String: String], scope: QuotaScope, windows: [String]) {
        var sent: Headers = ["content-type": "application/json", "date": "Sat, 21 Nov 2026 12:00:00 GMT"]
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { sent.append(name, value) }
        let read = QuotaHeaders.read(sent, at: Self.now)
        #expect(read.windows.map(Self.text) == windows)
        #expect(read.scope == scope || windows.isEmpty)
        if !windows.isEmpty { #expect(QuotaHeaders.areIn(sent)) }
    }

    @Test func `is looked for in few replies, and bounded in all`() {
        #expect(!QuotaHeaders.areIn(["content-type": "x", "ratelimit-limit": "5", "x-ratelimi": "1"]))
        #expect(QuotaHeaders.areIn(["X-RateLimit-Limit-Requests": "5"]))
        var many = Headers()
        for number in 0..<1000 {
            many.append("x-ratelimit-limit-w\(number)", "10")
            many.append("x-ratelimit-remaining-w\(number)", "5")
        }
        #expect(QuotaHeaders.read(many, at: Self.now).windows.count == QuotaHeaders.limit)
    }

    static func provider(_ id: ProviderID, _ url: String, _ wire: WireKind) throws -> Provider {
        Provider(id: id, baseURL: try #require(BaseURL(url)), wireName: wire.rawValue)
    }

    /// `{"https://api.openai.com/auth": {"chatgpt_account_id": "acc"}}`
    static let token = "e30.eyJodHRwczovL2FwaS5vcGVuYWkuY29tL2F1dGgiOnsiY2hhdGdwdF9hY2NvdW50X2lkIjoiYWNjIn19.sig"

    @Test func `is asked for at a page of usage, of logins alone`() throws {
        let codex = try Self.provider("openai-codex", "https://chatgpt.com/backend-api", .openaiCodexResponses)
        let page = try #require(QuotaUsage(of: codex, kind: .oauth))
        #expect(page.url == "https://chatgpt.com/backend-api/wham/usage")
        let headers = page.headers(Secret(Self.token))
        #expect(headers.first("chatgpt-account-id") == "acc" && headers.first("user-agent") == "CodexBar")
        #expect(headers.first("authorization") == "Bearer \(Self.token)")
        #expect(page.headers(Secret("opaque")).first("chatgpt-account-id") == nil)
        let inner = try Self.provider("codex", "https://chatgpt.com/backend-api/codex", .openaiCodexResponses)
        #expect(QuotaUsage(of: inner, kind: .oauth)?.url == "https://chatgpt.com/backend-api/wham/usage")
        let claude = try Self.provider("anthropic", "https://api.anthropic.com/v1", .anthropicMessages)
        #expect(QuotaUsage(of: claude, kind: .token)?.url == "https://api.anthropic.com/api/oauth/usage")
        #expect(QuotaUsage(of: claude, kind: .apiKey) == nil)
        let other = try Self.provider("cerebras", "https://api.cerebras.ai/v1", .openaiCompletions)
        #expect(QuotaUsage(of: other, kind: .oauth) == nil)
    }

    @Test(arguments: [
        (
            #"{"plan_type":"plus","rate_limit":{"primary_window":{"used_percent":12,"limit_window_seconds":18000,"reset_at":1795266000},"secondary_window":{"used_percent":100,"limit_window_seconds":604800,"reset_after_seconds":514800}}}"#,
            ["5h 88% left in 3600", "168h 0% left in 514800"]
        ),
        (#"{"rate_limit":{"primary_window":{"used_percent":7},"secondary_window":null}}"#, ["primary 93% left"]),
        (#"{"rate_limit":{"primary_window":{"used_percent":"7"}}}"#, []), (#"{"rate_limit":null}"#, []), ("[]", []), ("<html>", []),
        ("", []),
    ])
    func `is read from ChatGPT's page of usage`(body: String, windows: [String]) throws {
        let codex = try Self.provider("openai-codex", "https://chatgpt.com/backend-api", .openaiCodexResponses)
        let page = try #require(QuotaUsage(of: codex, kind: .oauth))
        #expect(page.windows(Array(body.utf8), at: Self.now).map(Self.text) == windows)
    }

    @Test func `is read from Claude's page of usage`() throws {
        let claude = try Self.provider("anthropic", "https://api.anthropic.com", .anthropicMessages)
        let page = try #require(QuotaUsage(of: claude, kind: .oauth))
        let body =
            #"{"five_hour":{"utilization":37.0,"resets_at":"2026-11-21T13:00:00.000000+00:00"},"seven_day":{"utilization":26.0,"resets_at":null},"seven_day_opus":null,"seven_day_sonnet":{"utilization":1.0,"resets_at":"2026-11-22T12:00:00Z"},"extra_usage":{"is_enabled":false}}"#
        #expect(
            page.windows(Array(body.utf8), at: Self.now).map(Self.text)
                == ["5h 63% left in 3600", "168h 74% left", "168h sonnet 99% left in 86400"])
    }
}
