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
        case .dropThoughts: MessagesThoughts.drop(index, bytes, &edits) { _ in true }
        case .limitEffort(let known): limitEffort(to: known, index, bytes, &edits)
        case .askToContinue: askToContinue(index, bytes, &edits)
        case .renameMember, .renameRole, .normaliseToolCallIDs, .signCalls, .plainSchemas, .alternateRoles, .limitStops, .addThoughts,
            .plainText, .dropStrict, .markPrefill:
            return nil
        }
        return edits.apply(to: body, index: index)
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
        edits.dropMembers(of: index.root, in: bytes) { key, _ in key == member.key }
    }

    /// A user's message behind a last one of the assistant's, as where a request is written for a model that takes no prefill.
    private static func askToContinue(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var last: JSONSlice?
        index.value("messages", in: bytes)?.forEachElement(in: bytes) { message in
            last = message
            return true
        }
        guard let last, last.member("role", in: bytes)?.equals("assistant", in: bytes) == true else { return }
        var text = #",{"role":"user","content":"#
        text += JSONFragment(.string(MessagesTurnWriting.goOn)).text
        edits.insert(text + "}", at: last.end)
    }

    private static func limitEffort(to known: [String], _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let value = index.value("output_config", in: bytes)?.member("effort", in: bytes), let word = value.string(in: bytes),
            let nearest = Repair.effort(for: word, among: known)
        else { return }
        edits.replace(value.range, with: Array("\"\(nearest)\"".utf8))
    }
}
