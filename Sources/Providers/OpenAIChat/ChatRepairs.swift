// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What repairs change in the body of a Chat Completions request (docs/failover.md, "Repairs"). All bytes that a repair does not
/// name stay as they are.
enum ChatRepairs {
    /// - Returns: `nil` if the repair would change nothing in `body`, or it is none of this wire.
    static func apply(_ repair: Repair, to body: [UInt8]) -> [UInt8]? {
        guard let index = try? JSONIndex(scanning: body.span.bytes), index.root.kind == .object else { return nil }
        var edits = BodyEdits()
        let bytes = body.span.bytes
        switch repair {
        case .dropCacheMarkers: ChatCacheMarkers.drop(index, bytes, &edits)
        case .dropMember(let name): dropMember(name, index, bytes, &edits)
        case .renameMember(let from, let to): rename(from, to, index, bytes, &edits)
        case .renameRole(let from, let to): renameRole(from, to, index, bytes, &edits)
        case .normaliseToolCallIDs(let length): ChatToolCallIDs.normalise(exactly: length, index, bytes, &edits)
        case .limitEffort(let known): limitEffort(to: known, index, bytes, &edits)
        case .dropThoughts: ChatThoughtRepairs.drop(index, bytes, &edits)
        case .addThoughts: ChatThoughtRepairs.add(index, bytes, &edits)
        case .plainText: ChatTurnRepairs.plainText(index, bytes, &edits)
        case .alternateRoles: ChatTurnRepairs.alternate(index, bytes, &edits)
        case .markPrefill: ChatTurnRepairs.markPrefill(index, bytes, &edits)
        case .askToContinue: ChatTurnRepairs.askToContinue(index, bytes, &edits)
        case .plainSchemas: ChatSchemaRepairs.plain(index, bytes, &edits)
        case .dropStrict: ChatSchemaRepairs.dropStrict(index, bytes, &edits)
        case .limitStops(let count): limitStops(to: count, index, bytes, &edits)
        case .sayJSON: sayJSON(index, bytes, &edits)
        // Others' alone.
        case .signCalls, .fitBudget, .pairResults, .dropEmptyText, .limitTokens, .offerCalledTools: return nil
        }
        return edits.apply(to: body, index: index)
    }

    private static func sayJSON(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        let format = index.value("response_format", in: bytes)?.member("type", in: bytes)
        guard format?.equals("json_object", in: bytes) == true, let messages = index.value("messages", in: bytes),
            messages.element(0, in: bytes) != nil, JSONInstruction.isMissing(in: messages, of: bytes)
        else { return }
        edits.insert(#"{"role":"system","content":"\#(JSONInstruction.text)"},"#, at: messages.start + 1)
    }

    private static func dropMember(_ name: String, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard Repair.droppable.contains(name), let member = index.member(named: name, in: bytes) else { return }
        // Without it a client that can take only one call at a time would be given several.
        if name == "parallel_tool_calls", member.value.bool(in: bytes) == false { return }
        edits.dropMembers(of: index.root, in: bytes) { key, _ in key == member.key }
    }

    private static func limitEffort(to known: [String], _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        for value in [
            index.value("reasoning_effort", in: bytes), index.value("reasoning", in: bytes)?.member("effort", in: bytes),
        ] {
            guard let value, let word = value.string(in: bytes), let nearest = Repair.effort(for: word, among: known) else { continue }
            edits.replace(value.range, with: Array("\"\(nearest)\"".utf8))
        }
    }

    /// Where the new name is there already it says the same, and the old one goes.
    private static func rename(_ from: String, _ to: String, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard renamed.contains([from, to]), let old = index.member(named: from, in: bytes) else { return }
        if let new = index.member(named: to, in: bytes) {
            let isEmpty = new.value.kind == .null
            if isEmpty, old.value.kind != .null { edits.replace(new.value.range, with: copy(old.value.range, of: bytes)) }
            edits.dropMembers(of: index.root, in: bytes) { key, _ in key == old.key }
        } else {
            edits.replace(old.key, with: Array(to.utf8))
        }
    }

    /// Members that mean the same under two names. OpenAI's reasoning models take the newer, most other servers only the older.
    private static let renamed: [Set<String>] = [["max_tokens", "max_completion_tokens"]]

    private static func limitStops(to count: Int, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let stop = index.value("stop", in: bytes) else { return }
        var position = 0
        edits.dropElements(of: stop, in: bytes) { _ in
            position += 1
            return position > count
        }
    }

    private static func renameRole(_ from: String, _ to: String, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard roles.contains([from, to]) else { return }
        forEachMessage(index, bytes) { message in
            message.forEachMember(in: bytes) { key, value in
                if value.kind == .string, JSONText.equals(key, "role", in: bytes), value.string(in: bytes) == from {
                    edits.replace(value.range, with: Array("\"\(to)\"".utf8))
                }
                return true
            }
            return !edits.areTooMany
        }
    }

    /// Roles that mean the same: OpenAI's newer word for instructions, which most other servers do not know.
    private static let roles: [Set<String>] = [["developer", "system"]]

    /// Calls `body` with each message that is an object, until it answers `false`.
    static func forEachMessage(_ index: JSONIndex, _ bytes: RawSpan, _ body: (JSONSlice) -> Bool) {
        index.value("messages", in: bytes)?.forEachElement(in: bytes) { message in message.kind != .object || body(message) }
    }

    private static func copy(_ range: Range<Int>, of bytes: RawSpan) -> [UInt8] {
        bytes.extracting(range).withUnsafeBytes { Array($0) }
    }
}
