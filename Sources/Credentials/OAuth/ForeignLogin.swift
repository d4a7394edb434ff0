// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Store

/// A login in another program's own file, as it keeps it: only read, and only when a person asks for it.
public struct ForeignLogin: Sendable {
    public var tokens: LoginTokens
    /// The program, for people.
    public var program: String

    /// Why there is none.
    public struct Problem: Error, Hashable, Sendable { public var message: String }

    /// Codex CLI's `auth.json` (`tokens` with `access_token`, `refresh_token`, `account_id`), and the `oauth_creds.json` of Gemini CLI and Qwen
    /// Code (`access_token`, `refresh_token`, `expiry_date` in milliseconds), and a profile of an `auth-profiles.json`.
    ///
    /// - Parameter path: Absolute.
    public init(path: String, program: String, descriptor: LoginDescriptor, now: Timestamp) throws(Problem) {
        let bytes: [UInt8]?
        do throws(StoreProblem) {
            bytes = try AtomicFile.read(path, limit: CredentialPool.fileLimit)
        } catch {
            throw Problem(message: "it cannot be read: \(error.reason)")
        }
        guard let bytes else { throw Problem(message: "there is no such file") }
        guard let root = try? JSONValue.parse(bytes), root.object != nil else { throw Problem(message: "it is not a JSON object") }
        try self.init(root, program: program, descriptor: descriptor, now: now)
    }

    /// A profile of another program's `auth-profiles.json`, or of one that another program renews.
    public init(profile id: CredentialID, path: String, descriptor: LoginDescriptor, now: Timestamp) throws(Problem) {
        let profile: JSONObject?
        do throws(StoreProblem) {
            profile = try ProfileFile(path: path).profile(id)
        } catch {
            throw Problem(message: "it cannot be read: \(error.reason)")
        }
        guard let profile else { throw Problem(message: "the profile is not there any more") }
        try self.init(.object(profile), program: "OpenClaw", descriptor: descriptor, now: now)
    }

    init(_ root: JSONValue, program: String, descriptor: LoginDescriptor, now: Timestamp) throws(Problem) {
        var reply = root["tokens"]?.object ?? root.object ?? [:]
        // A profile's names.
        if let access = reply["access"] { reply["access_token"] = access }
        if let refresh = reply["refresh"] { reply["refresh_token"] = refresh }
        let end = StoredLogin.time(reply["expiry_date"]) ?? StoredLogin.time(reply["expires"])
        reply["expires_in"] = nil
        reply["expired_in"] = nil
        guard var tokens = LoginTokens(.object(reply), descriptor: descriptor, now: now) else {
            throw Problem(message: "it holds no login; a program that keeps it in the system's keyring has to be told to use a file")
        }
        if let end {
            tokens.expires = end
        } else if let ends = TokenClaims(tokens.access)?.ends {
            tokens.expires = Timestamp(milliseconds: ends)
        }
        tokens.account = tokens.account ?? reply["account_id"]?.string ?? reply["accountId"]?.string
        tokens.email = tokens.email ?? reply["email"]?.string
        tokens.project = reply["projectId"]?.string
        if let client = reply["clientId"]?.string, !client.isEmpty, client != descriptor.clientID { tokens.client = client }
        self.tokens = tokens
        self.program = program
    }
}
