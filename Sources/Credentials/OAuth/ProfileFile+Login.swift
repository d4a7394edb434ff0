// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Store
import Transport

/// Logins in an `auth-profiles.json`: found, and written in OpenClaw's shape with what `StoredLogin` adds.
extension ProfileFile {
    /// One profile as it stands in the file now; `nil` if it is not there.
    func profile(_ id: CredentialID) throws(StoreProblem) -> JSONObject? {
        guard let bytes = try AtomicFile.read(path, limit: CredentialPool.fileLimit) else { return nil }
        return (try? JSONValue.parse(bytes))?["profiles"]?[id.rawValue]?.object
    }

    /// Puts a login into the file, whatever stood under its id before.
    ///
    /// - Parameter managedBy: The program that goes on renewing it, so that we must not; `nil`: it is ours.
    public func store(
        _ tokens: LoginTokens, as id: CredentialID, of descriptor: LoginDescriptor, managedBy: String? = nil
    ) throws(StoreProblem) {
        try change { (root: inout JSONObject) throws(StoreProblem) in
            _ = ProfileEdit.put(id, Self.profile(tokens, of: descriptor, managedBy: managedBy), in: &root)
        }
    }

    /// Puts renewed tokens in the place of those that were renewed.
    ///
    /// - Parameters:
    ///   - used: The refresh token that was given for them.
    ///   - family: The credential's hash, which stays (`StoredCredential.secretHash`).
    /// - Returns: What stands there now: somebody may have signed in anew meanwhile, and theirs stays. `nil`: the profile is gone.
    func renew(
        _ tokens: LoginTokens, as id: CredentialID, used: Secret, family: String
    ) throws(StoreProblem) -> JSONObject? {
        try change(id) { profile in
            guard Self.refresh(of: profile) == used else { return }
            tokens.write(into: &profile)
            if profile["family"] == nil, !family.isEmpty { profile["family"] = .string(family) }
            profile["refreshFailure"] = nil
        }
    }

    /// Notes that a try to renew a login failed, unless somebody has signed in anew meanwhile.
    ///
    /// - Returns: As `renew`.
    func note(_ failure: RefreshFailure, of id: CredentialID, used: Secret) throws(StoreProblem) -> JSONObject? {
        try change(id) { profile in
            if Self.refresh(of: profile) == used { profile["refreshFailure"] = failure.json }
        }
    }

    private func change(_ id: CredentialID, _ edit: (inout JSONObject) -> Void) throws(StoreProblem) -> JSONObject? {
        try change { (root: inout JSONObject) throws(StoreProblem) -> JSONObject? in
            guard var profiles = root["profiles"]?.object, var profile = profiles[id.rawValue]?.object else { return nil }
            edit(&profile)
            profiles[id.rawValue] = .object(profile)
            root["profiles"] = .object(profiles)
            return profile
        }
    }

    static func refresh(of profile: JSONObject) -> Secret? { profile["refresh"]?.string.flatMap { Secret($0).trimmed } }
    static func access(of profile: JSONObject) -> Secret? { profile["access"]?.string.flatMap { Secret($0).trimmed } }

    private static func profile(_ tokens: LoginTokens, of descriptor: LoginDescriptor, managedBy: String?) -> JSONObject {
        if descriptor.keepsToken {
            return ["type": "token", "provider": .string(descriptor.provider.rawValue), "token": tokens.access.withExposed { .string($0) }]
        }
        var profile: JSONObject = ["type": "oauth", "provider": .string(descriptor.provider.rawValue)]
        tokens.write(into: &profile)
        if let managedBy {
            profile["managedBy"] = .string(managedBy)
            profile["refresh"] = nil
        }
        return profile
    }
}

extension LoginTokens {
    func write(into profile: inout JSONObject) {
        func time(_ time: Timestamp) -> JSONValue { .number(JSONNumber(Int(time.milliseconds))) }
        profile["access"] = access.withExposed { .string($0) }
        if let refresh { profile["refresh"] = refresh.withExposed { .string($0) } }
        profile["expires"] = time(expires)
        profile["issued"] = time(issued)
        if let email { profile["email"] = .string(email) }
        if let account { profile["accountId"] = .string(account) }
        if let project { profile["projectId"] = .string(project) }
        if let client { profile["clientId"] = .string(client) }
        if let resource { profile["resourceUrl"] = .string(resource) }
    }
}
