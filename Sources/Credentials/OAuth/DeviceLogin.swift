// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Transport

/// A login with a code that is typed in a browser anywhere (RFC 8628), in the three ways there are. Blocks.
public struct DeviceLogin: Sendable {
    /// What a person is told.
    public let userCode: String
    /// Where the code is typed.
    public let verificationURL: String
    /// The same with the code in it, where the provider has that.
    public let completeURL: String?
    public let ends: Timestamp
    private let code: Secret
    private let interval: Duration
    private let pkce: PKCE?
    private let descriptor: LoginDescriptor
    private let device: LoginDescriptor.Device
    private let endpoint: TokenEndpoint

    /// What a poll came to.
    public enum Poll: Hashable, Sendable {
        case tokens(LoginTokens)
        /// Ask again after so long.
        case wait(Duration)
    }

    private static let longest = Duration.seconds(1800)
    private static let grant = "urn:ietf:params:oauth:grant-type:device_code"

    /// Asks for a code.
    public init(_ descriptor: LoginDescriptor, endpoint: TokenEndpoint) throws(TokenProblem) {
        guard let device = descriptor.device, let client = descriptor.clientID else {
            throw TokenProblem("not_configured", "\(descriptor.provider) has no login with a code to type")
        }
        self.descriptor = descriptor
        self.device = device
        self.endpoint = endpoint
        let pkce = device.usesPKCE ? PKCE() : nil
        self.pkce = pkce
        let state = PKCE.state()
        let reply: JSONValue
        switch device.style {
        case .openai: reply = try endpoint.ask(device.url, json: ["client_id": .string(client)])
        case .standard, .minimax:
            var form: [(name: String, value: String)] = [("client_id", client)]
            if !descriptor.scopes.isEmpty { form.append(("scope", descriptor.scopes.joined(separator: " "))) }
            if let pkce { form += [("code_challenge", pkce.challenge), ("code_challenge_method", "S256")] }
            if device.style == .minimax { form += [("response_type", "code"), ("state", state)] }
            reply = try endpoint.ask(device.url, form: form)
        }
        let user = reply["user_code"]?.string ?? reply["usercode"]?.string
        let code =
            switch device.style {
            case .standard: reply["device_code"]?.string
            case .openai: reply["device_auth_id"]?.string
            case .minimax: user
            }
        guard let user, let code, !user.isEmpty, user.utf8.count <= 64, !code.isEmpty else {
            throw TokenProblem("malformed", "its reply holds no code")
        }
        if device.style == .minimax, reply["state"]?.string != state { throw TokenProblem("malformed", "its reply is for another login") }
        let written = reply["verification_uri"]?.string ?? reply["verification_url"]?.string ?? device.verificationURL
        guard let written, BaseURL(String(written.prefix { $0 != "?" && $0 != "#" })) != nil else {
            throw TokenProblem("malformed", "its reply does not say where the code is typed")
        }
        userCode = user
        self.code = Secret(code)
        verificationURL = written
        completeURL = reply["verification_uri_complete"]?.string.flatMap { url in
            BaseURL(String(url.prefix { $0 != "?" && $0 != "#" })) == nil ? nil : url
        }
        let now = endpoint.now()
        let isMilliseconds = device.style == .minimax
        interval = Self.interval(reply["interval"], isMilliseconds: isMilliseconds)
        ends = Self.end(reply, now: now)
    }

    /// Five seconds where nothing is said (§3.2).
    private static func interval(_ value: JSONValue?, isMilliseconds: Bool) -> Duration {
        guard let number = value?.double ?? value?.string.flatMap(Double.init), number >= 0, number < 1e6 else {
            return .seconds(isMilliseconds ? 2 : 5)
        }
        return min(.milliseconds(Int64(isMilliseconds ? number : number * 1000)), .seconds(60))
    }

    private static func end(_ reply: JSONValue, now: Timestamp) -> Timestamp {
        let said = reply["expires_in"]?.double ?? reply["expired_in"]?.double
        guard let said, said > 0, said < 1e15 else { return now + .seconds(900) }
        if said > 1e11 { return min(Timestamp(milliseconds: Int64(said)), now + longest) }
        return now + min(.milliseconds(Int64(said * 1000)), longest)
    }

    /// Asks until the person has allowed it. Waits on the calling thread.
    ///
    /// - Parameter isOver: Asked before each poll: the person gave up.
    public func wait(isOver: () -> Bool = { false }) throws(TokenProblem) -> LoginTokens {
        var pause = interval
        while endpoint.now() < ends, !isOver() {
            switch try poll(pause) {
            case .tokens(let tokens): return tokens
            case .wait(let next): pause = next
            }
            var left = max(pause, .milliseconds(10))
            // In pieces, so that giving up is noticed.
            while left > .zero, !isOver() {
                BlockingWait.sleep(min(left, .milliseconds(200)))
                left -= .milliseconds(200)
            }
        }
        throw TokenProblem("expired_token", "nobody typed the code in time; begin again")
    }

    /// - Parameter pause: The pause before this poll.
    private func poll(_ pause: Duration) throws(TokenProblem) -> Poll {
        do throws(TokenProblem) {
            return try ask()
        } catch {
            switch error.name {
            case "authorization_pending": return .wait(pause)
            // §3.5: five seconds more from then on.
            case "slow_down": return .wait(max(pause + .seconds(5), error.wait ?? .zero))
            case "access_denied": throw TokenProblem("access_denied", "the login was declined")
            case "expired_token": throw TokenProblem("expired_token", "the code has expired; begin again")
            // A connection that broke says nothing of the code (§3.5).
            case "network", "no_reply", "server_error", "rate_limited": return .wait(min(pause + .seconds(2), .seconds(30)))
            default:
                if device.style == .openai, error.status == 403 || error.status == 404 { return .wait(pause) }
                throw error
            }
        }
    }

    private func ask() throws(TokenProblem) -> Poll {
        switch device.style {
        case .standard:
            var form = code.withExposed { [(name: "grant_type", value: Self.grant), (name: "device_code", value: $0)] }
            if let pkce { pkce.verifier.withExposed { form.append((name: "code_verifier", value: $0)) } }
            return .tokens(try endpoint.tokens(form, for: descriptor, secrets: [code]))
        case .minimax:
            guard let url = descriptor.tokenURL, let client = descriptor.clientID else {
                throw TokenProblem("not_configured", "no tokenUrl")
            }
            var form = [
                (name: "grant_type", value: "urn:ietf:params:oauth:grant-type:user_code"), (name: "client_id", value: client),
                (name: "user_code", value: userCode),
            ]
            if let pkce { pkce.verifier.withExposed { form.append((name: "code_verifier", value: $0)) } }
            let reply = try endpoint.ask(url, form: form, secrets: [code])
            if reply["status"]?.string == "error" { throw TokenProblem("refused", "the login was refused") }
            guard let tokens = LoginTokens(reply, descriptor: descriptor, now: endpoint.now()) else { return .wait(interval) }
            return .tokens(tokens)
        case .openai:
            let reply = try endpoint.ask(
                device.pollURL, json: ["device_auth_id": code.withExposed { .string($0) }, "user_code": .string(userCode)], secrets: [code])
            guard let authorization = reply["authorization_code"]?.string, let verifier = reply["code_verifier"]?.string,
                let redirect = device.redirect
            else { throw TokenProblem("malformed", "its reply holds no code") }
            return .tokens(
                try endpoint.exchange(
                    code: Secret(authorization), redirect: redirect, verifier: Secret(verifier), for: descriptor))
        }
    }
}
