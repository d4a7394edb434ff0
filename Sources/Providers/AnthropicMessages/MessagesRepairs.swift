// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What repairs change in the body of a Messages request (docs/failover.md, "Repairs"). All bytes that a repair does not name stay as
/// they are.
enum MessagesRepairs {
    /// - Returns: `nil` if the repair would change nothing in `body`, or it is none of this wire.
    static func apply(_ repair: Repair, to body: [UInt8]) -> [UInt8]? {
        guard let index = try? JSONIndex(scanning: body.span.bytes), index.root.kind == .object else { return nil }
        var edits = BodyEdits()
        let bytes = body.span.bytes
        switch repair {
        case .dropCacheMarkers: MessagesCacheMarkers.drop(index, bytes, &edits)
        case .dropMember(let name): dropMember(name, index, bytes, &edits)
        case .renameMember("thinking.budget_tokens", "output_config.effort"): MessagesThinkingRepair.useEffort(index, bytes, &edits)
        case .renameMember("output_config.effort", "thinking.budget_tokens"): MessagesThinkingRepair.useBudget(index, bytes, &edits)
        case .fitBudget: MessagesThinkingRepair.fit(index, bytes, &edits)
        case .limitTokens(let limit): MessagesThinkingRepair.limit(to: limit, index, bytes, &edits)
        case .dropThoughts: MessagesThoughts.drop(index, bytes, &edits) { _ in true }
        case .limitEffort(let known): limitEffort(to: known, index, bytes, &edits)
        case .renameRole("system", "user"): MessagesTurnRepair.demoteInstructions(index, bytes, &edits)
        case .alternateRoles: MessagesTurnRepair.alternate(index, bytes, &edits)
        case .pairResults: MessagesResultRepair.pair(index, bytes, &edits)
        case .dropEmptyText: MessagesTurnRepair.dropEmptyText(index, bytes, &edits)
        case .normaliseToolCallIDs: MessagesTurnRepair.fitIDs(index, bytes, &edits)
        case .plainSchemas: MessagesSchemaRepair.apply(index, bytes, &edits)
        case .limitStops(let count): limitStops(to: count, index, bytes, &edits)
        case .askToContinue: MessagesTurnRepair.askToContinue(index, bytes, &edits)
        case .dropStrict: MessagesSchemaRepair.dropStrict(index, bytes, &edits)
        case .offerCalledTools: MessagesSchemaRepair.offerCalledTools(index, bytes, &edits)
        case .renameMember, .renameRole, .signCalls, .addThoughts, .plainText, .markPrefill, .sayJSON: return nil
        }
        return edits.apply(to: body, index: index)
    }

    private static func dropMember(_ name: String, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard Repair.droppable.contains(name) else { return }
        guard let dot = name.firstIndex(of: ".") else {
            guard let member = index.member(named: name, in: bytes) else { return }
            return edits.dropMembers(of: index.root, in: bytes) { key, _ in key == member.key }
        }
        // What stands deeper down is named by its place; what holds nothing else goes with it.
        let (outer, inner) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
        guard let object = index.member(named: outer, in: bytes) else { return }
        var (found, others) = (false, false)
        object.value.forEachMember(in: bytes) { key, _ in
            if JSONText.reads(key, inner, in: bytes) { found = true } else { others = true }
            return true
        }
        guard found else { return }
        if others {
            edits.dropMembers(of: object.value, in: bytes) { key, _ in JSONText.reads(key, inner, in: bytes) }
        } else {
            edits.dropMembers(of: index.root, in: bytes) { key, _ in key == object.key }
        }
    }

    private static func limitEffort(to known: [String], _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let value = index.value("output_config", in: bytes)?.member("effort", in: bytes), let word = value.string(in: bytes),
            let nearest = Repair.effort(for: word, among: known)
        else { return }
        edits.replace(value.range, with: Array("\"\(nearest)\"".utf8))
    }

    private static func limitStops(to count: Int, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard count > 0, let stops = index.value("stop_sequences", in: bytes) else { return }
        var position = 0
        edits.dropElements(of: stops, in: bytes) { _ in
            position += 1
            return position > count
        }
    }

    /// Calls `body` with each message that is an object, until it answers `false`.
    static func forEachMessage(_ index: JSONIndex, _ bytes: RawSpan, _ body: (JSONSlice) -> Bool) {
        index.value("messages", in: bytes)?.forEachElement(in: bytes) { message in message.kind != .object || body(message) }
    }
}
