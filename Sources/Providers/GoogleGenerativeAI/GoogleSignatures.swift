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
    static func withoutSeals(_ body: [UInt8]) -> [UInt8]? {
        replace(in: body) { signature in Seal.isSealed(signature) }
    }

    /// - Parameter isGone: Says which signatures go.
    static func replace(in body: [UInt8], addingToCalls: Bool = false, where isGone: (String) -> Bool) -> [UInt8]? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes) else { return nil }
        var edits = BodyEdits()
        GoogleRepairs.forEachPart(index, bytes) { part, _ in
            let call = part.google("functionCall", in: bytes)
            guard let signature = part.google("thoughtSignature", in: bytes) else {
                if addingToCalls, call != nil { edits.addMember("\"thoughtSignature\":\"\(placeholder)\"", to: part, in: bytes) }
                return !edits.areTooMany
            }
            guard let text = signature.string(in: bytes), isGone(text) else { return true }
            if call != nil {
                edits.replace(signature.range, with: Array("\"\(placeholder)\"".utf8))
            } else {
                edits.dropMembers(of: part, in: bytes) { key, _ in GoogleName.reads(key, "thoughtSignature", in: bytes) }
            }
            return !edits.areTooMany
        }
        return edits.apply(to: body, index: index)
    }
}
