// SPDX-License-Identifier: Apache-2.0
import JSON

/// Thinking blocks in a request's earlier turns: each has a proof that only its maker takes.
enum MessagesThoughts {
    /// Without what this gateway sealed.
    static func withoutSeals(_ body: [UInt8]) -> [UInt8]? {
        guard let index = try? JSONIndex(scanning: body.span.bytes), index.root.kind == .object else { return nil }
        var edits = BodyEdits()
        drop(index, body.span.bytes, &edits) { proof in proof.map(Seal.isSealed) ?? false }
        dropCitations(index, body.span.bytes, &edits)
        return edits.apply(to: body, index: index)
    }

    static func without(_ body: [UInt8], _ isGone: (Proof) -> Bool) -> [UInt8]? {
        guard let index = try? JSONIndex(scanning: body.span.bytes), index.root.kind == .object else { return nil }
        var edits = BodyEdits()
        drop(index, body.span.bytes, &edits) { proof in proof.map { isGone(Proof($0)) } ?? false }
        return edits.apply(to: body, index: index)
    }

    /// Of a whole reply.
    static func proofs(in body: [UInt8]) -> [Proof] {
        let bytes = body.span.bytes
        guard let root = try? JSONScanner.scan(bytes) else { return [] }
        var proofs = Proofs()
        root.member("content", in: bytes)?.forEachElement(in: bytes) { block in
            if isThought(block, in: bytes) {
                proofs.note(block.member("signature", in: bytes) ?? block.member("data", in: bytes), in: bytes)
            }
            return true
        }
        return proofs.all
    }

    /// Takes thinking blocks out. A message that held nothing else goes whole, since an empty one is refused.
    ///
    /// - Parameter isDropped: Is given a block's signature or its cipher, `nil` where it has none.
    static func drop(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits, where isDropped: (String?) -> Bool) {
        guard let messages = index.value("messages", in: bytes), messages.kind == .array else { return }
        var emptied: Set<Int> = []
        messages.forEachElement(in: bytes) { message in
            guard let content = message.member("content", in: bytes), content.kind == .array else { return !edits.areTooMany }
            var gone: Set<Int> = []
            var isEmpty = true
            content.forEachElement(in: bytes) { block in
                if isThought(block, in: bytes), isDropped(proof(of: block, in: bytes)) { gone.insert(block.start) } else { isEmpty = false }
                return true
            }
            if gone.isEmpty { return true }
            if isEmpty {
                emptied.insert(message.start)
            } else {
                edits.dropElements(of: content, in: bytes) { gone.contains($0.start) }
            }
            return !edits.areTooMany
        }
        if !emptied.isEmpty { edits.dropElements(of: messages, in: bytes) { emptied.contains($0.start) } }
    }

    /// Takes out the sources that other wires' providers gave a text: Anthropic's own have a proof.
    private static func dropCitations(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        index.value("messages", in: bytes)?.forEachElement(in: bytes) { message in
            message.member("content", in: bytes)?.forEachElement(in: bytes) { block in
                guard let citations = block.member("citations", in: bytes), citations.kind == .array else { return true }
                edits.dropElements(of: citations, in: bytes) { citation in
                    citation.member("encrypted_index", in: bytes)?.string(in: bytes).map(Seal.isSealed) ?? false
                }
                return !edits.areTooMany
            }
            return !edits.areTooMany
        }
    }

    static func isThought(_ block: JSONSlice, in bytes: RawSpan) -> Bool {
        guard let type = block.member("type", in: bytes) else { return false }
        return type.equals("thinking", in: bytes) || type.equals("redacted_thinking", in: bytes)
    }

    private static func proof(of block: JSONSlice, in bytes: RawSpan) -> String? {
        (block.member("signature", in: bytes) ?? block.member("data", in: bytes))?.string(in: bytes)
    }
}
