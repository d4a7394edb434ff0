// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// What a token that is a JWT (RFC 7519 §3) says of itself. Nothing is verified: whoever the token is for does that.
struct TokenClaims {
    private let claims: JSONValue

    /// - Returns: `nil` for what is no JWT, or larger than 64 KB.
    init?(_ token: Secret) {
        let claims = token.withExposed { text -> JSONValue? in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[1].utf8.count <= 1 << 16, let bytes = Base64URL.decode(parts[1]) else { return nil }
            return try? JSONValue.parse(bytes)
        }
        guard let claims, claims.object != nil else { return nil }
        self.claims = claims
    }

    /// How long it lives from its making on, which needs no clock to agree with another; else when it ends.
    var lifetime: Duration? {
        guard let end = claims["exp"]?.double, let start = claims["iat"]?.double, end > start, end - start < 1e9 else { return nil }
        return .seconds(Int64(end - start))
    }

    /// `exp` in milliseconds since 1970.
    var ends: Int64? {
        guard let end = claims["exp"]?.double, end > 0, end < 9e12 else { return nil }
        return Int64(end * 1000)
    }

    func text(_ path: [String]) -> String? {
        var value: JSONValue? = claims
        for name in path { value = value?[name] }
        return value?.string.flatMap { $0.isEmpty || $0.utf8.count > 320 ? nil : $0 }
    }
}
