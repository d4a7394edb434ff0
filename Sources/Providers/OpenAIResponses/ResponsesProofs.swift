// SPDX-License-Identifier: Apache-2.0
import JSON

/// Encrypted reasoning, which only its maker's accounts can read.
enum ResponsesProofs {
    /// Of a whole reply.
    static func all(in body: [UInt8]) -> [Proof] {
        let bytes = body.span.bytes
        guard let root = try? JSONScanner.scan(bytes) else { return [] }
        var proofs = Proofs()
        root.member("output", in: bytes)?.forEachElement(in: bytes) { item in
            proofs.note(cipher(of: item, bytes), in: bytes)
            return true
        }
        return proofs.all
    }

    /// Takes the reasoning out, and the ids of what was said and called behind it: its provider would look for the pair.
    static func without(_ body: [UInt8], _ isGone: (Proof) -> Bool) -> [UInt8]? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), let input = index.value("input", in: bytes), input.kind == .array else {
            return nil
        }
        var gone: Set<Int> = []
        var isBeside = false
        var edits = BodyEdits()
        input.forEachElement(in: bytes) { item in
            if let proof = Proof(cipher(of: item, bytes), in: bytes) {
                isBeside = isGone(proof)
                if isBeside { gone.insert(item.start) }
            } else if isBeside {
                isBeside = isOfModel(item, bytes)
                if isBeside { edits.dropMembers(of: item, in: bytes) { key, _ in JSONText.equals(key, "id", in: bytes) } }
            }
            return !edits.areTooMany
        }
        edits.dropElements(of: input, in: bytes) { gone.contains($0.start) }
        return edits.apply(to: body, index: index)
    }

    /// - Returns: `nil` for an item that is no reasoning.
    static func cipher(of item: JSONSlice, _ bytes: RawSpan) -> JSONSlice? {
        guard item.member("type", in: bytes)?.equals("reasoning", in: bytes) == true else { return nil }
        return item.member("encrypted_content", in: bytes)
    }

    private static func isOfModel(_ item: JSONSlice, _ bytes: RawSpan) -> Bool {
        guard item.kind == .object else { return false }
        if item.member("role", in: bytes)?.equals("assistant", in: bytes) == true { return true }
        guard let type = item.member("type", in: bytes) else { return false }
        return type.equals("function_call", in: bytes) || type.equals("custom_tool_call", in: bytes)
    }
}
