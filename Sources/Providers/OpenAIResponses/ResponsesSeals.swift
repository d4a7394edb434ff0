// SPDX-License-Identifier: Apache-2.0
import JSON

/// Takes out of a body what this gateway put into another provider's replies so that it would come back: reasoning items whose cipher is
/// a seal, and the ids of the items beside them, which no provider of this wire has given out.
enum ResponsesSeals {
    /// What the ids of items begin with that are ours, after their kind (`msg_`, `fc_`).
    static let mark = "understudy"

    /// - Returns: `nil` if there is none.
    static func removed(from body: [UInt8]) -> [UInt8]? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), let input = index.value("input", in: bytes), input.kind == .array else {
            return nil
        }
        var edits = BodyEdits()
        edits.dropElements(of: input, in: bytes) { isSealed($0, bytes) }
        input.forEachElement(in: bytes) { item in
            if item.kind == .object, !isSealed(item, bytes), hasOwnID(item, bytes) {
                edits.dropMembers(of: item, in: bytes) { key, _ in JSONText.equals(key, "id", in: bytes) }
            }
            return !edits.areTooMany
        }
        return edits.apply(to: body, index: index)
    }

    private static func isSealed(_ item: JSONSlice, _ bytes: RawSpan) -> Bool {
        guard item.member("type", in: bytes)?.equals("reasoning", in: bytes) == true else { return false }
        if let cipher = item.member("encrypted_content", in: bytes)?.string(in: bytes), Seal.isSealed(cipher) { return true }
        return hasOwnID(item, bytes)
    }

    private static func hasOwnID(_ item: JSONSlice, _ bytes: RawSpan) -> Bool {
        guard let id = item.member("id", in: bytes)?.string(in: bytes), let under = id.utf8.firstIndex(of: UInt8(ascii: "_")) else {
            return false
        }
        return id[id.index(after: under)...].hasPrefix(mark)
    }
}
