// SPDX-License-Identifier: Apache-2.0
import JSON

/// Thought signatures: what Google hangs onto parts of its thinking models and wants back
/// (https://ai.google.dev/gemini-api/docs/thought-signatures).
enum GoogleSignatures {
    /// Google's own word for calls that another model made: Gemini 3 refuses a call of the current turn without a signature.
    static let placeholder = "skip_thought_signature_validator"

    /// Whether `text` is the placeholder, as it is, as base64, or the other one that Google's page names.
    static func isPlaceholder(_ text: String) -> Bool {
        text == placeholder || text == "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=" || text == "context_engineering_is_the_way_to_go"
            || text == "Y29udGV4dF9lbmdpbmVlcmluZ19pc190aGVfd2F5X3RvX2dv"
    }

    /// Sealed signatures out of a body that goes to a provider on the client's own wire: from a call the placeholder is left, from others
    /// nothing, and a thought that had only its seal goes whole.
    static func withoutSeals(_ body: [UInt8]) -> [UInt8]? { without(body, Seal.isSealed) }

    /// - Parameter isGone: Says which signatures go.
    static func without(_ body: [UInt8], _ isGone: (String) -> Bool) -> [UInt8]? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes) else { return nil }
        var edits = BodyEdits()
        let request = index.root.google("request", in: bytes) ?? index.root
        guard let contents = request.google("contents", in: bytes) else { return nil }
        var emptied: Set<Int> = []
        contents.forEachListed(in: bytes) { content in
            guard let parts = content.google("parts", in: bytes) else { return true }
            var gone: Set<Int> = []
            var others = 0
            parts.forEachListed(in: bytes) { part in
                if part.kind == .object, isEmptyThought(part, in: bytes, isGone) { gone.insert(part.start) } else { others += 1 }
                return true
            }
            if others == 0, !gone.isEmpty {
                if contents.kind == .array {
                    emptied.insert(content.start)
                    return true
                }
                gone = []
            }
            edits.dropElements(of: parts, in: bytes) { gone.contains($0.start) }
            parts.forEachListed(in: bytes) { part in
                if part.kind == .object, !gone.contains(part.start) { drop(part, in: bytes, &edits, isGone) }
                return !edits.areTooMany
            }
            return !edits.areTooMany
        }
        if !emptied.isEmpty { edits.dropElements(of: contents, in: bytes) { emptied.contains($0.start) } }
        return edits.apply(to: body, index: index)
    }

    /// A part that has a signature that goes, and nothing else to say.
    private static func isEmptyThought(_ part: JSONSlice, in bytes: RawSpan, _ isGone: (String) -> Bool) -> Bool {
        let members = GooglePart(part, in: bytes)
        guard members.functionCall == nil, members.functionResponse == nil, members.inlineData == nil, members.fileData == nil,
            members.foreign == nil, members.text?.isEmptyString ?? true, let signature = members.signature?.string(in: bytes)
        else { return false }
        return isGone(signature)
    }

    private static func drop(_ part: JSONSlice, in bytes: RawSpan, _ edits: inout BodyEdits, _ isGone: (String) -> Bool) {
        guard let signature = part.google("thoughtSignature", in: bytes), let text = signature.string(in: bytes), isGone(text) else {
            return
        }
        if part.google("functionCall", in: bytes) != nil {
            edits.replace(signature.range, with: Array("\"\(placeholder)\"".utf8))
        } else {
            edits.dropMembers(of: part, in: bytes) { key, _ in GoogleName.reads(key, "thoughtSignature", in: bytes) }
        }
    }

    /// Of a whole reply.
    static func proofs(in body: [UInt8]) -> [Proof] {
        let bytes = body.span.bytes
        guard let root = try? JSONScanner.scan(bytes) else { return [] }
        var proofs = Proofs()
        root.forEachListed(in: bytes) { reply in
            let reply = reply.google("response", in: bytes) ?? reply
            reply.google("candidates", in: bytes)?.forEachElement(in: bytes) { candidate in
                candidate.google("content", in: bytes)?.google("parts", in: bytes)?.forEachListed(in: bytes) { part in
                    proofs.note(part.google("thoughtSignature", in: bytes), in: bytes)
                    return true
                }
                return true
            }
            return true
        }
        return proofs.all
    }

    /// The placeholder for calls that have no signature.
    static func added(to body: [UInt8]) -> [UInt8]? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes) else { return nil }
        var edits = BodyEdits()
        GoogleRepairs.forEachPart(index, bytes) { part, _ in
            if part.google("functionCall", in: bytes) != nil, part.google("thoughtSignature", in: bytes) == nil {
                edits.addMember("\"thoughtSignature\":\"\(placeholder)\"", to: part, in: bytes)
            }
            return !edits.areTooMany
        }
        return edits.apply(to: body, index: index)
    }
}
