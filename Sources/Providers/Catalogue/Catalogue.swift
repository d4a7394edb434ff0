// SPDX-License-Identifier: Apache-2.0
import CAssets
import Failover
import JSON

/// The providers that need no entry in the configuration: set the key and name a model.
public struct Catalogue: Sendable {
    /// In the order of the file.
    public let entries: [CatalogueEntry]
    private let positions: [String: Int]

    /// The catalogue within the binary, read at first use.
    public static let builtIn: Catalogue = {
        var count = 0
        guard let start = understudy_catalogue(&count),
            let catalogue = Catalogue(json: Array(UnsafeBufferPointer(start: start, count: count)))
        else { preconditionFailure("Sources/Providers/Catalogue/catalogue.json is not what Catalogue reads") }
        return catalogue
    }()

    /// - Returns: `nil` unless `json` is an object with `providers`, each in the shape that `CatalogueEntry` reads,
    ///   and no name stands for two of them.
    public init?(json: [UInt8]) {
        guard let root = try? JSONValue.parse(json), let rows = root["providers"]?.array else { return nil }
        var entries: [CatalogueEntry] = []
        var positions: [String: Int] = [:]
        for row in rows {
            guard let entry = CatalogueEntry(row) else { return nil }
            for name in [entry.id.rawValue] + entry.aliases where positions.updateValue(entries.count, forKey: name) != nil { return nil }
            entries.append(entry)
        }
        self.entries = entries
        self.positions = positions
    }

    /// The entry of an id or one of its aliases.
    public func provider(_ id: ProviderID) -> CatalogueEntry? {
        positions[id.rawValue].map { entries[$0] }
    }

    /// The id that `name` is an alias of, else `name` itself.
    public func canonicalID(of name: ProviderID) -> ProviderID { provider(name)?.id ?? name }
}

/// A known provider.
public struct CatalogueEntry: Hashable, Sendable {
    public var id: ProviderID
    /// Other names that configuration files use for it.
    public var aliases: [String]
    /// The wire that its API is; it may be one that is not built.
    public var wireName: String
    /// `nil` where each account has its own, or where no HTTP API is called.
    public var baseURL: BaseURL?
    /// Its own environment variables for a key, first wins, besides those that `environmentPrefix` makes.
    public var environment: [String]
    /// `<P>` in `<P>_API_KEY`, `<P>_API_KEYS` and `<P>_API_KEY_n`.
    public var environmentPrefix: String
    /// How the names of models begin that take Anthropic's cache marks (`cache_control`) within this wire.
    public var markerModels: [String]
    /// A server on one's own machine, which may need no key.
    public var isLocal: Bool
    /// What else one has to know, for people.
    public var note: String?
    /// Where these facts come from.
    public var source: String
    /// The day on which the base URL was compared with the source; `nil`: taken over, to be checked when its wire is built.
    public var checked: String?

    /// `nil` for a wire that is not built.
    public var wire: WireKind? { WireKind(rawValue: wireName) }

    /// The provider as it is without an entry in the configuration; `nil` where there is no URL to call.
    public var provider: Provider? {
        baseURL.map { Provider(id: id, baseURL: $0, wireName: wireName, markerModels: markerModels, needsCredential: !isLocal) }
    }

    /// Upper case, with `_` for whatever a variable's name cannot hold.
    public static func environmentPrefix(for id: ProviderID) -> String {
        String(id.rawValue.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    init?(_ row: JSONValue) {
        guard let id = row["id"]?.string, !id.isEmpty, id == id.lowercased(), let wire = row["wire"]?.string,
            let source = row["source"]?.string
        else { return nil }
        self.id = ProviderID(rawValue: id)
        wireName = wire
        self.source = source
        checked = row["checked"]?.string
        if let text = row["baseUrl"]?.string {
            guard let url = BaseURL(text) else { return nil }
            baseURL = url
        }
        aliases = row["aliases"]?.array?.compactMap(\.string) ?? []
        environment = row["env"]?.array?.compactMap(\.string) ?? []
        environmentPrefix = row["envPrefix"]?.string ?? CatalogueEntry.environmentPrefix(for: self.id)
        markerModels = row["cacheMarkers"]?.array?.compactMap(\.string) ?? []
        isLocal = row["local"]?.bool ?? false
        note = row["note"]?.string
    }
}
