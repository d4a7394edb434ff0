// SPDX-License-Identifier: Apache-2.0
import Configuration
import JSON

/// `--ref`: where a secret stands, as `keyRef` and `tokenRef` say it.
enum AuthReference {
    static let expectation = "env:NAME, file:<provider>:value, file:<provider>:/json/pointer or exec:<provider>:<id>"

    /// - Returns: The object to store, or `nil` for what is none.
    static func read(_ text: String) -> JSONObject? {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard let source = SecretReference.Source(rawValue: parts[0]) else { return nil }
        let (provider, id): (String, String)
        switch (source, parts.count) {
        case (.env, 2): (provider, id) = ("default", parts[1])
        case (_, 3): (provider, id) = (parts[1], parts[2])
        case (_, _): return nil
        }
        guard SecretReference.isAlias(provider), SecretReference.isID(id, of: source) else { return nil }
        return ["source": .string(source.rawValue), "provider": .string(provider), "id": .string(id)]
    }
}
