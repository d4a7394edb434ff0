// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Transport

/// What a new login is of: the e-mail address and the project that its tokens do not name. Blocks.
public struct LoginAccount: Sendable {
    let endpoint: TokenEndpoint

    public init(endpoint: TokenEndpoint) { self.endpoint = endpoint }

    /// Exchanges a code, and looks who has signed in.
    public func tokens(
        for code: Secret, of request: AuthorizationRequest, _ descriptor: LoginDescriptor
    ) throws(TokenProblem) -> LoginTokens {
        try endpoint.exchange(code: code, redirect: request.redirect, verifier: request.verifier, for: descriptor)
    }

    /// - Parameter project: Google Cloud's, where the person names one (`GOOGLE_CLOUD_PROJECT`).
    /// - Returns: A remark for the person, where something could not be found out; the login is good without it.
    public func complete(_ tokens: inout LoginTokens, _ descriptor: LoginDescriptor, project: String?) -> String? {
        if tokens.email == nil, let url = descriptor.userInfoURL {
            let reply = try? endpoint.ask(url, bearer: tokens.access)
            tokens.email = reply?["email"]?.string.flatMap { $0.isEmpty || $0.utf8.count > 320 ? nil : $0 }
        }
        guard let url = descriptor.projectURL else { return nil }
        do throws(TokenProblem) {
            tokens.project = try self.project(url, tokens.access, wanted: project) ?? project
        } catch {
            tokens.project = project
            if project == nil {
                return "the account's project could not be found (\(error.message)); "
                    + "set GOOGLE_CLOUD_PROJECT and sign in again if requests are refused"
            }
        }
        return nil
    }

    /// Code Assist's methods, as Gemini CLI calls them (github.com/google-gemini/gemini-cli, packages/core/src/code_assist/setup.ts).
    private func project(_ url: String, _ access: Secret, wanted: String?) throws(TokenProblem) -> String? {
        var metadata: JSONObject = ["ideType": "IDE_UNSPECIFIED", "platform": "PLATFORM_UNSPECIFIED", "pluginType": "GEMINI"]
        if let wanted { metadata["duetProject"] = .string(wanted) }
        var asked: JSONObject = ["metadata": .object(metadata)]
        if let wanted { asked["cloudaicompanionProject"] = .string(wanted) }
        let loaded = try endpoint.ask("\(url):loadCodeAssist", json: .object(asked), bearer: access)
        if let project = Self.project(loaded["cloudaicompanionProject"]) { return project }
        if loaded["currentTier"]?.object != nil { return wanted }
        let tiers = loaded["allowedTiers"]?.array ?? []
        let tier = tiers.first { $0["isDefault"]?.bool == true }?["id"]?.string ?? "legacy-tier"
        asked["tierId"] = .string(tier)
        if tier == "free-tier" { asked["cloudaicompanionProject"] = nil }
        // It works on it for some seconds; asking again is how one waits.
        for round in 0..<12 {
            let operation = try endpoint.ask("\(url):onboardUser", json: .object(asked), bearer: access)
            if operation["done"]?.bool == true { return Self.project(operation["response"]?["cloudaicompanionProject"]) ?? wanted }
            if round < 11 { BlockingWait.sleep(.seconds(5)) }
        }
        return wanted
    }

    private static func project(_ value: JSONValue?) -> String? {
        (value?.string ?? value?["id"]?.string).flatMap { $0.isEmpty || $0.utf8.count > 128 ? nil : $0 }
    }
}
