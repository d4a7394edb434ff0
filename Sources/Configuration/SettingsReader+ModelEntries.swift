// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

extension SettingsReader {
    /// `models.providers.<id>.models`, each over what the catalogue knows of it, member by member.
    static func readModelEntries(
        of entry: SettingsCursor, into provider: inout Provider, _ failovers: inout [ModelRef: FailoverOverrides]
    ) {
        let window = entry.whole("contextWindow")
        let most = entry.whole("maxTokens")
        for index in provider.known.indices {
            provider.known[index].contextWindow = window ?? provider.known[index].contextWindow
            provider.known[index].maxTokens = most ?? provider.known[index].maxTokens
        }
        let acceptsTools = entry.section("compat")?.flag("supportsTools") ?? true
        var seen: Set<String> = []
        for cursor in entry.sections("models") {
            guard let id = cursor.text("id") else {
                if cursor.child("id") == nil {
                    cursor.report("\(cursor.path.text) has no id", "it takes the provider's name for the model")
                }
                continue
            }
            guard seen.insert(id).inserted else {
                cursor.report("\(cursor.path.text).id is \(Shown.quoted(id)) a second time", "write it once")
                continue
            }
            var model = provider.known.first { $0.id == id } ?? Model(id: id)
            model.name = cursor.text("name") ?? model.name
            model.wireName = wireName(cursor) ?? model.wireName
            model.contextWindow = cursor.whole("contextWindow") ?? model.contextWindow ?? window
            model.maxTokens = cursor.whole("maxTokens") ?? model.maxTokens ?? most
            model.reasons = cursor.flag("reasoning") ?? model.reasons
            if let input = cursor.texts("input") { model.inputs = inputs(input.map(\.text)) }
            model.price = cursor.section("cost").flatMap(price) ?? model.price
            let compat = cursor.section("compat")
            model.acceptsTools = compat?.flag("supportsTools") ?? acceptsTools
            model.takesMarkers = compat?.choice("cacheControlFormat").map { $0 == "anthropic" }
            if let compat { model.quirks = quirks(compat).over(model.quirks) }
            model.params = params(cursor)
            model.limits = cursor.section("timeouts").map(timeouts) ?? TimeLimits()
            if let failover = cursor.section("failover").map(narrowFailover), !failover.isEmpty {
                failovers[ModelRef(provider: provider.id, model: id)] = failover
            }
            provider.models.append(model)
        }
    }

    /// - Returns: `nil` for an empty list: nothing is held back.
    private static func inputs(_ names: [String]) -> Set<InputKind>? {
        names.isEmpty ? nil : Set(names.compactMap(InputKind.init)).union([.text])
    }

    /// `cost`, in US dollars for a million tokens; `nil` unless both input and output are told.
    private static func price(_ cost: SettingsCursor) -> Price? {
        let input = cost.number("input")
        let output = cost.number("output")
        let read = cost.number("cacheRead")
        let write = cost.number("cacheWrite")
        guard let input, let output else { return nil }
        return Price(input: input, output: output, cacheRead: read, cacheWrite: write)
    }

    // MARK: Quirks

    /// A provider's `compat`: what holds for all its models.
    static func readCompat(of entry: SettingsCursor, into provider: inout Provider) {
        guard let compat = entry.section("compat") else { return }
        let own = quirks(compat)
        provider.quirks = own.over(provider.quirks)
        if let format = compat.choice("cacheControlFormat") { provider.markerModels = format == "anthropic" ? [""] : [] }
        // The configuration wins, also over what the catalogue says of a single model.
        for index in provider.known.indices { provider.known[index].quirks = own.over(provider.known[index].quirks) }
        if let tools = compat.flag("supportsTools") {
            for index in provider.known.indices { provider.known[index].acceptsTools = tools }
        }
    }

    /// What `compat` says; what it does not stays open.
    private static func quirks(_ compat: SettingsCursor) -> Quirks {
        var quirks = Quirks()
        for flag in Quirks.flags { quirks[keyPath: flag.member] = compat.flag(flag.name) }
        quirks.maxTokensMember = compat.choice("maxTokensField")
        quirks.prefillMark = compat.choice("prefillMark").flatMap(PrefillMark.init)
        quirks.toolCallIDLength = compat.whole("toolCallIdLength")
        if quirks.toolCallIDLength == nil, compat.flag("requiresMistralToolIds") == true { quirks.toolCallIDLength = 9 }
        quirks.setReasoning(takesEffort: compat.flag("supportsReasoningEffort"), format: compat.choice("thinkingFormat"))
        return quirks
    }
}
