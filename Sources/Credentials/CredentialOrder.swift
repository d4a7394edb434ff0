// SPDX-License-Identifier: Apache-2.0
import Failover

/// In which order one provider's credentials are tried for one agent (docs/credentials.md).
struct CredentialOrder {
    /// The agent's own stored order, else `auth.order`: of the profiles, only those listed, as listed. Keys of the
    /// configuration and the environment may be listed too; those that are not follow.
    var explicit: [CredentialID]?
    /// Who says so: `.storedOrder` or `.order`.
    var saidBy = CredentialPlace.order
    /// `auth.profiles`, as written: before the other profiles.
    var configured: [CredentialID]

    struct Arranged: Hashable {
        var credentials: [StoredCredential] = []
        /// The order names nothing that exists, so that all profiles count as if there were none.
        var hasDrifted = false
    }

    /// - Parameters:
    ///   - profiles: The provider's stored profiles, as written.
    ///   - keys: Its keys of the configuration and the environment, in their order.
    func arrange(profiles: [StoredCredential], keys: [StoredCredential]) -> Arranged {
        var arranged = Arranged()
        let all = profiles + keys
        let listed = (explicit ?? []).compactMap { id in all.first { $0.id == id } }
        if explicit != nil, listed.isEmpty, !all.isEmpty { arranged.hasDrifted = true }
        let first = listed.isEmpty ? unlisted(profiles) : placed(listed, saidBy)
        arranged.credentials = Self.distinct(first + placed(keys, .key))
        return arranged
    }

    /// The configured first; then OAuth before token before API key, each as written.
    private func unlisted(_ profiles: [StoredCredential]) -> [StoredCredential] {
        let first = configured.compactMap { id in profiles.first { $0.id == id } }
        return placed(first, .profiles)
            + placed([CredentialKind.oauth, .token, .apiKey, .none].flatMap { kind in profiles.filter { $0.kind == kind } }, .kind)
    }

    private func placed(_ credentials: [StoredCredential], _ place: CredentialPlace) -> [StoredCredential] {
        credentials.map { credential in
            var credential = credential
            credential.place = place
            return credential
        }
    }

    /// Each id once and each secret once: a key that failed is not to be tried under a second name.
    private static func distinct(_ credentials: [StoredCredential]) -> [StoredCredential] {
        var ids: Set<CredentialID> = []
        var hashes: Set<String> = []
        return credentials.filter { credential in
            guard ids.insert(credential.id).inserted else { return false }
            guard credential.unusable == nil, !credential.secretHash.isEmpty else { return true }
            return hashes.insert(credential.secretHash).inserted
        }
    }
}
