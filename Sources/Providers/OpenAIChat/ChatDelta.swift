// SPDX-License-Identifier: Apache-2.0
import JSON

/// What the `delta` of a choice, or a whole message, carries, in the spellings that providers have.
enum ChatDelta {
    /// - Parameters:
    ///   - isFirst: Of the first choice: the only one that another candidate could go on with.
    ///   - said: Takes what it says.
    ///   - place: Takes the thoughts' numbers.
    static func read(
        _ delta: JSONSlice, isFirst: Bool, in data: RawSpan, said: inout Said, place: inout ChatPlace
    ) -> StreamEvent.Marks {
        var marks: StreamEvent.Marks = []
        delta.forEachMember(in: data) { key, value in
            switch value.kind {
            case .null, .bool, .number: break
            case .string:
                if value.isEmptyString { break }
                if data.equals("content", in: key) {
                    marks.insert(.content)
                    if isFirst { said.say(value, in: data) }
                } else if data.equals("refusal", in: key) {
                    marks.insert(.content)
                    if isFirst { said.sayOther() }
                } else if isThoughts(key, in: data) {
                    marks.insert(.reasoning)
                    if isFirst { said.reason() }
                }
            case .array:
                if data.equals("content", in: key) {
                    marks.formUnion(parts(value, isFirst: isFirst, in: data, said: &said))
                } else if value.element(0, in: data) != nil {
                    marks.formUnion(readList(value, key, isFirst: isFirst, in: data, said: &said, place: &place))
                }
            case .object:
                if data.equals("function_call", in: key) {
                    marks.insert(.toolCall)
                    if isFirst { said.call() }
                } else if data.equals("audio", in: key) {
                    marks.insert(.content)
                    if isFirst { said.sayOther() }
                }
            }
            return true
        }
        return marks
    }

    /// - Parameter list: Not empty.
    private static func readList(
        _ list: JSONSlice, _ key: Range<Int>, isFirst: Bool, in data: RawSpan, said: inout Said, place: inout ChatPlace
    ) -> StreamEvent.Marks {
        if data.equals("tool_calls", in: key) {
            if isFirst { said.call() }
            return .toolCall
        }
        if data.equals("reasoning_details", in: key) {
            if isFirst {
                said.reason()
                place.keepDetails(list, in: data)
            }
            return .reasoning
        }
        if data.equals("images", in: key) {
            if isFirst { said.sayOther() }
            return .content
        }
        // What Groq's compound systems have searched and run (https://console.groq.com/docs/compound/built-in-tools).
        if data.equals("executed_tools", in: key), isFirst { said.runTool() }
        return []
    }

    /// Mistral streams parts: `thinking` first, then `text`. A `reference` says what a text rests on.
    private static func parts(_ parts: JSONSlice, isFirst: Bool, in data: RawSpan, said: inout Said) -> StreamEvent.Marks {
        var marks: StreamEvent.Marks = []
        parts.forEachElement(in: data) { part in
            guard part.kind == .object, let type = part.member("type", in: data) else { return true }
            let isThought = type.equals("thinking", in: data) || type.equals("reasoning", in: data)
            marks.insert(isThought ? .reasoning : .content)
            guard isFirst else { return true }
            if isThought {
                said.reason()
            } else if let text = part.member("text", in: data), text.kind == .string {
                said.say(text, in: data)
            } else if !type.equals("reference", in: data) {
                said.sayOther()
            }
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
