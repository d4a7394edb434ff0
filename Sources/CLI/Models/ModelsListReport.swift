// SPDX-License-Identifier: Apache-2.0
import JSON
import Providers

/// What `understudy models list` shows, before it is laid out.
struct ModelsListReport: Hashable, Sendable {
    struct Row: Hashable, Sendable {
        var provider: String
        var model: String
        /// For people.
        var name: String
        var wire: String
        /// Whether this version speaks `wire`.
        var isSpoken: Bool
        /// `nil`: not known.
        var inputs: Set<InputKind>?
        var contextWindow: Int?
        var maxTokens: Int?
        var reasons: Bool?
        var price: Price?
        var isLocal: Bool
        /// Whether a usable credential is there, or none is needed.
        var hasCredential: Bool
        /// As `openclaw models list` has them: `default`, `fallback#1`, `configured`, `alias:opus`, `missing`.
        var tags: [String]
        /// Named, and no such provider is there.
        var isMissing: Bool
        /// Where the catalogue has its facts from, and since when; `nil`: it does not know the model.
        var source: String?
        var checked: String?

        var key: String { "\(provider)/\(model)" }
    }

    struct ProviderRow: Hashable, Sendable {
        var id: String
        var aliases: [String]
        var wire: String
        /// `nil`: it cannot be called without an entry in the configuration.
        var baseURL: String?
        /// The environment's variables for a key, in their order; `<P>_API_KEYS` and `<P>_API_KEY_1` go with the first.
        var variables: [String]
        var isConfigured: Bool
        var needsCredential: Bool
        var hasCredential: Bool
        var note: String?
        var source: String?
        var checked: String?
    }

    var agent: String
    var models: [Row]
    var providers: [ProviderRow]
    /// Whether the text shows the providers too.
    var showsProviders: Bool

    // MARK: For programs

    /// The members of `openclaw models list --json`, and more beside them. Members are only ever added.
    var json: JSONValue {
        [
            "agentId": .string(agent), "count": .number(JSONNumber(models.count)), "models": .array(models.map { json(of: $0) }),
            "providers": .array(providers.map { json(of: $0) }),
        ]
    }

    private func json(of row: Row) -> JSONValue {
        var object: JSONObject = [
            "key": .string(row.key), "name": .string(row.name), "input": row.inputs.map { .string(Self.words($0)) } ?? .null,
            "contextWindow": Self.number(row.contextWindow), "local": .bool(row.isLocal), "available": .bool(row.hasCredential),
            "tags": .array(row.tags.map { .string($0) }), "missing": .bool(row.isMissing), "provider": .string(row.provider),
            "model": .string(row.model), "api": .string(row.wire), "spoken": .bool(row.isSpoken), "maxTokens": Self.number(row.maxTokens),
            "reasoning": row.reasons.map { .bool($0) } ?? .null,
        ]
        object["cost"] =
            row.price.map { price in
                [
                    "input": .number(JSONNumber(price.input)), "output": .number(JSONNumber(price.output)),
                    "cacheRead": price.cacheRead.map { .number(JSONNumber($0)) } ?? .null,
                    "cacheWrite": price.cacheWrite.map { .number(JSONNumber($0)) } ?? .null, "promptsUpTo": Self.number(price.promptsUpTo),
                    "day": Self.text(price.day), "source": Self.text(price.source),
                ]
            } ?? .null
        object["source"] = Self.text(row.source)
        object["checked"] = Self.text(row.checked)
        return .object(object)
    }

    private func json(of row: ProviderRow) -> JSONValue {
        [
            "id": .string(row.id), "aliases": .array(row.aliases.map { .string($0) }), "api": .string(row.wire),
            "spoken": .bool(WireKind(rawValue: row.wire) != nil), "baseUrl": Self.text(row.baseURL),
            "env": .array(row.variables.map { .string($0) }), "configured": .bool(row.isConfigured),
            "needsCredential": .bool(row.needsCredential), "available": .bool(row.hasCredential), "note": Self.text(row.note),
            "source": Self.text(row.source), "checked": Self.text(row.checked),
        ]
    }

    private static func number(_ value: Int?) -> JSONValue { value.map { .number(JSONNumber($0)) } ?? .null }
    private static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    /// `text+image`, in the order of `InputKind`.
    static func words(_ inputs: Set<InputKind>) -> String {
        InputKind.allCases.filter(inputs.contains).map(\.rawValue).joined(separator: "+")
    }
}
