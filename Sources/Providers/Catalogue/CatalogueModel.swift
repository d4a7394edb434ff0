// SPDX-License-Identifier: Apache-2.0
import JSON

/// A known model of a known provider.
public struct CatalogueModel: Hashable, Sendable {
    public var model: Model
    /// Where its facts come from, its price too unless that names a source of its own.
    public var source: String
    /// The day on which they were read there.
    public var checked: String

    public var id: String { model.id }

    /// - Returns: `nil` for a member that is missing, is not what it should be, or is not known.
    init?(_ row: JSONValue) {
        let known: Set = ["id", "name", "wire", "window", "maxOutput", "input", "reasoning", "compat", "price", "source", "checked"]
        guard let members = row.object, members.keys.allSatisfy(known.contains), let id = row["id"]?.string, !id.isEmpty,
            let source = row["source"]?.string, !source.isEmpty, let checked = row["checked"]?.string
        else { return nil }
        self.source = source
        self.checked = checked
        var model = Model(id: id, name: row["name"]?.string)
        model.wireName = row["wire"]?.string
        model.contextWindow = row["window"]?.int
        model.maxTokens = row["maxOutput"]?.int
        model.reasons = row["reasoning"]?.bool ?? false
        if let names = row["input"]?.array {
            let kinds = names.compactMap { $0.string.flatMap(InputKind.init) }
            guard kinds.count == names.count, kinds.contains(.text) else { return nil }
            model.inputs = Set(kinds)
        }
        if let compat = row["compat"] {
            guard let object = compat.object, let quirks = Quirks(compat: object) else { return nil }
            model.quirks = quirks
        }
        if let row = row["price"] {
            guard let price = Price(row, source: source, day: checked) else { return nil }
            model.price = price
        }
        self.model = model
    }
}

extension Price {
    /// - Parameters:
    ///   - source: What `row` says nothing of.
    ///   - day: As `source`.
    init?(_ row: JSONValue, source: String, day: String) {
        let known: Set = ["input", "output", "cacheRead", "cacheWrite", "promptsUpTo", "source", "day"]
        guard let members = row.object, members.keys.allSatisfy(known.contains), let input = row["input"]?.double,
            let output = row["output"]?.double, input >= 0, output >= 0
        else { return nil }
        self.init(
            input: input, output: output, cacheRead: row["cacheRead"]?.double, cacheWrite: row["cacheWrite"]?.double,
            promptsUpTo: row["promptsUpTo"]?.int, day: row["day"]?.string ?? day, source: row["source"]?.string ?? source)
    }
}
