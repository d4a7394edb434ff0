// SPDX-License-Identifier: Apache-2.0
import JSON

/// Says what a content's parts carry.
enum GoogleParts {
    static func marks(of content: JSONSlice, in bytes: RawSpan) -> StreamEvent.Marks {
        var marks: StreamEvent.Marks = []
        content.forEachMember(in: bytes) { key, value in
            if GoogleName.reads(key, "parts", in: bytes) {
                value.forEachListed(in: bytes) { part in
                    marks.formUnion(self.marks(ofPart: part, in: bytes))
                    return true
                }
            }
            return true
        }
        return marks
    }

    /// A part that is only a thought's signature says nothing.
    private static func marks(ofPart part: JSONSlice, in bytes: RawSpan) -> StreamEvent.Marks {
        var (marks, hasText, isThought): (StreamEvent.Marks, Bool, Bool) = ([], false, false)
        part.forEachMember(in: bytes) { key, value in
            if GoogleName.reads(key, "text", in: bytes) {
                hasText = value.kind == .string && !value.isEmptyString
            } else if GoogleName.reads(key, "thought", in: bytes) {
                isThought = value.bool(in: bytes) ?? false
            } else if value.kind == .object {
                if GoogleName.reads(key, "functionCall", in: bytes) {
                    marks.insert(.toolCall)
                } else if GoogleName.reads(key, "inlineData", in: bytes) || GoogleName.reads(key, "fileData", in: bytes)
                    || GoogleName.reads(key, "executableCode", in: bytes) || GoogleName.reads(key, "codeExecutionResult", in: bytes)
                    || GoogleName.reads(key, "toolCall", in: bytes) || GoogleName.reads(key, "toolResponse", in: bytes)
                {
                    marks.insert(.content)
                }
            }
            return true
        }
        if isThought, marks.contains(.content) { marks = [.reasoning] }
        if hasText { marks.insert(isThought ? .reasoning : .content) }
        return marks
    }
}
