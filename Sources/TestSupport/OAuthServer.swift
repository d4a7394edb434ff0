// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Synchronization
import Telemetry
import Transport

/// An OAuth 2.0 server on the loopback that checks what a real one checks: authorization code with PKCE (RFC 7636), device flow (RFC 8628),
/// refresh tokens that rotate, and whose second use ends the whole family (RFC 9700 §4.14.2).
///
/// Paths: `/authorize`, `/token`, `/device`, `/userinfo`, `/project:loadCodeAssist`.
public final class OAuthServer: Sendable {
    /// How it plays, from now on.
    public struct Ways: Sendable {
        /// Seconds in `expires_in`; `nil` leaves the member out.
        public var life: Int? = 3600
        /// Whether a refresh brings another refresh token; `false` leaves the member out.
        public var rotates = true
        /// Wait before each reply of the token endpoint.
        public var delay = Duration.zero
        /// Replies of the token endpoint before it behaves: status and body.
        public var faults: [(status: Int, body: String)] = []
        /// Access tokens are JWTs of these claims, as JSON without its braces.
        public var claims: String?
        /// Polls of the device flow that are answered so before it is allowed: `authorization_pending`, `slow_down`, …
        public var polls: [String] = []
        public var clientSecret: String?

        public init() {}
    }

    private struct Code {
        var challenge: String
        var redirect: String
    }

    private struct State {
        var ways = Ways()
        var codes: [String: Code] = [:]
        /// The family of each refresh token that was ever given, and whether it is still good.
        var refreshes: [String: (family: Int, isGood: Bool)] = [:]
        var deadFamilies: Set<Int> = []
        var access: Set<String> = []
        var devices: [String: String] = [:]
        var count = 0
        var grants: [String] = []
        var forms: [[String: String]] = []
    }

    private let state = Mutex(State())
    private let group: EventLoopGroup
    private let server: HTTPServer
    public let url: String
    public static let client = "test-client"

    public init() throws {
        group = try EventLoopGroup(count: 1)
        let service = Service()
        server = try HTTPServer(host: "127.0.0.1", port: 0, service: service, on: group, log: .silent)
        url = "http://127.0.0.1:\(server.port)"
        service.server.withLock { $0 = { [weak self] in self?.answer($0) } }
    }

    deinit { group.stop() }

    // MARK: For tests

    public func play(_ change: (inout Ways) -> Void) { state.withLock { change(&$0.ways) } }

    /// The token endpoint's grants so far, such as `refresh_token`, whether they were given or not.
    public var grants: [String] { state.withLock { $0.grants } }
    /// The token endpoint's forms so far.
    public var forms: [[String: String]] { state.withLock { $0.forms } }
    public func isGood(access: String) -> Bool { state.withLock { $0.access.contains(access) } }

    /// Tokens as if somebody had signed in.
    public func signIn() -> (access: String, refresh: String) {
        state.withLock { state in
            state.count += 1
            let family = state.count
            let tokens = Self.tokens(family: family, &state)
            return (tokens.access, tokens.refresh)
        }
    }

    /// Ends every login there is.
    public func revokeAll() { state.withLock { state in state.deadFamilies = Set(state.refreshes.values.map(\.family)) } }

    // MARK: Answers

    private struct Reply {
        var status = 200
        var body: String
        var location: String?
        var delay = Duration.zero
    }

    private func answer(_ exchange: HTTPExchange) -> (HTTPAnswer, Duration) {
        let query = Self.form(exchange.head.query ?? "")
        let body = Self.form(String(decoding: exchange.body, as: UTF8.self))
        let bearer = exchange.head.headers["authorization"]?.split(separator: " ").last.map(String.init)
        let path = exchange.head.path
        let reply = state.withLock { state -> Reply in
            switch path {
            case "/authorize": Self.authorize(query, &state)
            case "/token": Self.token(body, &state)
            case "/device": Self.device(body, url, &state)
            case "/userinfo" where bearer.map(state.access.contains) ?? false: Reply(body: #"{"email": "me@example.org"}"#)
            case "/project:loadCodeAssist" where bearer.map(state.access.contains) ?? false:
                Reply(body: #"{"currentTier": {"id": "free-tier"}, "cloudaicompanionProject": "project-1"}"#)
            default: Reply(status: bearer == nil ? 404 : 401, body: #"{"error": "not here"}"#)
            }
        }
        var headers: Headers = ["content-type": "application/json"]
        if let location = reply.location { headers.append("location", location) }
        return (HTTPAnswer(status: reply.status, headers: headers, body: Array(reply.body.utf8)), reply.delay)
    }

    private static func error(_ name: String, _ words: String = "", status: Int = 400) -> Reply {
        Reply(status: status, body: #"{"error": "\#(name)", "error_description": "\#(words)"}"#)
    }

    /// Whoever comes is signed in, and allows everything.
    private static func authorize(_ query: [String: String], _ state: inout State) -> Reply {
        guard query["client_id"] == client, query["response_type"] == "code", let redirect = query["redirect_uri"],
            let challenge = query["code_challenge"], query["code_challenge_method"] == "S256", let given = query["state"], given.count >= 16
        else { return error("invalid_request", "the authorize URL lacks something") }
        state.count += 1
        let code = "code-\(state.count)"
        state.codes[code] = Code(challenge: challenge, redirect: redirect)
        return Reply(status: 302, body: "", location: "\(redirect)?code=\(code)&state=\(given)")
    }

    private static func token(_ form: [String: String], _ state: inout State) -> Reply {
        state.grants.append(form["grant_type"] ?? "")
        state.forms.append(form)
        var reply = granted(form, &state)
        reply.delay = state.ways.delay
        return reply
    }

    private static func granted(_ form: [String: String], _ state: inout State) -> Reply {
        if !state.ways.faults.isEmpty {
            let fault = state.ways.faults.removeFirst()
            return Reply(status: fault.status, body: fault.body)
        }
        guard form["client_id"] == client, form["client_secret"] == state.ways.clientSecret else {
            return error("invalid_client", "who is this?", status: 401)
        }
        switch form["grant_type"] {
        case "authorization_code":
            guard let code = form["code"].flatMap({ state.codes.removeValue(forKey: $0) }), code.redirect == form["redirect_uri"],
                challenge(form["code_verifier"] ?? "") == code.challenge
            else { return error("invalid_grant", "the code is not good") }
            state.count += 1
            return given(family: state.count, &state)
        case "refresh_token":
            guard let token = form["refresh_token"], let known = state.refreshes[token] else {
                return error("invalid_grant", "Token has been expired or revoked.")
            }
            guard known.isGood, !state.deadFamilies.contains(known.family) else {
                if !known.isGood { state.deadFamilies.insert(known.family) }
                return error(known.isGood ? "invalid_grant" : "refresh_token_reused", "Token has been expired or revoked.")
            }
            guard state.ways.rotates else { return given(family: known.family, keeping: true, &state) }
            state.refreshes[token] = (known.family, false)
            return given(family: known.family, &state)
        case "urn:ietf:params:oauth:grant-type:device_code":
            guard let code = form["device_code"], state.devices[code] != nil else { return error("expired_token") }
            if !state.ways.polls.isEmpty { return error(state.ways.polls.removeFirst()) }
            state.devices[code] = nil
            state.count += 1
            return given(family: state.count, &state)
        default: return error("unsupported_grant_type")
        }
    }

    private static func device(_ form: [String: String], _ url: String, _ state: inout State) -> Reply {
        guard form["client_id"] == client else { return error("invalid_client", status: 401) }
        state.count += 1
        let code = "device-\(state.count)"
        state.devices[code] = ""
        return Reply(
            body: """
                {"device_code": "\(code)", "user_code": "ABCD-\(state.count)", "verification_uri": "\(url)/type",
                 "verification_uri_complete": "\(url)/type?code=ABCD-\(state.count)", "expires_in": 600, "interval": 0}
                """)
    }

    private static func given(family: Int, keeping: Bool = false, _ state: inout State) -> Reply {
        let tokens = tokens(family: family, keeping: keeping, &state)
        var members = [#""access_token": "\#(tokens.access)""#, #""token_type": "Bearer""#, #""scope": "all""#]
        if !keeping { members.append(#""refresh_token": "\#(tokens.refresh)""#) }
        if let life = state.ways.life { members.append(#""expires_in": \#(life)"#) }
        return Reply(body: "{\(members.joined(separator: ", "))}")
    }

    private static func tokens(family: Int, keeping: Bool = false, _ state: inout State) -> (access: String, refresh: String) {
        state.count += 1
        var access = "access-\(state.count)-of-family-\(family)"
        if let claims = state.ways.claims {
            access = "\(base64url(#"{"alg":"none"}"#)).\(base64url("{\(claims), \"jti\": \"\(state.count)\"}")).sig"
        }
        state.access.insert(access)
        let refresh = "refresh-\(state.count)-of-family-\(family)"
        if !keeping { state.refreshes[refresh] = (family, true) }
        return (access, refresh)
    }

    // MARK: Parts

    private static func challenge(_ verifier: String) -> String { base64url(Digest.sha256(Array(verifier.utf8).span.bytes)) }

    private static func base64url(_ text: String) -> String { base64url(Array(text.utf8)) }

    private static func base64url(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var output = ""
        var value = 0
        var bits = 0
        for byte in bytes {
            value = value << 8 | Int(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                output.append(alphabet[value >> bits & 63])
            }
            value &= 0xFF
        }
        if bits > 0 { output.append(alphabet[value << (6 - bits) & 63]) }
        return output
    }

    private static func form(_ text: String) -> [String: String] {
        var members: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { decoded(String($0)) }
            members[parts[0]] = parts.count == 2 ? parts[1] : ""
        }
        return members
    }

    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == 0x2B ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private final class Service: HTTPService {
        let server = Mutex<(@Sendable (HTTPExchange) -> (HTTPAnswer, Duration)?)?>(nil)

        func admit(_ head: RequestHead) -> Admission { .read(limit: 1 << 20) }

        func refusal(of problem: HTTPProblem, head: RequestHead?) -> HTTPAnswer { HTTPAnswer(status: problem.status) }

        func serve(_ exchange: HTTPExchange) async {
            guard let (answer, delay) = server.withLock({ $0 })?(exchange) else { return }
            if delay > .zero { await exchange.loop.sleep(for: delay) }
            exchange.respond(answer)
        }
    }
}
