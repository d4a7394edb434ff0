// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Transport

/// Asks a provider's token endpoint (RFC 6749 §3.2). Blocks: never to be used on an event loop.
public struct TokenEndpoint: Sendable {
    /// For one question, from connecting to the last byte.
    var timeout: Duration
    let now: @Sendable () -> Timestamp

    public init(timeout: Duration = .seconds(20), now: @escaping @Sendable () -> Timestamp) {
        self.timeout = timeout
        self.now = now
    }

    /// Bytes of a reply; what is larger is none.
    static let replyLimit = 256 << 10

    /// Sends a form and reads tokens.
    func tokens(
        _ form: [(name: String, value: String)], for descriptor: LoginDescriptor, secrets: [Secret]
    ) throws(TokenProblem) -> LoginTokens {
        guard let url = descriptor.tokenURL, let client = descriptor.clientID else {
            throw TokenProblem(
                "not_configured", "no tokenUrl and clientId are known; models.providers.\(descriptor.provider).login takes them")
        }
        var form = form + [("client_id", client)]
        var secrets = secrets
        if let secret = descriptor.clientSecret {
            secret.withExposed { form.append(("client_secret", $0)) }
            secrets.append(secret)
        }
        let reply = try ask(url, form: form, secrets: secrets)
        guard let tokens = LoginTokens(reply, descriptor: descriptor, now: now()) else {
            throw TokenProblem("malformed", "its reply holds no access token")
        }
        return tokens
    }

    /// New tokens for a refresh token (§6).
    func refresh(_ refresh: Secret, for descriptor: LoginDescriptor) throws(TokenProblem) -> LoginTokens {
        let form = refresh.withExposed { [("grant_type", "refresh_token"), ("refresh_token", $0)] }
        return try tokens(form, for: descriptor, secrets: [refresh])
    }

    /// Tokens for a code (§4.1.3).
    ///
    /// - Parameter redirect: As it stood in the authorize URL.
    func exchange(
        code: Secret, redirect: String, verifier: Secret?, for descriptor: LoginDescriptor
    ) throws(TokenProblem) -> LoginTokens {
        var form = code.withExposed { [("grant_type", "authorization_code"), ("code", $0), ("redirect_uri", redirect)] }
        verifier?.withExposed { form.append(("code_verifier", $0)) }
        return try tokens(form, for: descriptor, secrets: [code] + (verifier.map { [$0] } ?? []))
    }

    /// Sends a form, or JSON, and reads an object.
    ///
    /// - Parameter secrets: What may not be in a message, whatever the endpoint quotes.
    func ask(
        _ url: String, form: [(name: String, value: String)]? = nil, json: JSONValue? = nil, bearer: Secret? = nil, secrets: [Secret] = []
    ) throws(TokenProblem) -> JSONValue {
        guard let base = BaseURL(url.split(separator: "?").first.map(String.init) ?? url) else {
            throw TokenProblem("not_configured", "its address is no http or https URL")
        }
        guard base.scheme == "https" || base.isLocal else {
            throw TokenProblem("not_configured", "its address is not https, and secrets are not sent in the clear")
        }
        var headers: Headers = ["accept": "application/json", "user-agent": "understudy"]
        var body: [UInt8] = []
        if let form {
            headers.append("content-type", "application/x-www-form-urlencoded")
            body = Array(FormText.encode(form).utf8)
        } else if let json {
            headers.append("content-type", "application/json")
            body = JSONWriter.compact(json)
        }
        if let bearer { headers.append("authorization", bearer.withExposed { "Bearer \($0)" }) }
        let reply: BlockingHTTP.Reply
        do throws(BlockingHTTP.Failure) {
            reply = try BlockingHTTP.request(
                method: body.isEmpty ? .get : .post, url: url, headers: headers, body: body, timeout: timeout, limit: Self.replyLimit,
                bypassesProxy: base.isLocal)
        } catch {
            throw TokenProblem(error.isUnreachable ? "network" : "no_reply", "\(base.host): \(error.message)")
        }
        let redactor = Redactor(secrets: secrets + (bearer.map { [$0] } ?? []))
        guard (200..<300).contains(reply.status) else {
            throw TokenProblem(status: reply.status, body: reply.body, headers: reply.headers, redactor: redactor)
        }
        guard let value = try? JSONValue.parse(reply.body), value.object != nil else {
            throw TokenProblem("malformed", "\(base.host) answered with what is no JSON object", status: reply.status)
        }
        // Some say what is wrong with status 200 (github.com does).
        if value["error"] != nil, value["error"] != .null, value["access_token"] == nil {
            throw TokenProblem(status: 400, body: reply.body, headers: reply.headers, redactor: redactor)
        }
        return value
    }
}
