// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

@Suite struct `When to come back` {
    @Test(
        arguments: [
            (["retry-after": "20"], 20_000), (["Retry-After": "0.5"], 500), (["retry-after": "Sat, 21 Nov 2026 12:01:00 GMT"], 60_000),
            (["retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"], 0), (["retry-after-ms": "1500", "retry-after": "2"], 1500),
            (["retry-after": "6m0s"], 360_000),
            // OpenAI, Groq: lengths; only windows that stand at 0.
            (["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s"], 1000),
            (["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2m59.56s"], 179_560),
            (
                [
                    "x-ratelimit-remaining-requests": "99", "x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-tokens": "0",
                    "x-ratelimit-reset-tokens": "7.66s",
                ], 7660
            ),
            (
                [
                    "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12ms", "x-ratelimit-remaining-tokens": "0.0",
                    "x-ratelimit-reset-tokens": "1h0m0s",
                ], 3_600_000
            ),
            // Cerebras, Azure: seconds. OpenRouter: milliseconds since 1970. Others: seconds since 1970, RFC 3339.
            (["x-ratelimit-remaining-requests-day": "0", "x-ratelimit-reset-requests-day": "33011.382867"], 33_011_383),
            (["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795262430000"], 30_000),
            (["ratelimit-remaining": "0", "ratelimit-reset": "1795262460"], 60_000),
            (["x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "2026-11-21T12:00:05.25Z"], 5250),
            (["anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2026-11-21T14:01:00+02:00"], 60_000),
            (["anthropic-ratelimit-unified-status": "rejected", "anthropic-ratelimit-unified-reset": "1795266000"], 3_600_000),
            (["x-codex-primary-used-percent": "100", "x-codex-primary-reset-after-seconds": "90"], 90_000),
            // What is said outright wins over a window.
            (["retry-after": "3", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "24h0m0s"], 3000),
            (["retry-after": "0", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "9s"], 9000),
        ] as [([String: String], Int)])
    func `stands in headers`(fields: [String: String], milliseconds: Int) {
        var headers = Headers()
        for (name, value) in fields { headers.append(name, value) }
        #expect(ResetHints.read(headers: headers, body: nil, nowMilliseconds: now) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        [:], ["x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "6m0s"], ["x-ratelimit-reset-requests": "6m0s"],
        ["x-ratelimit-remaining-requests": "0"],
        ["x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "0"],
        ["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-tokens": "5s"],
        ["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon"], ["retry-after": "later"], ["retry-after": ""],
        ["retry-after": "nan"], ["retry-after": "inf"], ["retry-after": "0x10"], ["retry-after-ms": "12abc"],
        ["anthropic-ratelimit-unified-status": "allowed", "anthropic-ratelimit-unified-reset": "1795266000"],
        ["x-codex-primary-used-percent": "99", "x-codex-primary-reset-after-seconds": "90"],
        ["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2026-13-41T99:00:00Z"],
    ])
    func `is unknown where nobody says so`(fields: [String: String]) {
        var headers = Headers()
        for (name, value) in fields { headers.append(name, value) }
        #expect(ResetHints.read(headers: headers, body: nil, nowMilliseconds: now) == nil)
        #expect(!ResetHints.isRetryAfterGiven(headers))
    }

    @Test(arguments: [
        (#"{"error":{"type":"usage_limit_reached","resets_at":1795266000,"resets_in_seconds":3600}}"#, 3_600_000),
        (#"{"error":{"resets_at":"2026-11-21T12:00:10Z"}}"#, 10_000), (#"{"error":{"resets_in_seconds":-5}}"#, 0),
        (#"{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"38s"}]}}"#, 38_000),
        (#"[{"error":{"details":[{"retryDelay":"3.5s"},{"metadata":{"quotaResetDelay":"1h2m3.5s"}}]}}]"#, 3_723_500),
        (#"{"retry_after":2.5}"#, 2500), (#"{"error":{"retry_after_ms":250}}"#, 250),
        (#"{"error":"loading","estimated_time":20.0}"#, 20_000),
        (#"{"error":{"metadata":{"headers":{"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1795262405000"}}}}"#, 5000),
        (#"{"error":{"metadata":{"headers":{"X-RateLimit-Remaining":0,"X-RateLimit-Reset":1795262405000}}}}"#, 5000),
    ])
    func `stands in the body`(body: String, milliseconds: Int) throws {
        #expect(try ResetHints.read(headers: [:], body: JSONValue.parse(body), nowMilliseconds: now) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        #"{"error":{"input":{"retry_after":5}}}"#, #"{"messages":[{"retry_after":5}]}"#, #"{"error":{"retry_after":"soon"}}"#,
        #"{"resets_at":null}"#, "[]",
        #"{"error":{"metadata":{"headers":{"X-RateLimit-Reset":"1"}}}}"#, #"{"detail":[{"input":{"resets_in_seconds":9}}]}"#,
    ])
    func `is not taken from what the client wrote`(body: String) throws {
        #expect(try ResetHints.read(headers: [:], body: JSONValue.parse(body), nowMilliseconds: now) == nil)
    }

    @Test(arguments: [
        ("Please try again in 5.289s. Visit https://x", 5289), ("Rate limit reached. Try again in 20s", 20_000),
        ("try again in 1h2m3s.", 3_723_000),
        ("Please retry in 11.5 seconds", 11_500), ("Retry after 2 minutes and rest", 120_000), ("quota resets in 3 days", 259_200_000),
        ("Your quota will reset after 16h29m53s.", 59_393_000), ("available in about 10 min", 600_000),
        ("Please wait. Try again in 120ms", 120),
        ("TRY AGAIN IN 1 HOUR", 3_600_000), ("RPM limit exceeded; Retry-After: 2 hours", 7_200_000), ("try again in 1m30s", 90_000),
        ("Try again in ~4293 min.", 257_580_000), ("rate-limited. Please wait 28 minutes before trying again.", 1_680_000),
        ("请求过于频繁，请在 30 秒后重试", 30_000), ("5小时后恢复", 18_000_000),
        // An hour: it is noon of 2026-11-21, UTC.
        ("You've hit your limit · resets 12:40am (UTC)", 45_600_000), ("Your limit resets at 1:30 PM UTC", 5_400_000),
        ("resets 12:00 (UTC)", 86_400_000), ("Limit resets at 14:00+02:00", 86_400_000),
        ("You will regain access on 2026-12-01 at 00:00 UTC.", 820_800_000), ("Your limit will reset at 2026-11-21 21:00:00", 3_600_000),
        ("您的限额将在 2026-11-21 22:19:54 重置", 8_394_000), ("resets at 2026-11-21T12:00:30Z", 30_000),
        ("quota resets 2026-11-21 12:00:30+00:00", 30_000),
    ])
    func `stands in words`(message: String, milliseconds: Int) {
        #expect(ResetHints.read(headers: [:], body: nil, message: message, nowMilliseconds: now) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "Try again later", "in 20s", "the model is in 3d", "limit 20 requests in 60 seconds", "try again in a moment", "retry in 20",
        "retry in .s", "",
        "resets 12:40am", "try again after 11:34 AM", "resets at 25:00 UTC", "resets 0:30pm UTC", "It was reset at 2026-11-20 10:00 UTC",
        "The model of 2026-12-01 10:00 UTC failed", "resets at 2026-99-99 10:00:00", "已运行 30 秒", "waiting 30 requests",
        "again in ", "used 5 in 10s", "try again in 99999999999999999999 years",
    ])
    func `is not read into other words`(message: String) {
        #expect(ResetHints.read(headers: [:], body: nil, message: message, nowMilliseconds: now) == nil)
    }

    @Test(arguments: [
        "99999999999", "1e400", "9999999999999", "9999-12-31T23:59:59Z", "8784h1m", "999999999999999d", "-5", "-99999999999999",
    ])
    func `is neither negative nor beyond a year`(text: String) {
        for header in ["retry-after", "x-ratelimit-reset-requests"] {
            let headers: Headers =
                header == "retry-after"
                ? ["retry-after": text] : ["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": text]
            if let wait = ResetHints.read(headers: headers, body: nil, nowMilliseconds: now) {
                #expect((Duration.zero...ResetTime.longest).contains(wait))
            }
        }
    }

    @Test func `counts leap days`() {
        let leap: Headers = ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "2028-02-29T00:00:00Z"]
        let before: Int64 = 1_835_222_400_000  // 2028-02-27T00:00:00Z
        #expect(ResetHints.read(headers: leap, body: nil, nowMilliseconds: before + 86_400_000) == .seconds(86_400))
    }
}
