// SPDX-License-Identifier: Apache-2.0

/// A model's name within a path: `/v1/models/{name}`, and as the Gemini API has it, with its version, a method behind the name, and
/// models of one's own in another collection.
///
/// Names have slashes (`openrouter/anthropic/claude-sonnet-4`), which stand in the path as they are or as `%2F`.
enum ModelPath {
    /// - Returns: What stands behind `models/`, decoded, a method included; empty for no name. `nil`: another path, or one with an
    ///   escape that is none.
    static func name(in path: String) -> String? {
        for version in ["/v1beta/", "/v1/", "/v1alpha/", "/"] where path.hasPrefix(version) {
            let rest = path.dropFirst(version.utf8.count)
            guard rest.hasPrefix("models/") || rest.hasPrefix("tunedModels/") || rest.lowercased().hasPrefix("models%2f") else { continue }
            return PercentEncoding.decode(String(rest)).map { bare($0) }
        }
        return nil
    }

    /// The name without its collection, also where a client's SDK has put one before a name that had it.
    static func bare(_ name: String) -> String {
        var name = name[...]
        for collection in ["models/", "models/", "tunedModels/"] where name.hasPrefix(collection) {
            name = name.dropFirst(collection.utf8.count)
        }
        return String(name)
    }
}
