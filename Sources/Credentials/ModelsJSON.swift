// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// The keys in an agent's `models.json`, OpenClaw's generated catalogue: `providers.<id>.apiKey`.
public struct ModelsJSON: Hashable, Sendable {
    /// One for each provider with a key, in the order of the file.
    public var credentials: [StoredCredential] = []
    public var notes: [String] = []

    /// What stands there in place of a secret and is none (docs/credentials.md).
    static let markers: Set<String> = [
        "secretref-managed", "minimax-oauth", "qwen-oauth", "ollama-local", "lmstudio-local", "custom-local", "gcp-vertex-credentials",
    ]

    public init(_ root: JSONValue, source: String, environment: [String: Secret]) {
        guard let providers = root["providers"]?.object else {
            if root["providers"] != nil || root.object == nil { notes = ["its `providers` is not an object"] }
            return
        }
        for (name, value) in providers.members.prefix(ProfileDocument.limit) {
            guard let text = value["apiKey"]?.string, let found = Self.secret(text, in: environment) else { continue }
            let provider = Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: name.lowercased()))
            credentials.append(
                StoredCredential(
                    id: CredentialID(rawValue: "\(provider):models.json"), provider: provider, kind: .apiKey, secret: found.secret,
                    label: source, source: found.variable.map { "\(source) (env: \($0))" } ?? source))
        }
    }

    /// - Returns: `nil` for a marker, and for the name of a variable that is not set.
    static func secret(_ text: String, in environment: [String: Secret]) -> (secret: Secret, variable: String?)? {
        guard let secret = Secret(text).trimmed, !markers.contains(text) else { return nil }
        guard isVariableName(text) else { return (secret, nil) }
        return environment[text]?.trimmed.map { ($0, text) }
    }

    /// Such as `OPENAI_API_KEY` or `HF_TOKEN`. Other capitals may well be a key.
    private static func isVariableName(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, (0x41...0x5A).contains(first) else { return false }
        guard text.hasSuffix("_KEY") || text.hasSuffix("_KEYS") || text.hasSuffix("_TOKEN") else { return false }
        return bytes.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
    }
}
