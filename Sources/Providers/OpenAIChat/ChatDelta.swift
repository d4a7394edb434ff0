// SPDX-License-Identifier: Apache-2.0
import JSON

/// What the `delta` of a choice, or a whole message, carries, in the spellings that providers have.
enum ChatDelta {
    static func marks(of delta: JSONSlice, in data: RawSpan) -> StreamEvent.Marks {
        var marks: StreamEvent.Marks = []
        delta.forEachMember(in: data) { key, value in
            switch value.kind {
            case .null, .bool, .number: break
            case .string:
                if value.isEmptyString { break }
                if data.equals("content", in: key) || data.equals("refusal", in: key) {
                    marks.insert(.content)
                } else if isThoughts(key, in: data) {
                    marks.insert(.reasoning)
                }
            case .array:
                if data.equals("tool_calls", in: key) {
                    if value.element(0, in: data) != nil { marks.insert(.toolCall) }
                } else if data.equals("content", in: key) {
                    marks.formUnion(parts(value, in: data))
                } else if data.equals("reasoning_details", in: key) {
                    if value.element(0, in: data) != nil { marks.insert(.reasoning) }
                } else if data.equals("images", in: key), value.element(0, in: data) != nil {
                    marks.insert(.content)
                }
            case .object:
                if data.equals("function_call", in: key) { marks.insert(.toolCall) }
                if data.equals("audio", in: key) { marks.insert(.content) }
            }
            return true
        }
        return marks
    }

    /// Mistral streams parts: `thinking` first, then `text`.
    private static func parts(_ parts: JSONSlice, in data: RawSpan) -> StreamEvent.Marks {
        var marks: StreamEvent.Marks = []
        parts.forEachElement(in: data) { part in
            guard part.kind == .object, let type = part.member("type", in: data) else { return true }
            marks.insert(type.equals("thinking", in: data) || type.equals("reasoning", in: data) ? .reasoning : .content)
            return true
        }
        return marks
    }

    /// DeepSeek's, OpenRouter's, Groq's and Ollama's, GitHub Copilot's.
    @inline(__always)
    static func isThoughts(_ key: Range<Int>, in data: RawSpan) -> Bool {
        data.equals("reasoning_content", in: key) || data.equals("reasoning", in: key) || data.equals("reasoning_text", in: key)
    }

    /// The first spelling that is filled: routers that have two say the same in both.
    static func thoughts(of message: JSONSlice, in data: RawSpan) -> JSONSlice? {
        var found: JSONSlice?
        message.forEachMember(in: data) { key, value in
            if value.kind == .string, !value.isEmptyString, isThoughts(key, in: data) { found = found ?? value }
            return found == nil
        }
        return found
    }

    /// A call's arguments. Some servers write an object where a text with JSON should be.
    static func arguments(_ value: JSONSlice?, in data: RawSpan) -> String {
        guard let value, value.kind != .null else { return "" }
        return value.string(in: data) ?? JSONFragment(value, in: data).text
    }

    /// An id for a call that came without one: its place in its reply, whose own id keeps it apart from other replies' calls.
    static func callID(_ number: Int, of reply: String?) -> String {
        let mark = (reply ?? "").utf8.filter { ChatToolCallIDs.isPlain($0, strictly: true) }.suffix(16)
        return "call_\(String(decoding: mark, as: UTF8.self))_\(number)"
    }
}
