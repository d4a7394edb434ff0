// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers

/// What a path asks for.
enum Route: Hashable, Sendable {
    case chatCompletions
    case models
    case model(String)
    case live
    case ready
    case health
    case capabilities
    case status
    case receipts
    case receipt(String)
    case failures
    case credentials
    case clearCredentials
    case credential(String, CredentialsAPI.Action)
    case plan

    /// Whether the process is up is no secret, and load balancers have no token.
    var needsToken: Bool {
        switch self {
        case .live, .ready: false
        case .chatCompletions, .models, .model: true
        case .health, .capabilities, .status, .receipts, .receipt, .failures: true
        case .credentials, .clearCredentials, .credential, .plan: true
        }
    }

    enum BodySize: Hashable, Sendable {
        case none
        /// A few members of an operator's request.
        case small
        /// `gateway.http.maxBodyBytes`
        case completion
    }

    var bodySize: BodySize {
        switch self {
        case .chatCompletions: .completion
        case .clearCredentials, .credential: .small
        case .models, .model, .live, .ready: .none
        case .health, .capabilities, .status, .receipts, .receipt, .failures, .credentials, .plan: .none
        }
    }
}

/// Method and path to a route.
enum Router {
    /// Why there is no route.
    struct Problem: Error {
        var error: WireError
        /// The methods that the path takes, where another one came.
        var allow: String?
    }

    static func route(_ head: RequestHead) -> Result<Route, Problem> {
        guard let (route, method) = match(head.path) else {
            let message = "Nothing is served at \(shown(head.path)). Chat Completions are at POST /v1/chat/completions."
            return .failure(Problem(error: WireError(status: 404, message: message, code: "unknown_path")))
        }
        // HEAD asks for what GET would answer, without its body (RFC 9110 §9.3.2).
        guard head.method == method || (head.method == .head && method == .get) else {
            let error = WireError(status: 405, message: "\(shown(head.path)) takes \(method.text).", code: "method_not_allowed")
            return .failure(Problem(error: error, allow: method == .get ? "GET, HEAD" : method.text))
        }
        return .success(route)
    }

    private static func match(_ path: String) -> (Route, HTTP.Method)? {
        switch path {
        case "/v1/chat/completions", "/chat/completions": (.chatCompletions, .post)
        case "/v1/models", "/models": (.models, .get)
        case "/health", "/health/live": (.live, .get)
        case "/health/ready": (.ready, .get)
        case "/api/health": (.health, .get)
        case "/api/capabilities": (.capabilities, .get)
        case "/api/status": (.status, .get)
        case "/api/receipts": (.receipts, .get)
        case "/api/failures": (.failures, .get)
        case "/api/credentials": (.credentials, .get)
        case "/api/credentials/clear": (.clearCredentials, .post)
        case "/api/plan": (.plan, .get)
        default: parameterized(path)
        }
    }

    private static func parameterized(_ path: String) -> (Route, HTTP.Method)? {
        if let id = rest(of: path, after: "/v1/models/") { return (.model(id), .get) }
        if let id = rest(of: path, after: "/api/receipts/"), !id.contains("/") { return (.receipt(id), .get) }
        return credential(path)
    }

    /// `/api/credentials/{id}/clear`: the id is one segment, a slash in it `%2F`.
    private static func credential(_ path: String) -> (Route, HTTP.Method)? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, path.hasPrefix("/api/credentials/"), let action = CredentialsAPI.Action(rawValue: String(parts[4])),
            let id = PercentEncoding.decode(String(parts[3])), !id.isEmpty
        else { return nil }
        return (.credential(id, action), .post)
    }

    private static func rest(of path: String, after prefix: String) -> String? {
        guard path.utf8.count > prefix.utf8.count, path.hasPrefix(prefix) else { return nil }
        return PercentEncoding.decode(String(path.dropFirst(prefix.count)))
    }

    /// A stranger's path as it may stand in a message.
    static func shown(_ path: String) -> String { String(path.prefix(200)) }
}
