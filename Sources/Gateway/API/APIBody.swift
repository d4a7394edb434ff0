// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Providers

/// The body of an operator's request that changes something: none, or an object of a few members.
enum APIBody {
    /// A body has to say that it is JSON: a form of a foreign web page cannot, without asking first (CORS preflight).
    static func read(_ head: RequestHead, _ body: [UInt8], names: [String]) -> Result<JSONObject, WireError> {
        if body.isEmpty { return .success([:]) }
        let type = head.headers.first("content-type").map { $0.prefix { $0 != ";" && $0 != " " }.lowercased() }
        guard type == "application/json" else {
            return .failure(
                WireError(
                    status: 415, message: "The body has to be application/json.", code: "unsupported_media_type", param: "content-type"))
        }
        guard let value = try? JSONValue.parse(body, limits: JSONLimits(depth: 8)), case .object(let members) = value else {
            return .failure(WireError(status: 400, message: "The body is no JSON object.", code: "invalid_json"))
        }
        if let other = members.members.first(where: { !names.contains($0.key) }) {
            let name = String(other.key.prefix(64))
            let expected = names.isEmpty ? "it takes none" : "it takes \(names.joined(separator: ", "))"
            return .failure(
                WireError(status: 400, message: "\(name) is no member of this body; \(expected).", code: "invalid_body", param: name))
        }
        return .success(members)
    }
}
