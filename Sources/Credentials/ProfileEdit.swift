// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

/// Changes to what an `auth-profiles.json` holds, made inside `ProfileFile.change`. What is not named stays as it is and where it is, also
/// entries that no reader understands.
public enum ProfileEdit {
    /// Puts a profile in the place of the one that has its id, or behind the others.
    ///
    /// - Returns: What stood there.
    @discardableResult
    public static func put(_ id: CredentialID, _ profile: JSONObject, in contents: inout JSONObject) -> JSONValue? {
        bringUpToDate(&contents)
        var profiles = contents["profiles"]?.object ?? [:]
        let before = profiles[id.rawValue]
        profiles[id.rawValue] = .object(profile)
        contents["profiles"] = .object(profiles)
        return before
    }

    /// Takes a profile out, and its id out of the stored orders.
    ///
    /// - Returns: What stood there; `nil`: nothing did, and nothing has changed.
    @discardableResult
    public static func remove(_ id: CredentialID, from contents: inout JSONObject) -> JSONValue? {
        guard let before = profile(id, in: contents) else { return nil }
        bringUpToDate(&contents)
        var profiles = contents["profiles"]?.object ?? [:]
        profiles[id.rawValue] = nil
        contents["profiles"] = .object(profiles)
        forget(id, in: &contents)
        return before
    }

    /// A profile as it is written. In the flat shape `openai` stands for `openai:default`.
    public static func profile(_ id: CredentialID, in contents: JSONObject) -> JSONValue? {
        var contents = contents
        bringUpToDate(&contents)
        return contents["profiles"]?[id.rawValue]
    }

    /// The stored order of a provider; `nil`: there is none.
    public static func order(of provider: ProviderID, in contents: JSONObject) -> [CredentialID]? {
        let orders = contents["order"]?.object ?? [:]
        guard let name = names(of: provider, in: orders).last, let ids = orders[name]?.array else { return nil }
        return ids.compactMap(\.string).map { CredentialID(rawValue: $0) }
    }

    /// - Parameter ids: `nil`: no order from now on.
    public static func setOrder(of provider: ProviderID, to ids: [CredentialID]?, in contents: inout JSONObject) {
        bringUpToDate(&contents)
        var orders = contents["order"]?.object ?? [:]
        for name in names(of: provider, in: orders) where name != provider.rawValue { orders[name] = nil }
        orders[provider.rawValue] = ids.map { .array($0.map { .string($0.rawValue) }) }
        contents["order"] = orders.isEmpty ? nil : .object(orders)
    }

    /// The names under which orders of a provider stand: its id, and other spellings of it. Of several the last one counts.
    private static func names(of provider: ProviderID, in orders: JSONObject) -> [String] {
        orders.keys.filter { ProfileDocument.provider($0) == provider }
    }

    private static func forget(_ id: CredentialID, in contents: inout JSONObject) {
        for (provider, value) in contents["order"]?.object?.members ?? [] {
            guard let ids = value.array, ids.contains(.string(id.rawValue)) else { continue }
            let left = ids.filter { $0 != .string(id.rawValue) }.compactMap(\.string).map { CredentialID(rawValue: $0) }
            setOrder(of: ProfileDocument.provider(provider), to: left.isEmpty ? nil : left, in: &contents)
        }
    }

    /// Version 1 in place of the flat shape of older versions (`{"openai": {"apiKey": "…"}}`).
    private static func bringUpToDate(_ contents: inout JSONObject) {
        guard contents["profiles"] == nil else { return }
        guard contents["version"] == nil else {
            contents["profiles"] = [:]
            return
        }
        var profiles = JSONObject()
        var later: [(key: String, value: JSONValue)] = []
        for (name, value) in contents.members {
            // Beside flat entries, members of later shapes may stand.
            if ProfileDocument.laterMembers.contains(name) {
                later.append((name, value))
            } else {
                profiles[name.contains(":") ? name : "\(name):default"] = upToDate(value, provider: name)
            }
        }
        contents = JSONObject([("version", 1), ("profiles", .object(profiles))] + later)
    }

    private static func upToDate(_ value: JSONValue, provider: String) -> JSONValue {
        guard var profile = value.object, profile["type"] == nil, let key = profile["apiKey"], profile["key"] == nil else { return value }
        var rest = profile
        rest["apiKey"] = nil
        profile = JSONObject([
            ("type", "api_key"), ("provider", rest["provider"] ?? .string(String(provider.prefix { $0 != ":" }))), ("key", key),
        ])
        for (name, value) in rest.members { profile[name] = value }
        return .object(profile)
    }
}
