// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Relay

/// The parts of the page that are about credentials.
extension ModelsStatusReport {
    /// What puts a provider's credentials in order, the first of them before the others.
    private func order(of provider: Provider) -> String {
        if spreads { return "least recently used (auth.spread)" }
        var places: [CredentialPlace] = []
        for credential in provider.credentials where !places.contains(credential.place) { places.append(credential.place) }
        return places.map(\.shortText).joined(separator: ", then ")
    }

    var authOverview: String {
        var lines = ["Auth overview", "Auth store    : \(location.short(storePath))", "Shell env     : off"]
        lines.append(
            "Providers w/ OAuth/tokens (\(providersWithOAuth.count)): \(providersWithOAuth.isEmpty ? "-" : providersWithOAuth.joined(separator: ", "))"
        )
        for provider in providers {
            let effective = provider.effective
            var parts = ["- \(provider.id) effective=\(effective.kind)\(effective.detail.map { ":\($0)" } ?? "")"]
            let counts = ["oauth", "token", "api_key"].map { "\($0)=\(provider.profiles(of: $0))" }
            parts.append("profiles=\(provider.profiles.count) (\(counts.joined(separator: ", ")))")
            if let env = provider.first(from: .env) { parts.append("env=\(env.masked)|source=\(env.source)") }
            if let key = provider.first(from: .modelsJSON) { parts.append("models.json=\(key.masked)|source=\(key.source)") }
            if provider.credentials.count > 1 { parts.append("order=\(order(of: provider))") }
            lines.append(parts.joined(separator: " | "))
            for credential in provider.credentials where credential.kind != "none" {
                let trouble = credential.unusable.map { ": \($0)" } ?? ""
                lines.append("  - \(credential.id) \(credential.masked) from \(credential.source)\(trouble)")
            }
        }
        if providers.isEmpty { lines.append("- no provider is configured") }
        return lines.joined(separator: "\n")
    }

    /// `openai-codex (2)`
    var providersWithOAuth: [String] {
        providers.compactMap { provider in
            let count = provider.profiles.count { $0.mayEnd }
            return count > 0 ? "\(provider.id) (\(count))" : nil
        }
    }

    func advice(for provider: Provider) -> String {
        let id = ShellWord.operand(provider.id)
        if provider.hasLogin { return "- \(provider.id) Sign in: understudy models auth login --provider \(id)" }
        return "- \(provider.id) Set \(provider.variable), or run: understudy models auth add --provider \(id)"
    }

    // MARK: How they stand

    /// Logins and tokens with what is left of them, and every credential whose provider said what it still grants; `nil`: there is none.
    var standings: String? {
        var lines: [String] = []
        for provider in providers {
            let shown = provider.credentials.filter { $0.mayEnd || !grants(of: $0).isEmpty }
            if shown.isEmpty { continue }
            lines.append("- \(provider.id)")
            for credential in shown {
                let standing = credential.mayEnd ? credential.standing?.text ?? credential.unusable ?? "static" : nil
                lines.append("  - " + ([credential.id, standing].compactMap { $0 }.joined(separator: " ")))
                lines += grants(of: credential).map { "    usage: \($0)" }
            }
        }
        lines += usageProblems.map { "- \($0)" }
        return lines.isEmpty ? nil : (["OAuth/token status"] + lines).joined(separator: "\n")
    }

    /// `168h 0% left, resets in 5d 23h`, for all models on a line, and for single ones on lines of their own.
    private func grants(of credential: Credential) -> [String] {
        quotas.filter { $0.credential.rawValue == credential.id }.compactMap { row in
            let windows = row.windows.filter { Self.isTold($0, whole: row.model == nil) }
            guard !windows.isEmpty else { return nil }
            let text = windows.map { Self.text($0, at: Timestamp(milliseconds: now)) }.joined(separator: " · ")
            let age = Timestamp(milliseconds: now) - row.at
            let said = age > .seconds(600) ? " (said \(Age.compact(age)) ago)" : ""
            return (row.model.map { "\($0.description): " } ?? "") + text + said
        }
    }

    /// What runs over minutes is told only where little is left of it.
    private static func isTold(_ window: QuotaWindow, whole: Bool) -> Bool {
        whole || window.leftPercent < 20 || (window.length ?? .zero) >= .seconds(3600)
    }

    static func text(_ window: QuotaWindow, at now: Timestamp) -> String {
        let reset = window.resetsAt.map { ", resets in \(Age.compact($0 - now))" } ?? ""
        let count = window.remaining.flatMap { left in window.limit.map { " (\(left) of \($0))" } } ?? ""
        return "\(window.name) \(window.leftPercent)% left\(count)\(reset)"
    }
}

extension ModelsStatusReport.Provider {
    /// Those that are stored.
    var profiles: [ModelsStatusReport.Credential] { credentials.filter { $0.origin == .profile && $0.kind != "none" } }

    func profiles(of kind: String) -> Int { profiles.count { $0.kind == kind } }

    func first(from origin: ProbeTarget.Source) -> ModelsStatusReport.Credential? { credentials.first { $0.origin == origin } }

    /// What a request would be sent with: OpenClaw's words for the place, and the credential.
    var effective: (kind: String, detail: String?) {
        guard let first = credentials.first(where: { $0.unusable == nil }) else { return (needsCredential ? "missing" : "none", nil) }
        switch first.origin {
        case .profile: return ("profiles", first.id)
        case .none: return ("none", nil)
        case .env, .modelsJSON, .config: return (first.origin.rawValue, first.id)
        }
    }
}
