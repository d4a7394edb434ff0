// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    /// What mends a failure, as something to do, the command to paste at its end; `nil` where waiting does, or nothing.
    public static func fix(for attempt: Attempt) -> String? {
        attempt.failure.flatMap { fix(for: $0, candidate: attempt.candidate, kind: attempt.kind) }
    }

    /// - Parameter kind: The credential's; `nil` where it is not known.
    public static func fix(for failure: Failure, candidate: Candidate, kind: CredentialKind? = nil) -> String? {
        let credential = candidate.credential
        // Nobody has an account where no key is wanted.
        let hasAccount = kind != CredentialKind.none
        switch failure.reason {
        case .auth, .authPermanent:
            if isLogin(failure, kind) {
                // What can be renewed is tried again by itself.
                if failure.reason == .auth, failure.rule.hasPrefix("oauth.") { return nil }
                return "sign in again: understudy models auth login --provider \(candidate.model.provider)\(credential.asLogin)"
            }
            return hasAccount ? credential.newSecret(of: candidate.model.provider, kind) : nil
        case .billing: return hasAccount ? paid(credential, failure.reason) : nil
        // Who says when it ends is waited for.
        case .quota: return hasAccount && failure.reset == nil ? paid(credential, failure.reason) : nil
        case .modelNotFound: return "correct the model's name; where it comes from: understudy models status"
        case .network: return "see that \(candidate.endpoint) can be reached from this machine"
        case .unknown: return "no rule knows this error; what was kept of it: understudy failures"
        case .rateLimit, .overloaded, .serverError, .timeout, .format, .invalidRequest, .contextOverflow, .contentPolicy, .malformed,
            .cancelled:
            return nil
        }
    }

    /// What makes a candidate that was passed over one to try; `nil` where waiting does, or nothing.
    public static func fix(for link: SkippedLink) -> String? {
        guard let credential = link.credential else { return nil }
        if case .paused = link.reason {
            return "to use it again: understudy credentials resume \(ShellWord.operand(credential.rawValue))"
        }
        guard case .blocked(let block) = link.reason, !block.providerReset else { return nil }
        if block.reason == .billing || block.reason == .quota { return paid(credential, block.reason) }
        return nil
    }

    /// Money that arrives is noticed by itself within minutes, by one request that looks again; whoever knows better need not wait.
    private static func paid(_ credential: CredentialID, _ reason: Reason) -> String {
        let what = reason == .billing ? "the account of \(credential) has money" : "\(credential) has quota"
        return "once \(what) again: understudy credentials clear \(ShellWord.operand(credential.rawValue))"
    }
}

extension CredentialID {
    /// How it gets another secret, by where ids say that they come from (docs/credentials.md).
    func newSecret(of provider: ProviderID, _ kind: CredentialKind?) -> String {
        let own = rawValue.firstIndex(of: ":").map { rawValue[rawValue.index(after: $0)...] } ?? rawValue[...]
        switch own {
        case "config": return "put another key into models.providers.\(provider).apiKey of the configuration; it is read again at once"
        case "models.json": return "put another key for \(provider) into models.json; it is read again at once"
        case _ where isVariable(own):
            let parts = own.split(separator: ".", maxSplits: 1)
            let place = parts.count > 1 ? " (key \(parts[1]) of the list)" : ""
            return "put another key into the variable \(parts[0])\(place), and start the gateway again if it is not in a .env file"
        case _ where own.count == rawValue.count: return "put another key into auth-profiles.json, under \(self); it is read again at once"
        default:
            // Each command has a name of its own for what is given none.
            let (command, usual) = kind == .token ? ("paste-token", "manual") : ("paste-api-key", "default")
            let name = own == usual ? "" : " --profile-id \(ShellWord.quoted(rawValue))"
            return "put another one in its place: understudy models auth \(command) --provider \(provider)\(name)"
        }
    }

    /// How a login takes this one's place; nothing where it does so by itself.
    var asLogin: String { rawValue.hasSuffix(":default") ? "" : " --profile-id \(ShellWord.quoted(rawValue))" }

    /// `OPENAI_API_KEY`, `OPENAI_API_KEYS.2`.
    private func isVariable(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let name = parts.first, name.contains("_"), parts.count <= 2, parts.count == 1 || Int(parts[1]) != nil else { return false }
        return name.utf8.allSatisfy { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_")
        }
    }
}
