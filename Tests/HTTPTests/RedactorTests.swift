// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing

@Suite struct `Redacted text` {
    static let plain = Redactor(secrets: [])

    @Test(arguments: [
        (
            "Incorrect API key provided: sk-proj-4fGh7LmN2pQrS8tUvWxYz. You can find it",
            "Incorrect API key provided: <secret>. You can find it"
        ),
        ("Incorrect API key provided: sk-ab12****************************wxyz.", "Incorrect API key provided: <secret>."),
        ("key sk-ant-api03-AbC_dEf-123456789_xyz-AA is revoked", "key <secret> is revoked"),
        ("sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "<secret>"),
        ("'AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY'", "'<secret>'"),
        ("(gsk_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6)", "(<secret>)"),
        ("xai-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4 was refused", "<secret> was refused"),
        ("csk-8hxk3v9w2mjn5r6ty4e8 and nvapi-AbCdEfGhIjKlMnOpQrStUvWxYz012345", "<secret> and <secret>"),
        ("hf_AbCdEfGhIjKlMnOpQrStUvWxYz01234567", "<secret>"),
        ("token ya29.a0AfH6SMBx-abcdefghijklmnop_qrs.tuv", "token <secret>"),
        ("refresh 1//0gAbCdEfGhIjKlMnOpQrStUv-x", "refresh <secret>"),
        ("AKIAIOSFODNN7EXAMPLE", "<secret>"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "<secret>"),
        ("https://x.example/a/sk-proj-4fGh7LmN2pQrS8tUv?b=1", "https://x.example/a/<secret>?b=1"),
        ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U.", "<secret>."),
        ("Authorization: Bearer abcdef1234", "Authorization: Bearer <secret>"),
        ("bearer  qWeRtYuIoP is not valid", "bearer  <secret> is not valid"),
        ("Basic dXNlcjpwYXNzd29yZDEyMw==", "Basic <secret>"),
        (
            "GET https://g.example/v1beta/models?key=abc123&alt=sse failed",
            "GET https://g.example/v1beta/models?key=<secret>&alt=sse failed"
        ),
        ("/callback?code=short&state=xyz", "/callback?code=<secret>&state=<secret>"),
        (#"{"api_key": "whatever it is", "n": 1}"#, #"{"api_key": "<secret>", "n": 1}"#),
        (#"{"apiKey":"x"}"#, #"{"apiKey":"<secret>"}"#),
        (#"{\"refresh_token\":\"r1\"}"#, #"{\"refresh_token\":\"<secret>\"}"#),
        ("OPENAI_API_KEY=letmein", "OPENAI_API_KEY=<secret>"),
        ("x-api-key: hunter22", "x-api-key: <secret>"),
        ("X-Goog-Api-Key:abc123def", "X-Goog-Api-Key:<secret>"),
        ("password='correct horse'", "password='<secret>'"),
        ("cookie: sid=abc; theme=dark", "cookie: <secret>"),
        ("token: 8f14e45fceea167a", "token: <secret>"),
        ("bad credential Zx8vQ2LmR7tYw4KpN6sHd3Jf", "bad credential <secret>"),
        ("got 3f786850e387550fdab836ed7e6dc881de23001b", "got <secret>"),
        ("got wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY12", "got <secret>"),
    ])
    func `has no secret in it`(text: String, redacted: String) {
        #expect(Self.plain.redact(text) == redacted)
    }

    @Test(arguments: [
        "You exceeded your current quota, please check your plan and billing details.",
        "Rate limit reached for gpt-4o-mini-2024-07-18 in organization org-AbCdEf123456GhIjKl789012 on tokens per min (TPM): Limit 200000.",
        "The model `meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8` does not exist or you do not have access to it.",
        "us.anthropic.claude-3-7-sonnet-20250219-v1:0 and accounts/fireworks/models/llama-v3p1-405b-instruct",
        "xai/grok-4-fast-non-reasoning, xai-grok-4-fast-2025, deepseek-ai/DeepSeek-R1-Distill-Qwen-32B, pplx-70b-online",
        "request id: req_011CSHoEeqs5C35K2UUqR7Fy", "(request ID 4bf92f3577b34da6a3ce929d0e0e4736)",
        "chatcmpl-9AbCdEfGhIjKlMnOpQrStUvWxYz01",
        "x-request-id: 7f0c8a52-3b1e-4d6f-9a27-5e8c1b2d3f40", "cf-ray: 8f3b1c2d4e5f6a7b-FRA", "receipt 01JCE8Q4W2M5N7P9R1T3V5X7Z9",
        "call_AbCdEfGhIjKlMnOpQrStUv12", "toolu_01A09q90qw90lq917835lq9", #"{"request_id":"req_0123456789abcdef0123456789abcdef"}"#,
        "ask someone@example.com or first.last+tag@sub.example.co.uk", "Your API key: not valid. Please pass a valid API key.",
        "Missing bearer authentication in header", "Bearer token is missing", "This key is disabled; the token has expired.",
        "max_tokens: 4096 is larger than context_length=8192", "Unexpected token: } in JSON at position 14",
        "state: open, code: insufficient_quota",
        "Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 250",
        "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "Resets at 2026-11-21T12:00:00Z (in 3h12m)", "基本的な文 größer 🎭",
        "risk-averse-approach",
        "", " ", "\"", "key=", "?key=&x", "api_key", "Bearer", "Bearer ",
    ])
    func `keeps everything else`(text: String) {
        #expect(Self.plain.redact(text) == text)
    }

    @Test func `has no secret that we hold, whatever it looks like`() {
        let redactor = Redactor(secrets: [Secret("open sesame"), Secret("open sesame now"), Secret("abcd"), Secret("xyz"), Secret("")])
        #expect(redactor.redact("say open sesame now, or open sesame") == "say <secret>, or <secret>")
        #expect(redactor.redact("xopen sesamex") == "x<secret>x")
        #expect(redactor.redact("abcd abcde xabcd (abcd)") == "<secret> abcde xabcd (<secret>)")
        #expect(redactor.redact("xyz") == "xyz")
    }

    @Test(arguments: [
        ("a\nb\r\nc\td", "a b c d"), ("\u{1B}[31mred\u{1B}[0m", "[31mred[0m"),
        ("nul\0 bell\u{7} del\u{7F} csi\u{9B}2J", "nul bell del csi2J"),
        ("left\u{202E}right\u{2066}", "leftright"), ("zero\u{200B}width\u{FEFF}", "zerowidth"), ("one\u{2028}line", "one line"),
        ("sk-proj-4fGh7\u{0}LmN2pQrS8tUv", "<secret>"),
    ])
    func `is one line without control characters`(text: String, shown: String) {
        #expect(Self.plain.redact(text) == shown)
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 10, 16, 100])
    func `is cut between characters`(limit: Int) {
        let text = String(repeating: "ü🎭", count: 40)
        let cut = Self.plain.redact(text, limit: limit)
        #expect(cut.utf8.count <= limit && cut.utf8.count > limit - 7)
        #expect(limit < 3 ? cut.isEmpty : cut.hasSuffix("…") && text.hasPrefix(cut.dropLast()))
        #expect(Self.plain.redact("short", limit: 5) == "short")
    }

    /// Wherever the cut falls, what is left has no half of a secret.
    @Test(arguments: [9000, 9150, 9199, 9200, 9208, 9215, 9216, 9217, 9230, 9300])
    func `shows no half of a secret where it is cut`(place: Int) {
        let key = "sk-proj-4fGh7LmN2pQrS8tUvWxYz"
        let held = "correct-horse-battery-staple"
        let redactor = Redactor(secrets: [Secret(held)])
        for secret in [key, held] {
            let text = String(repeating: "x ", count: place / 2) + secret + String(repeating: " y", count: 5000)
            for limit in [place, place + 10, 1024, 1020] {
                let shown = redactor.redact(text, limit: limit)
                #expect(shown.utf8.count <= limit)
                for end in [secret.prefix(8), secret.suffix(8)] { #expect(!shown.contains(end)) }
            }
        }
    }

    @Test(arguments: ["a-", "a.", "a/", "A1b-", "code=", "cookie:", "key:", "bearer ", "eyJ.", "\"", "sk-."])
    func `is made in one go, however often something begins`(part: String) {
        let text = String(repeating: part, count: 4_000)
        #expect(Self.plain.redact(text, limit: 1 << 20).utf8.count <= text.utf8.count)
    }

    @Test func `has no end of a very long secret in it`() {
        let long = "sk-" + String(repeating: "aB3dE5", count: 300)
        #expect(Self.plain.redact("a \(long) b") == "a <secret> b")
        #expect(Self.plain.redact("a \(long.dropFirst(3)) b") == "a <secret> b")
    }

    @Test(arguments: [
        (#"{"error":"no such key correct-horse"}"#, true), ("correct-hors", false), ("xcorrect-horsex", true), ("", false),
        ("none of these words, none", false), ("correct-horse", true), ("ccorrect-horse", true),
    ])
    func `knows whether a secret that it was given stands in bytes, unless it is too short`(text: String, holds: Bool) {
        let redactor = Redactor(secrets: [Secret("correct-horse"), Secret("none"), Secret("of")])
        #expect(redactor.holdsSecret(Array(text.utf8)) == holds)
    }

    @Test func `takes no longer for more text`() {
        let huge = String(repeating: "a", count: 4 << 20) + " sk-proj-4fGh7LmN2pQrS8tUv"
        #expect(Self.plain.redact(huge) == "…")
        #expect(Self.plain.redact(String(repeating: "word ", count: 1 << 20)).utf8.count == 1024)
    }
}
