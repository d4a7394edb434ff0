// SPDX-License-Identifier: Apache-2.0
import JSON

/// Takes out of a body what only another provider could read: entries of `reasoning_details` and signatures in `extra_content` that this
/// gateway sealed for a client when a provider of another wire had answered it.
enum ChatSeals {
    /// - Returns: `nil` if there is none.
    static func remove(from body: [UInt8]) -> [UInt8]? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), index.root.kind == .object else { return nil }
        var edits = BodyEdits()
        ChatRepairs.forEachMessage(index, bytes) { message in
            message.forEachMember(in: bytes) { key, value in
                if JSONText.equals(key, "tool_calls", in: bytes) {
                    value.forEachElement(in: bytes) { call in
                        dropSigned(call, bytes, &edits)
                        return !edits.areTooMany
                    }
                } else if JSONText.equals(key, "reasoning_details", in: bytes), isAllSealed(value, bytes) == false {
                    edits.dropElements(of: value, in: bytes) { isSealed($0, bytes) }
                }
                return !edits.areTooMany
            }
            edits.dropMembers(of: message, in: bytes) { key, value in
                if JSONText.equals(key, "reasoning_details", in: bytes) { return isAllSealed(value, bytes) == true }
                return JSONText.equals(key, "extra_content", in: bytes) && isSigned(value, bytes)
            }
            return !edits.areTooMany
        }
        return edits.apply(to: body, index: index)
    }

    private static func dropSigned(_ call: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        edits.dropMembers(of: call, in: bytes) { key, value in JSONText.equals(key, "extra_content", in: bytes) && isSigned(value, bytes) }
    }

    private static func isSigned(_ extra: JSONSlice, _ bytes: RawSpan) -> Bool {
        ChatReasoning.signature(extra, bytes).map(Seal.isSealed) ?? false
    }

    private static func isSealed(_ entry: JSONSlice, _ bytes: RawSpan) -> Bool {
        ChatReasoning.Detail(entry, bytes).proof.map(Seal.isSealed) ?? false
    }

    /// Whether nothing would be left; `nil` where nothing is to go.
    private static func isAllSealed(_ details: JSONSlice, _ bytes: RawSpan) -> Bool? {
        var (sealed, others) = (0, 0)
        details.forEachElement(in: bytes) { entry in
            if isSealed(entry, bytes) { sealed += 1 } else { others += 1 }
            return true
        }
        return sealed == 0 ? nil : others == 0
    }
}
