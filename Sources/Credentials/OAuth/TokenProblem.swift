// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// Why a token endpoint gave nothing.
public struct TokenProblem: Error, Hashable, Sendable {
    /// The error's own name (RFC 6749 §5.2, RFC 8628 §3.5), or ours: `network`, `timeout`, `server_error`, `malformed`, `refused`.
    public var name: String
    /// For people, without secrets.
    public var message: String
    public var status: Int?
    /// The refresh token will never be taken again.
    public var isPermanent = false
    /// How long it asks to be left alone.
    public var wait: Duration?

    init(_ name: String, _ message: String, status: Int? = nil) {
        self.name = name
        self.message = message
        self.status = status
    }

    /// `oauth.invalid_grant`
    public var rule: String { "oauth.\(name)" }

    /// RFC 6749 §5.2, and what OpenAI's endpoint says (github.com/openai/codex, codex-rs/login/src/auth/manager.rs).
    private static let permanent: Set = [
        "invalid_grant", "refresh_token_reused", "refresh_token_expired", "refresh_token_invalidated", "token_revoked",
    ]

    /// What a reply that is no success says: `{error: "…", error_description}` or `{error: {code, message}}`, or nothing that is JSON.
    init(status: Int, body: [UInt8], headers: Headers, redactor: Redactor) {
        let reply = try? JSONValue.parse(body)
        let error = reply?["error"]
        let code = error?.string ?? error?["code"]?.string ?? error?["type"]?.string ?? reply?["code"]?.string
        let words =
            reply?["error_description"]?.string ?? error?["message"]?.string ?? reply?["message"]?.string
            ?? reply?["base_resp"]?["status_msg"]?.string
        let shown = words.map { redactor.redact($0, limit: 200) } ?? ""
        let plain = code.flatMap { Self.isName($0) ? $0 : nil }
        let name = plain ?? (status >= 500 ? "server_error" : status == 429 ? "rate_limited" : "refused")
        self.init(name, shown.isEmpty ? "HTTP status \(status)" : shown, status: status)
        isPermanent = status < 500 && status != 429 && (plain.map(Self.permanent.contains) ?? false || Self.namesDeadToken(words ?? ""))
        if isPermanent, plain.map(Self.permanent.contains) != true { self.name = "invalid_grant" }
        wait = headers["retry-after"].flatMap { Int($0) }.map { .seconds(min(max($0, 1), 3600)) }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F || $0 == 0x2D }
    }

    /// Some say it in words alone, as chat.qwen.ai does.
    private static func namesDeadToken(_ words: String) -> Bool {
        let words = words.lowercased()
        guard words.contains("refresh token") || words.contains("refresh_token") else { return false }
        return ["expired", "invalid", "revoked", "already been used", "already used", "not valid"].contains { words.contains($0) }
    }
}
