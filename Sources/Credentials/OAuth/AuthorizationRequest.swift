// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers

/// One browser login: where the browser is sent, and what may come back from it (RFC 6749 §4.1, RFC 8252).
public struct AuthorizationRequest: Sendable {
    /// To be opened in a browser.
    public let url: String
    public let redirect: String
    /// The path that the browser comes back to.
    public let path: String
    private let state: String
    let verifier: Secret

    /// - Parameter port: The one that is listened on, or that the redirect is written with where nobody listens.
    /// - Returns: `nil` for a provider without a browser login.
    public init?(_ descriptor: LoginDescriptor, port: UInt16, pkce: PKCE = PKCE(), state: String = PKCE.state()) {
        guard let authorize = descriptor.authorizeURL, let client = descriptor.clientID else { return nil }
        redirect = "http://\(descriptor.redirectHost):\(port)\(descriptor.redirectPath)"
        path = descriptor.redirectPath
        self.state = state
        verifier = pkce.verifier
        var query: [(name: String, value: String)] = [
            ("response_type", "code"), ("client_id", client), ("redirect_uri", redirect),
            ("code_challenge", pkce.challenge), ("code_challenge_method", "S256"), ("state", state),
        ]
        if !descriptor.scopes.isEmpty { query.append(("scope", descriptor.scopes.joined(separator: " "))) }
        query += descriptor.authorizeParameters.map { ($0.name, $0.value) }
        url = "\(authorize)\(authorize.contains("?") ? "&" : "?")\(FormText.encode(query))"
    }

    /// Why what came back is no code.
    public struct Problem: Error, Hashable, Sendable {
        public var message: String
        /// It was not meant for this login: go on waiting.
        public var isForeign: Bool

        public init(message: String, isForeign: Bool) {
            self.message = message
            self.isForeign = isForeign
        }

        init(_ message: String, isForeign: Bool = false) { self.init(message: message, isForeign: isForeign) }
    }

    /// The code in a callback's query.
    public func code(query: String) throws(Problem) -> Secret {
        guard query.utf8.count <= 1 << 14 else { throw Problem("the answer is too long", isForeign: true) }
        let members = FormText.decode(query)
        guard let given = members["state"], Secret(state).equals(constantTime: Array(given.utf8).span.bytes) else {
            throw Problem("it belongs to another login: its state is not the one that was sent", isForeign: true)
        }
        if let error = members["error"] {
            let words = members["error_description"].map { ": \($0.prefix(200))" } ?? ""
            throw Problem(error == "access_denied" ? "the login was declined" : "the provider answered \(error.prefix(80))\(words)")
        }
        guard let code = members["code"], !code.isEmpty else { throw Problem("the provider sent no code") }
        return Secret(code)
    }

    /// The code in what a person pasted: the whole address that the browser ended at, its query, or the code alone.
    public func code(pasted text: String) throws(Problem) -> Secret {
        let text = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !text.isEmpty else { throw Problem("nothing was pasted") }
        guard text.utf8.count <= 1 << 14 else { throw Problem("that is too long") }
        let isAddress = text.hasPrefix("http://") || text.hasPrefix("https://") || text.contains("code=") || text.contains("error=")
        if isAddress {
            guard let mark = text.firstIndex(of: "?") else {
                if text.contains("code=") { return try code(query: text) }
                throw Problem("that address holds no code; paste the one that the browser ended at, from http to its end")
            }
            let query = text[text.index(after: mark)...]
            return try code(query: String(query.prefix { $0 != "#" }))
        }
        // Some pages show the code and the state with a # between them.
        let parts = text.split(separator: "#", maxSplits: 1)
        if parts.count == 2, parts[1] != state { throw Problem("that code belongs to another login", isForeign: true) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let first = parts.first else {
            throw Problem("that is neither an address nor a code")
        }
        return Secret(String(first))
    }
}
