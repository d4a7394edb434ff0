// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers

/// What a request asks for.
enum Route: Hashable, Sendable {
    /// A model.
    case call(Entrance)
    /// A reply that was made before.
    case response(String, ResponsesDoor.Action)
    case models
    case model(String)
    case live
    case ready
    case health
    case capabilities
    case firstTokens
    case status
    case receipts
    case receipt(String)
    case failures
    case logs
    case credentials
    case clearCredentials
    case credential(String, CredentialsAPI.Action)
    case plan
    case probe
    case quota
    case sessions
    case stopSession(String)
    case stopGateway
    case restartGateway

    /// Whether the process is up is no secret, and load balancers have no token.
    var needsToken: Bool {
        switch self {
        case .live, .ready: false
        case .call, .response, .models, .model: true
        case .health, .capabilities, .firstTokens, .status, .receipts, .receipt, .failures, .logs: true
        case .credentials, .clearCredentials, .credential, .plan, .probe, .quota: true
        case .sessions, .stopSession, .stopGateway, .restartGateway: true
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
        case .call: .completion
        case .clearCredentials, .credential, .response, .stopSession, .stopGateway, .restartGateway, .probe: .small
        case .models, .model, .live, .ready: .none
        case .health, .capabilities, .firstTokens, .quota, .status, .receipts, .receipt, .failures, .logs, .credentials, .plan, .sessions:
            .none
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

    /// A method that a path takes, and what it asks for then.
    typealias Way = (method: HTTP.Method, route: Route)

    static func route(_ head: RequestHead) -> Result<Route, Problem> {
        let ways = ways(head)
        // HEAD asks for what GET would answer, without its body (RFC 9110 §9.3.2).
        let method = head.method == .head ? .get : head.method
        for way in ways where way.method == method { return .success(way.route) }
        guard !ways.isEmpty else { return .failure(Problem(error: unknown(head.path))) }
        if method == .post, let error = unknownMethod(head.path) { return .failure(Problem(error: error)) }
        let message = "\(shown(head.path)) takes \(ways.map(\.method.text).joined(separator: " or "))."
        let error = WireError(status: 405, message: message, code: "method_not_allowed")
        return .failure(Problem(error: error, allow: allowed(by: ways)))
    }

    /// The value of `Allow` for a path; `nil` if nothing is there.
    static func allowed(at head: RequestHead) -> String? {
        let ways = ways(head)
        return ways.isEmpty ? nil : allowed(by: ways)
    }

    private static func allowed(by ways: [Way]) -> String {
        ways.map { $0.method == .get ? "GET, HEAD" : $0.method.text }.joined(separator: ", ")
    }

    private static func unknown(_ path: String) -> WireError {
        WireError(
            status: 404,
            message: "Nothing is served at \(shown(path)). Models are asked at POST /v1/chat/completions, /v1/responses, /v1/messages, "
                + "/v1beta/models/{model}:generateContent and /v1/embeddings, and listed at GET /v1/models.",
            code: "unknown_path")
    }

    /// What the Gemini API has behind a model's colon and is not served. `GET` of such a path asks for a model, whose name may have a colon.
    private static func unknownMethod(_ path: String) -> WireError? {
        guard Dialect.isGemini(path), let name = ModelPath.name(in: path), let colon = name.lastIndex(of: ":") else { return nil }
        return WireError(
            status: 404,
            message: "\(shown(String(name[name.index(after: colon)...]))) is not served. A model is asked by generateContent, "
                + "streamGenerateContent or countTokens; embeddings are at POST /v1/embeddings.",
            code: "unknown_path")
    }

    private static func ways(_ head: RequestHead) -> [Way] {
        switch head.path {
        case "/v1/chat/completions", "/chat/completions": [(.post, .call(.chatCompletions))]
        case "/v1/responses", "/responses": [(.post, .call(.responses))]
        case "/v1/responses/input_tokens", "/responses/input_tokens": [(.post, .call(.responseTokens))]
        case "/v1/messages", "/messages": [(.post, .call(.messages))]
        case "/v1/messages/count_tokens", "/messages/count_tokens": [(.post, .call(.messageTokens))]
        case "/v1/embeddings", "/embeddings": [(.post, .call(.embeddings))]
        case "/v1/models", "/models", "/v1beta/models", "/v1alpha/models": [(.get, .models)]
        case "/health", "/health/live": [(.get, .live)]
        case "/health/ready": [(.get, .ready)]
        case "/api/health": [(.get, .health)]
        case "/api/capabilities": [(.get, .capabilities)]
        case "/api/first-tokens": [(.get, .firstTokens)]
        case "/api/status": [(.get, .status)]
        case "/api/receipts": [(.get, .receipts)]
        case "/api/failures": [(.get, .failures)]
        case "/api/logs": [(.get, .logs)]
        case "/api/credentials": [(.get, .credentials)]
        case "/api/credentials/clear": [(.post, .clearCredentials)]
        case "/api/plan": [(.get, .plan)]
        case "/api/quota": [(.get, .quota)]
        case "/api/probe": [(.post, .probe)]
        case "/api/sessions": [(.get, .sessions)]
        case "/api/gateway/stop": [(.post, .stopGateway)]
        case "/api/gateway/restart": [(.post, .restartGateway)]
        default: parameterized(head)
        }
    }

    private static func parameterized(_ head: RequestHead) -> [Way] {
        let path = head.path
        if let name = ModelPath.name(in: path) {
            guard !name.isEmpty else { return [] }
            // A model's own name may have a colon too.
            if let colon = name.lastIndex(of: ":"),
                let entrance = Entrance.gemini(
                    model: String(name[..<colon]), method: name[name.index(after: colon)...], query: head.query)
            {
                return [(.post, .call(entrance))]
            }
            return [(.get, .model(name))]
        }
        if let ways = response(path) { return ways }
        if let id = rest(of: path, after: "/api/receipts/"), !id.contains("/") { return [(.get, .receipt(id))] }
        return stopSession(path) ?? credential(path)
    }

    /// `/api/sessions/{id}/stop`: the id is one segment, a slash in it `%2F`.
    private static func stopSession(_ path: String) -> [Way]? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, path.hasPrefix("/api/sessions/"), parts[4] == "stop", let id = PercentEncoding.decode(String(parts[3])),
            !id.isEmpty
        else { return nil }
        return [(.post, .stopSession(id))]
    }

    /// `/v1/responses/{id}` and what is asked of one.
    private static func response(_ path: String) -> [Way]? {
        guard let rest = rest(of: path, after: "/v1/responses/") ?? rest(of: path, after: "/responses/") else { return nil }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        let actions: [ResponsesDoor.Action] =
            switch parts.count == 1 ? "" : parts.dropFirst().joined(separator: "/") {
            case "": [.read, .delete]
            case "input_items": [.inputItems]
            case "cancel": [.cancel]
            default: []
            }
        guard let id = parts.first, !id.isEmpty else { return [] }
        return actions.map { ($0.method, .response(String(id), $0)) }
    }

    /// `/api/credentials/{id}/clear`: the id is one segment, a slash in it `%2F`.
    private static func credential(_ path: String) -> [Way] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, path.hasPrefix("/api/credentials/"), let action = CredentialsAPI.Action(rawValue: String(parts[4])),
            let id = PercentEncoding.decode(String(parts[3])), !id.isEmpty
        else { return [] }
        return [(.post, .credential(id, action))]
    }

    private static func rest(of path: String, after prefix: String) -> String? {
        guard path.utf8.count > prefix.utf8.count, path.hasPrefix(prefix) else { return nil }
        return PercentEncoding.decode(String(path.dropFirst(prefix.count)))
    }

    /// A stranger's path as it may stand in a message.
    static func shown(_ path: String) -> String { String(path.prefix(200)) }
}
