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
