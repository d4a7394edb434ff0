// SPDX-License-Identifier: Apache-2.0
import JSON

/// Says what a content's parts carry.
enum GoogleParts {
    static func marks(of content: JSONSlice, in bytes: RawSpan) -> StreamEvent.Marks {
        var said = Said()
        var proofs = Proofs()
        return read(content, isFirst: false, in: bytes, said: &said, proofs: &proofs)
    }

    /// - Parameters:
    ///   - isFirst: Of the first candidate: the only one that another could go on with.
    ///   - said: Takes what they say.
    ///   - proofs: Takes their signatures.
    static func read(
        _ content: JSONSlice, isFirst: Bool, in bytes: RawSpan, said: inout Said, proofs: inout Proofs
    ) -> StreamEvent.Marks {
        var marks: StreamEvent.Marks = []
        content.forEachMember(in: bytes) { key, value in
            if GoogleName.reads(key, "parts", in: bytes) {
                value.forEachListed(in: bytes) { part in
                    marks.formUnion(read(part: part, isFirst: isFirst, in: bytes, said: &said, proofs: &proofs))
                    return true
                }
            }
            return true
        }
        return marks
    }

    private struct Seen {
        var text: JSONSlice?
        var isThought = false
        var calls = false
        var isMedia = false
        var isRun = false
    }

    /// A part that is only a thought's signature says nothing.
    private static func read(
        part: JSONSlice, isFirst: Bool, in bytes: RawSpan, said: inout Said, proofs: inout Proofs
    ) -> StreamEvent.Marks {
        var seen = Seen()
        part.forEachMember(in: bytes) { key, value in
            if GoogleName.reads(key, "text", in: bytes) {
                seen.text = value.kind == .string && !value.isEmptyString ? value : nil
            } else if GoogleName.reads(key, "thought", in: bytes) {
                seen.isThought = value.bool(in: bytes) ?? false
            } else if value.kind == .object {
                keep(key, in: bytes, &seen)
            } else if value.kind == .string, GoogleName.reads(key, "thoughtSignature", in: bytes) {
                proofs.note(value, in: bytes)
            }
            return true
        }
        var marks: StreamEvent.Marks = seen.calls ? .toolCall : []
        if seen.text != nil || seen.isMedia || seen.isRun { marks.insert(seen.isThought ? .reasoning : .content) }
        if isFirst, !marks.isEmpty { tell(seen, in: bytes, &said) }
        return marks
    }

    private static func keep(_ key: Range<Int>, in bytes: RawSpan, _ seen: inout Seen) {
        func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
        if reads("functionCall") {
            seen.calls = true
        } else if reads("inlineData") || reads("fileData") {
            seen.isMedia = true
        } else if reads("executableCode") || reads("codeExecutionResult") || reads("toolCall") || reads("toolResponse") {
            // What Google itself runs.
            seen.isRun = true
        }
    }

    private static func tell(_ seen: Seen, in bytes: RawSpan, _ said: inout Said) {
        if seen.calls { said.call() }
        if seen.isRun { said.runTool() }
        if seen.isThought {
            said.reason()
        } else if seen.isMedia {
            said.sayOther()
        } else if let text = seen.text {
            said.say(text, in: bytes)
        }
    }
}
