// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// A provider's own page of what a login has used: asked for without a model, costs nothing, and is not part of any documented API.
public struct QuotaUsage: Hashable, Sendable {
    /// Where it is; only ever asked of the provider that the credential is for.
    public var url: String
    private let shape: Shape

    private enum Shape: Hashable, Sendable { case codex, anthropic }

    /// - Returns: `nil` for a credential whose provider has no such page, or none for this kind.
    ///
    /// The pages: `https://chatgpt.com/backend-api/wham/usage` (openai/codex, `backend-client`; docs/wire/openai-responses.md, "Codex"), and
    /// `https://api.anthropic.com/api/oauth/usage` (Haleclipse/CCometixLine#95; for logins, not for API keys). Read on 2026-11-21.
    public init?(of provider: Provider, kind: CredentialKind) {
        let base = provider.baseURL.description
        if provider.wire == .openaiCodexResponses, kind != .apiKey {
            let root = base.hasSuffix("/codex") ? String(base.dropLast(6)) : base
            (url, shape) = (root + "/wham/usage", .codex)
        } else if provider.id == "anthropic", kind == .oauth || kind == .token {
            let root = base.hasSuffix("/v1") ? String(base.dropLast(3)) : base
            (url, shape) = (root + "/api/oauth/usage", .anthropic)
        } else {
            return nil
        }
    }

    /// - Parameter secret: The access token.
    public func headers(_ secret: Secret) -> Headers {
        var headers: Headers = ["accept": "application/json"]
        switch shape {
        case .codex:
            headers.append("user-agent", "CodexBar")
            if let account = CodexVariant.account(of: secret) { headers.append("chatgpt-account-id", account) }
        case .anthropic: headers.append("anthropic-beta", "oauth-2025-04-20")
        }
        headers.set("authorization", secret.withExposed { "Bearer \($0)" })
        return headers
    }

    /// - Parameter body: Of an answer with status 200.
    public func windows(_ body: [UInt8], at now: Timestamp) -> [QuotaWindow] {
        guard body.count <= 1 << 20, let value = try? JSONValue.parse(body, limits: JSONLimits(depth: 16)) else { return [] }
        return switch shape {
        case .codex: Self.codex(value, now)
        case .anthropic: Self.anthropic(value, now)
        }
    }

    /// `{"rate_limit": {"primary_window": {"used_percent", "limit_window_seconds", "reset_at" or "reset_after_seconds"}, "secondary_window"}}`
    private static func codex(_ value: JSONValue, _ now: Timestamp) -> [QuotaWindow] {
        ["primary_window", "secondary_window"].compactMap { name in
            guard let window = value["rate_limit"]?[name], let used = window["used_percent"]?.double else { return nil }
            let seconds = window["limit_window_seconds"]?.int.flatMap { (1...36_000_000).contains($0) ? $0 : nil }
            let length = seconds.map { Duration.seconds($0) }
            let resetsAt =
                window["reset_at"]?.double.flatMap { $0 > 0 && $0 < 1e11 ? Timestamp(milliseconds: Int64($0 * 1000)) : nil }
                ?? window["reset_after_seconds"]?.double.map { now + ResetTime.bounded(milliseconds: $0 * 1000) }
            return QuotaWindow(
                name: length.map(QuotaWindow.name) ?? String(name.prefix { $0 != "_" }), length: length, usedPercent: used,
                resetsAt: resetsAt)
        }
    }

    /// `{"five_hour": {"utilization" (0 to 100), "resets_at" (RFC 3339)}, "seven_day", "seven_day_opus", "seven_day_sonnet"}`
    private static func anthropic(_ value: JSONValue, _ now: Timestamp) -> [QuotaWindow] {
        let known = [
            ("five_hour", 5, ""), ("seven_day", 168, ""), ("seven_day_opus", 168, " opus"), ("seven_day_sonnet", 168, " sonnet"),
        ]
        return known.compactMap { name, hours, kind in
            guard let used = value[name]?["utilization"]?.double else { return nil }
            let length = Duration.seconds(hours * 3600)
            let reset = value[name]?["resets_at"]?.string.flatMap { ResetTime.read($0, nowMilliseconds: now.milliseconds) }
            return QuotaWindow(
                name: QuotaWindow.name(of: length) + kind, length: length, usedPercent: used, resetsAt: reset.map { now + $0 })
        }
    }
}
