// SPDX-License-Identifier: Apache-2.0
import JSON

/// Says what the beginning of a block and its pieces carry, and keeps of it what another candidate would have to know.
enum MessagesPieces {
    /// - Returns: What it is, for its pieces and its end.
    static func begin(
        _ block: JSONSlice, type: JSONSlice, in data: RawSpan, said: inout Said, proofs: inout Proofs, marks: inout StreamEvent.Marks
    ) -> MessagesPlace.Kind {
        func text(_ name: StaticString) -> JSONSlice? {
            guard let value = block.member(name, in: data), value.kind == .string, !value.isEmptyString else { return nil }
            return value
        }
        if type.equals("text", in: data) {
            if let text = text("text") {
                marks.insert(.content)
                said.say(text, in: data)
            }
            return .text
        }
        if type.equals("thinking", in: data) {
            if text("thinking") != nil {
                marks.insert(.reasoning)
                said.reason()
            }
            guard let signature = text("signature") else { return .thinking }
            proofs.note(signature, in: data)
            return .provenThinking
        }
        if type.equals("redacted_thinking", in: data) {
            marks.insert(.reasoning)
            said.reason()
            proofs.note(text("data"), in: data)
            return .other
        }
        if type.equals("tool_use", in: data) {
            marks.insert(.toolCall)
            return .call
        }
        // A server's own tool at work, its result, a file: no call of the client's, so that nobody waits for its end.
        marks.insert(.content)
        let name = type.string(in: data) ?? ""
        if name.hasSuffix("_tool_use") || name.hasSuffix("_tool_result") { said.runTool() } else { said.sayOther() }
        return .other
    }

    /// - Parameter kind: Of its block. A signature makes it a proven one.
    static func read(
        _ delta: JSONSlice, of kind: inout MessagesPlace.Kind, in data: RawSpan, said: inout Said, proofs: inout Proofs
    ) -> StreamEvent.Marks {
        var marks: StreamEvent.Marks = []
        delta.forEachMember(in: data) { key, value in
            if data.equals("text", in: key) {
                guard value.kind == .string, !value.isEmptyString else { return true }
                marks.insert(.content)
                said.say(value, in: data)
            } else if data.equals("thinking", in: key) {
                guard value.kind == .string, !value.isEmptyString else { return true }
                marks.insert(.reasoning)
                said.reason()
            } else if data.equals("partial_json", in: key) {
                guard value.kind == .string, !value.isEmptyString else { return true }
                marks.insert(kind == .other ? .content : .toolCall)
            } else if data.equals("signature", in: key) {
                guard value.kind == .string, !value.isEmptyString else { return true }
                marks.insert(.reasoning)
                said.reason()
                proofs.note(value, in: data)
                if kind == .thinking { kind = .provenThinking }
            } else if data.equals("citation", in: key) {
                marks.insert(.content)
            }
            return true
        }
        return marks
    }
}
