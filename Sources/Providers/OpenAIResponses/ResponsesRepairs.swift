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
        default: return nil
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
        // Without it a client that can take only one call at a time would be given several.
        if name == "parallel_tool_calls", member.value.bool(in: bytes) == false { return }
        edits.dropMembers(of: index.root, in: bytes) { key, _ in key == member.key }
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
