// SPDX-License-Identifier: Apache-2.0

/// A request method (RFC 9110 §9, RFC 5789). Case matters: `get` is not `GET`.
public enum Method: Hashable, Sendable {
    case get, head, post, put, delete, patch, options
    /// Any other token.
    case other(String)

    public var text: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .options: "OPTIONS"
        case .other(let text): text
        }
    }

    /// The method that `token` names. Those with a case of their own take no allocation.
    init(_ token: RawSpan) {
        for (name, method) in Self.known where token.byteCount == name.utf8CodeUnitCount {
            let isSame = name.withUTF8Buffer { name in name.indices.allSatisfy { token.byte($0) == name[$0] } }
            if isSame {
                self = method
                return
            }
        }
        self = .other(token.text(0..<token.byteCount))
    }

    private static let known: [(name: StaticString, method: Method)] = [
        ("POST", .post), ("GET", .get), ("HEAD", .head), ("OPTIONS", .options), ("PUT", .put), ("DELETE", .delete), ("PATCH", .patch),
    ]
}
