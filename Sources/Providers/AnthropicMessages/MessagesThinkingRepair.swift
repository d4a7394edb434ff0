// SPDX-License-Identifier: Apache-2.0
import JSON

/// How long to think, in the terms that a route takes. Claude until 4.5 counts tokens, from 4.7 on there is an effort; between them both.
enum MessagesThinkingRepair {
    private static let leastBudget = 1024

    /// `enabled` with a budget becomes `adaptive` with an effort that means as much.
    static func useEffort(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let thinking = index.value("thinking", in: bytes), let type = thinking.member("type", in: bytes),
            type.equals("enabled", in: bytes)
        else { return }
        let budget = thinking.member("budget_tokens", in: bytes)?.int(in: bytes)
        edits.replace(type.range, with: Array(#""adaptive""#.utf8))
        edits.dropMembers(of: thinking, in: bytes) { key, _ in JSONText.equals(key, "budget_tokens", in: bytes) }
        let effort = (Reasoning(budget: budget).level ?? .high).rawValue
        if let config = index.value("output_config", in: bytes), config.kind == .object {
            if config.member("effort", in: bytes) == nil { edits.addMember(#""effort":"\#(effort)""#, to: config, in: bytes) }
        } else if index.value("output_config", in: bytes) == nil {
            edits.addMember(#""output_config":{"effort":"\#(effort)"}"#, to: index.root, in: bytes)
        }
    }

    /// `adaptive` becomes `enabled` with a budget for the effort, and the effort goes.
    static func useBudget(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        let config = index.member("output_config", in: bytes)
        let effort = config?.value.member("effort", in: bytes)
        if let thinking = index.value("thinking", in: bytes), let type = thinking.member("type", in: bytes),
            type.equals("adaptive", in: bytes)
        {
            let level = effort?.string(in: bytes).flatMap(Reasoning.Effort.init(rawValue:))
            let limit = index.value("max_tokens", in: bytes)?.int(in: bytes) ?? .max
            let wanted = Reasoning(effort: level).tokens ?? 8192
            if let budget = budget(wanted, below: limit) {
                edits.replace(type.range, with: Array(#""enabled","budget_tokens":\#(budget)"#.utf8))
            } else {
                edits.replace(type.range, with: Array(#""disabled""#.utf8))
                edits.dropMembers(of: thinking, in: bytes) { key, _ in JSONText.equals(key, "display", in: bytes) }
            }
        }
        if let config, effort != nil {
            edits.dropMembers(of: config.value, in: bytes) { key, _ in JSONText.equals(key, "effort", in: bytes) }
        }
    }

    /// A budget within Anthropic's least and `max_tokens`; none where there is no room between them.
    static func fit(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        setBudget(below: index.value("max_tokens", in: bytes)?.int(in: bytes) ?? .max, index, bytes, &edits)
    }

    static func limit(to limit: Int, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let value = index.value("max_tokens", in: bytes), let asked = value.int(in: bytes), asked > limit, limit > 0 else { return }
        edits.replace(value.range, with: Array(String(limit).utf8))
        setBudget(below: limit, index, bytes, &edits)
    }

    private static func setBudget(below limit: Int, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let thinking = index.member("thinking", in: bytes),
            let value = thinking.value.member("budget_tokens", in: bytes), let asked = value.int(in: bytes)
        else { return }
        guard let budget = budget(asked, below: limit) else {
            return edits.dropMembers(of: index.root, in: bytes) { key, _ in key == thinking.key }
        }
        if budget != asked { edits.replace(value.range, with: Array(String(budget).utf8)) }
    }

    /// - Returns: `nil` where there is no room for thoughts and an answer.
    private static func budget(_ wanted: Int, below limit: Int) -> Int? {
        guard limit > leastBudget else { return nil }
        let wanted = max(leastBudget, wanted)
        return wanted < limit ? wanted : max(leastBudget, limit / 5 * 4)
    }
}
