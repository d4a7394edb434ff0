// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// Where a file says a secret stands instead of holding it: `{source: "env", provider: "default", id: "OPENAI_API_KEY"}`
/// (docs.openclaw.ai/gateway/secrets).
enum SecretReference: Hashable, Sendable {
    case environment(name: String)
    /// `file` and `exec`, which this version does not read.
    case unread(source: String)

    /// - Returns: `nil` unless `value` is an object with a `source` that is known.
    init?(_ value: JSONValue) {
        switch value["source"]?.string {
        case "env":
            guard let name = value["id"]?.string, !name.isEmpty else { return nil }
            self = .environment(name: name)
        case .some(let source) where source == "file" || source == "exec": self = .unread(source: source)
        default: return nil
        }
    }

    /// The secret, or why there is none.
    func resolved(in environment: [String: Secret]) -> Result<Secret, Unresolved> {
        switch self {
        case .environment(let name):
            guard let secret = environment[name]?.trimmed else {
                return .failure(Unresolved(text: "environment variable \(name) is not set"))
            }
            return .success(secret)
        case .unread(let source):
            return .failure(Unresolved(text: "its key stands behind a reference of source \(source); write it down or use env"))
        }
    }

    struct Unresolved: Error, Hashable { var text: String }
}
