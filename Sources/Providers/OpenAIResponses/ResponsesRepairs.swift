// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What repairs change in the body of a Responses request (docs/failover.md, "Repairs"). All bytes that a repair does not name stay as
/// they are.
enum ResponsesRepairs {
    /// - Returns: `nil` if the repair would change nothing in `body`, or it is none of this wire.
    static func apply(_ repair: Repair, to body: [UInt8]) -> [UInt8]? {
        guard let index = try? JSONIndex(scanning: body.span.bytes), index.root.kind == .object else { return nil }
        var edits = BodyEdits()
        let bytes = body.span.bytes
        switch repair {
        case .dropMember(let name): dropMember(name, index, bytes, &edits)
        case .renameRole(let from, let to): renameRole(from, to, index, bytes, &edits)
        case .dropThoughts: dropThoughts(index, bytes, &edits)
        case .askToContinue: askToContinue(index, bytes, &edits)
        case .limitEffort(let known): limitEffort(to: known, index, bytes, &edits)
        case .sayJSON: sayJSON(index, bytes, &edits)
        case .dropCacheMarkers, .renameMember, .normaliseToolCallIDs, .signCalls, .plainSchemas, .alternateRoles, .limitStops, .addThoughts,
            .plainText, .dropStrict, .markPrefill, .fitBudget, .pairResults, .dropEmptyText, .limitTokens,
            .offerCalledTools:
            return nil
        }
        return edits.apply(to: body, index: index)
    }

    /// The API looks at the input alone, not at `instructions`.
    private static func sayJSON(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        let format = index.value("text", in: bytes)?.member("format", in: bytes)?.member("type", in: bytes)
        guard format?.equals("json_object", in: bytes) == true, let input = index.value("input", in: bytes),
            JSONInstruction.isMissing(in: input, of: bytes)
        else { return }
        let item = #"{"type":"message","role":"developer","content":"\#(JSONInstruction.text)"}"#
        if input.kind == .string {
            edits.insert("[\(item),{\"type\":\"message\",\"role\":\"user\",\"content\":", at: input.start)
            edits.insert("}]", at: input.end)
        } else if input.kind == .array {
            edits.insert(input.element(0, in: bytes) == nil ? item : "\(item),", at: input.start + 1)
        }
    }

    private static func dropMember(_ name: String, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard Repair.droppable.contains(name) else { return }
        // What stands deeper down is named by its place.
        if let dot = name.firstIndex(of: ".") {
            let (outer, inner) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
            guard let object = index.member(named: outer, in: bytes)?.value else { return }
            return edits.dropMembers(of: object, in: bytes) { key, _ in JSONText.reads(key, inner, in: bytes) }
        }
        guard let member = index.member(named: name, in: bytes) else { return }
        if name == "include" {
            return edits.dropElements(of: member.value, in: bytes) { $0.equals("reasoning.encrypted_content", in: bytes) }
        }
        // Without it a client that can take only one call at a time would be given several.
        if name == "parallel_tool_calls", member.value.bool(in: bytes) == false { return }
        edits.dropMembers(of: index.root, in: bytes) { key, _ in key == member.key }
    }

    /// Reasoning goes, and so do the ids of what stood beside it: the provider would look for the pair. A reference stays, since what it
    /// refers to is nowhere else.
    private static func dropThoughts(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let input = index.value("input", in: bytes) else { return }
        func isReasoning(_ item: JSONSlice) -> Bool { item.member("type", in: bytes)?.equals("reasoning", in: bytes) == true }
        edits.dropElements(of: input, in: bytes, where: isReasoning)
        input.forEachElement(in: bytes) { item in
            guard item.kind == .object, !isReasoning(item), let type = item.member("type", in: bytes) else { return !edits.areTooMany }
            if type.equals("message", in: bytes) || type.equals("function_call", in: bytes) || type.equals("custom_tool_call", in: bytes) {
                edits.dropMembers(of: item, in: bytes) { key, _ in JSONText.equals(key, "id", in: bytes) }
            }
            return !edits.areTooMany
        }
    }

    /// A user asks to go on, where the assistant spoke last: a server that passes the input on to a model may want that.
    private static func askToContinue(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var last: JSONSlice?
        index.value("input", in: bytes)?.forEachElement(in: bytes) { item in
            last = item
            return true
        }
        guard let last, last.member("role", in: bytes)?.equals("assistant", in: bytes) == true else { return }
        edits.insert(#",{"type":"message","role":"user","content":"\#(ContinuationPrompt.general)"}"#, at: last.end)
    }

    private static func limitEffort(to known: [String], _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let value = index.value("reasoning", in: bytes)?.member("effort", in: bytes), let word = value.string(in: bytes),
            let nearest = Repair.effort(for: word, among: known)
        else { return }
        edits.replace(value.range, with: Array("\"\(nearest)\"".utf8))
    }

    private static func renameRole(_ from: String, _ to: String, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard [from, to].allSatisfy(["developer", "system"].contains) else { return }
        index.value("input", in: bytes)?.forEachElement(in: bytes) { item in
            item.forEachMember(in: bytes) { key, value in
                if value.kind == .string, JSONText.equals(key, "role", in: bytes), value.string(in: bytes) == from {
                    edits.replace(value.range, with: Array("\"\(to)\"".utf8))
                }
                return true
            }
            return !edits.areTooMany
        }
    }
}
