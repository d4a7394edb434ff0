// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import JSON

/// Credentials that are missing, end, cannot be read, or are held back.
enum DoctorCredentials {
    static func check(_ survey: Survey) -> [Finding] {
        guard let setup = survey.setup, let pool = survey.pool else { return [] }
        return missing(survey) + statuses(survey, setup, pool) + held(survey)
            + pool.notes.map { note in
                Finding(
                    "credential.note", .warning, "\(survey.short(note.place)): \(note.text)",
                    fix: "correct it in \(survey.short(note.place))")
            }
    }

    private static func missing(_ survey: Survey) -> [Finding] {
        let inUse = Set((survey.setup?.settings.providersInUse ?? []).map(\.0.rawValue))
        return (survey.credentials?["missing"]?.array ?? []).compactMap { missing in
            guard let provider = missing["provider"]?.string, inUse.contains(provider) else { return nil }
            let variable = missing["variable"]?.string ?? ""
            return Finding(
                "credential.missing", .error, "\(provider) is in a chain and has no credential that may be used",
                fix: "set \(variable), or: understudy models auth paste-api-key --provider \(ShellWord.quoted(provider))")
        }
    }

    private static func statuses(_ survey: Survey, _ setup: Setup, _ pool: PoolSnapshot) -> [Finding] {
        var seen: Set<CredentialID> = []
        var findings: [Finding] = []
        for agent in setup.settings.agents.all.map(\.id) {
            for provider in pool.providers(of: agent) {
                for credential in pool.credentials(for: provider, agent: agent) where seen.insert(credential.id).inserted {
                    if let finding = finding(credential, at: survey.now) { findings.append(finding) }
                }
            }
        }
        return findings
    }

    private static func finding(_ credential: StoredCredential, at now: Timestamp) -> Finding? {
        let status = credential.status(at: now)
        let text = "\(credential.id): \(status.text(at: now))"
        let again = CredentialStatus.signIn(credential.id, credential.kind, of: credential.provider)
        switch status {
        case .unlimited, .ok, .refreshesOnUse: return nil
        case .expiring(_, let renews): return renews ? nil : Finding("credential.expiring", .warning, text, fix: again)
        case .refreshFailed: return Finding("credential.refresh_failed", .warning, text, fix: "if it goes on: \(again)")
        case .signInAgain: return Finding("credential.sign_in", .error, text, fix: again)
        case .expired: return Finding("credential.expired", .error, text, fix: again)
        case .unusable(let why):
            return Finding(
                "credential.unusable", .error, "\(credential.id) (\(credential.source)): \(why)", fix: "see: understudy credentials")
        }
    }

    /// What the health ledger holds against them, and their owner.
    private static func held(_ survey: Survey) -> [Finding] {
        var findings = survey.blocks.map { block in
            let left = block.until < .distantFuture ? " (\(Age.text(block.until - survey.now)))" : " until its secret changes"
            return Finding(
                "credential.cooldown", block.reason == .billing || block.reason == .authPermanent ? .warning : .info,
                "\(ModelsStatus.subject(of: block.key)): cooldown\(left), \(block.reason.rawValue)", fix: fix(for: block))
        }
        for row in survey.credentials?["credentials"]?.array ?? [] where row["state"]?.string == CredentialsReport.State.paused.rawValue {
            let id = row["id"]?.string ?? ""
            findings.append(
                Finding(
                    "credential.paused", .info, "\(id): paused by its owner", fix: "understudy credentials resume \(ShellWord.operand(id))")
            )
        }
        return findings
    }

    private static func fix(for block: Block) -> String {
        let explain = "why: understudy explain \(block.evidence.receipt)"
        switch block.key {
        case .credential(let id), .credentialModel(let id, _):
            return "wait, or once it is mended: understudy credentials clear \(ShellWord.operand(id.rawValue)); \(explain)"
        case .providerModel, .endpoint: return "wait, it is looked at again by itself; \(explain)"
        }
    }
}
