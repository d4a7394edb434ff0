// SPDX-License-Identifier: Apache-2.0
import JSON

/// A free model of OpenRouter's list (https://openrouter.ai/docs/api/api-reference/models/get-models): `GET /api/v1/models` answers
/// `{data: [{id, name, created, context_length, pricing: {prompt, completion, …}, architecture: {input_modalities}, supported_parameters}]}`,
/// prices being texts in dollars for one token.
struct ScannedModel: Hashable, Sendable {
    /// OpenRouter's own, such as `meta-llama/llama-3.3-70b-instruct:free`.
    var id: String
    var name: String
    /// Seconds since 1970.
    var created: Int?
    var context: Int?
    /// Billions of parameters, as its name says them.
    var billions: Double?
    var takesTools: Bool
    var takesImages: Bool

    /// - Returns: `nil` for one that costs something, or for what is no model.
    init?(_ value: JSONValue) {
        guard let id = value["id"]?.string, !id.isEmpty, id.utf8.count <= 200, let pricing = value["pricing"]?.object else { return nil }
        let prices = ["prompt", "completion", "request"].map { pricing[$0] ?? (($0 == "request") ? "0" : .null) }
        guard prices.allSatisfy({ $0.string.flatMap(Double.init) == 0 || $0.double == 0 }) else { return nil }
        self.id = id
        name = value["name"]?.string ?? id
        created = value["created"]?.int
        context = value["context_length"]?.int
        billions = Self.billions(in: id) ?? Self.billions(in: name)
        takesTools = (value["supported_parameters"]?.array ?? []).contains("tools")
        takesImages = (value["architecture"]?["input_modalities"]?.array ?? []).contains("image")
    }

    /// The biggest number in front of a `b` that ends a part of the name: 70 of `llama-3.3-70b-instruct`, 8 × 7 of `mixtral-8x7b`.
    static func billions(in name: String) -> Double? {
        var best: Double?
        for part in name.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "." }) where part.last == "b" {
            let factors = part.dropLast().split(separator: "x", omittingEmptySubsequences: false).map { Double($0) }
            guard !factors.isEmpty, factors.allSatisfy({ $0 != nil }) else { continue }
            best = max(best ?? 0, factors.reduce(1) { $0 * ($1 ?? 1) })
        }
        return best
    }

    /// The list's order: tools first, then the longer context, then the newer.
    static func isBetter(_ first: ScannedModel, _ second: ScannedModel) -> Bool {
        if first.takesTools != second.takesTools { return first.takesTools }
        if (first.context ?? 0) != (second.context ?? 0) { return (first.context ?? 0) > (second.context ?? 0) }
        if (first.created ?? 0) != (second.created ?? 0) { return (first.created ?? 0) > (second.created ?? 0) }
        return first.id < second.id
    }

    /// As chains have it.
    var ref: String { "openrouter/\(id)" }

    var json: JSONObject {
        [
            "key": .string(ref), "name": .string(SafeText.line(name)), "contextWindow": context.map { .number(JSONNumber($0)) } ?? .null,
            "params": billions.map { .number(JSONNumber($0)) } ?? .null, "created": created.map { .number(JSONNumber($0)) } ?? .null,
            "tools": .bool(takesTools), "images": .bool(takesImages),
        ]
    }
}
