// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// A known provider.
public struct CatalogueEntry: Hashable, Sendable {
    public var id: ProviderID
    /// Other names that configuration files use for it.
    public var aliases: [String]
    /// The wire that its API is; it may be one that is not built.
    public var wireName: String
    /// The wires of models whose names begin in a certain way, where one provider speaks several.
    public var wirePrefixes: [WirePrefix]
    /// `nil` where each account has its own, or where no HTTP API is called.
    public var baseURL: BaseURL?
    /// Where a key goes; `nil`: where the wire has it.
    public var credentialHeader: CredentialHeader?
    /// Its own environment variables for a key, first wins, besides those that `environmentPrefix` makes.
    public var environment: [String]
    /// `<P>` in `<P>_API_KEY`, `<P>_API_KEYS` and `<P>_API_KEY_n`.
    public var environmentPrefix: String
    /// How the names of models begin that take Anthropic's cache marks (`cache_control`) within this wire.
    public var markerModels: [String]
    /// Where it differs from its wire's usual ways.
    public var quirks: Quirks
    /// A server on one's own machine, which may need no key.
    public var isLocal: Bool
    /// What else one has to know, for people.
    public var note: String?
    /// Where these facts come from.
    public var source: String
    /// The day on which the base URL was compared with the source; `nil`: taken over, to be checked when its wire is built.
    public var checked: String?
    /// Models that are worth knowing about. It serves others too.
    public var models: [CatalogueModel]

    /// `nil` for a wire that is not built.
    public var wire: WireKind? { WireKind(rawValue: wireName) }

    /// The provider as it is without an entry in the configuration; `nil` where there is no URL to call.
    public var provider: Provider? { baseURL.map { provider(at: $0) } }

    /// The provider at a URL of somebody's own.
    public func provider(at url: BaseURL) -> Provider {
        var provider = Provider(
            id: id, baseURL: url, wireName: wireName, credentialHeader: credentialHeader, markerModels: markerModels,
            needsCredential: isLocal ? false : nil)
        provider.wirePrefixes = wirePrefixes
        provider.quirks = quirks
        provider.known = models.map(\.model)
        return provider
    }

    /// Upper case, with `_` for whatever a variable's name cannot hold.
    public static func environmentPrefix(for id: ProviderID) -> String {
        String(id.rawValue.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// - Returns: `nil` for a member that is missing, is not what it should be, or is not known.
    init?(_ row: JSONValue) {
        let known: Set = [
            "id", "aliases", "wire", "wires", "baseUrl", "credentialHeader", "env", "envPrefix", "cacheMarkers", "compat", "local", "note",
            "source", "checked", "models",
        ]
        guard let members = row.object, members.keys.allSatisfy(known.contains) else { return nil }
        guard let id = row["id"]?.string, !id.isEmpty, id == id.lowercased(), let wire = row["wire"]?.string,
            let source = row["source"]?.string, !source.isEmpty
        else { return nil }
        self.id = ProviderID(rawValue: id)
        wireName = wire
        wirePrefixes = []
        for (prefix, value) in row["wires"]?.object?.members ?? [] {
            guard let wire = value.string else { return nil }
            wirePrefixes.append(WirePrefix(prefix: prefix, wireName: wire))
        }
        self.source = source
        checked = row["checked"]?.string
        if let text = row["baseUrl"]?.string {
            guard let url = BaseURL(text) else { return nil }
            baseURL = url
        }
        if let name = row["credentialHeader"]?.string {
            credentialHeader = name == "bearer" ? .bearer : .named(name, prefix: "")
        }
        aliases = row["aliases"]?.array?.compactMap(\.string) ?? []
        environment = row["env"]?.array?.compactMap(\.string) ?? []
        environmentPrefix = row["envPrefix"]?.string ?? CatalogueEntry.environmentPrefix(for: self.id)
        markerModels = row["cacheMarkers"]?.array?.compactMap(\.string) ?? []
        quirks = Quirks()
        if let compat = row["compat"] {
            guard let object = compat.object, let read = Quirks(compat: object) else { return nil }
            quirks = read
        }
        isLocal = row["local"]?.bool ?? false
        note = row["note"]?.string
        models = []
        for row in row["models"]?.array ?? [] {
            guard let model = CatalogueModel(row), !models.contains(where: { $0.id == model.id }) else { return nil }
            models.append(model)
        }
    }
}
