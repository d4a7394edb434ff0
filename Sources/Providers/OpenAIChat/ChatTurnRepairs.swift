// SPDX-License-Identifier: Apache-2.0
import JSON

/// The order of messages and the form of their content, where a route insists on one.
enum ChatTurnRepairs {
    // MARK: Content

    /// A text in place of each list of nothing but texts.
    static func plainText(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        ChatRepairs.forEachMessage(index, bytes) { message in
            guard let content = message.member("content", in: bytes), content.kind == .array else { return true }
            let isAnswer = message.member("role", in: bytes)?.equals("assistant", in: bytes) == true
            if let text = joined(content, by: isAnswer ? "" : "\n\n", bytes) { edits.replace(content.range, with: quoted(text)) }
            return !edits.areTooMany
        }
    }

    /// - Returns: `nil` if there is anything but text.
    private static func joined(_ parts: JSONSlice, by separator: String, _ bytes: RawSpan) -> String? {
        var texts: [String] = []
        var all = true
        parts.forEachElement(in: bytes) { part in
            let isText = part.member("type", in: bytes)?.equals("text", in: bytes) == true
            if let text = part.string(in: bytes) ?? (isText ? part.member("text", in: bytes)?.string(in: bytes) : nil) {
                texts.append(text)
            } else {
                all = false
            }
            return all
        }
        return all ? texts.joined(separator: separator) : nil
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var quoted: [UInt8] = []
        quoted.quote(text)
        return quoted
    }

    // MARK: The last message

    /// As Mistral wants one that it is to go on from.
    static func markPrefill(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        if let last = prefill(index, bytes) { mark(last, "prefix", bytes, &edits) }
    }

    static func mark(_ message: JSONSlice, _ name: StaticString, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        if let mark = message.member(name, in: bytes) {
            if mark.bool(in: bytes) != true { edits.replace(mark.range, with: Array("true".utf8)) }
        } else {
            edits.addMember("\"\(name)\":true", to: message, in: bytes)
        }
    }

    static func askToContinue(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let last = prefill(index, bytes), let messages = index.value("messages", in: bytes) else { return }
        let content = last.member("content", in: bytes)
        if content == nil || content?.kind == .null || content?.isEmptyString == true
            || content?.element(0, in: bytes) == nil && content?.kind == .array
        {
            return edits.dropElements(of: messages, in: bytes) { $0 == last }
        }
        edits.insert(#",{"role":"user","content":"\#(ContinuationPrompt.general)"}"#, at: last.end)
    }

    /// The last message, if it is the assistant's and calls nothing.
    private static func prefill(_ index: JSONIndex, _ bytes: RawSpan) -> JSONSlice? {
        var last: JSONSlice?
        ChatRepairs.forEachMessage(index, bytes) { message in
            last = message
            return true
        }
        return last.flatMap { isPrefill($0, bytes) ? $0 : nil }
    }

    static func isPrefill(_ message: JSONSlice, _ bytes: RawSpan) -> Bool {
        message.member("role", in: bytes)?.equals("assistant", in: bytes) == true && !callsTools(message, bytes)
    }

    private static func callsTools(_ message: JSONSlice, _ bytes: RawSpan) -> Bool {
        message.member("tool_calls", in: bytes)?.element(0, in: bytes) != nil || message.member("function_call", in: bytes)?.kind == .object
    }

    // MARK: Order

    /// Instructions in one message at the head, then user and assistant in turn, with results between a call and its answer.
    static func alternate(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let messages = index.value("messages", in: bytes) else { return }
        var instructions: [Message] = []
        var turns: [Message] = []
        var count = 0
        var isChanged = false
        messages.forEachElement(in: bytes) { slice in
            let message = Message(slice, bytes)
            count += 1
            if message.role == "system" || message.role == "developer" {
                isChanged = isChanged || !turns.isEmpty || !instructions.isEmpty
                instructions.append(message)
            } else if let last = turns.last, let merged = last.merged(with: message, bytes) {
                turns[turns.count - 1] = merged
                isChanged = true
            } else {
                if turns.last?.isResult == true, message.role == "user" {
                    turns.append(Message(role: "assistant", "OK."))
                    isChanged = true
                } else if turns.isEmpty, message.role == "assistant" {
                    turns.append(Message(role: "user", "Continue."))
                    isChanged = true
                }
                turns.append(message)
            }
            return count <= limit
        }
        guard count <= limit, isChanged else { return }
        if let first = instructions.first {
            turns.insert(instructions.dropFirst().reduce(first) { $0.joined(with: $1, bytes) }, at: 0)
        }
        var text: [UInt8] = [UInt8(ascii: "[")]
        for turn in turns {
            text.comma()
            text += turn.text
        }
        text.append(UInt8(ascii: "]"))
        edits.replace(messages.range, with: text)
    }

    private static let limit = 10_000

    private struct Message {
        var role: String
        /// All of it, as JSON.
        var text: [UInt8]

        init(_ slice: JSONSlice, _ bytes: RawSpan) {
            role = slice.member("role", in: bytes)?.string(in: bytes) ?? ""
            text = bytes.extracting(slice.range).withUnsafeBytes { Array($0) }
        }

        init(role: String, _ content: String) {
            self.role = role
            text = Array(#"{"role":"\#(role)","content":"\#(content)"}"#.utf8)
        }

        var isResult: Bool { role == "tool" || role == "function" }

        /// - Returns: `nil` unless both are of one side and may be one.
        func merged(with next: Message, _ bytes: RawSpan) -> Message? {
            guard role == next.role, role == "user" || role == "assistant" else { return nil }
            return hasCalls ? nil : joined(with: next, bytes)
        }

        private var hasCalls: Bool {
            guard let root = try? JSONScanner.scan(text.span.bytes) else { return true }
            return ChatTurnRepairs.callsTools(root, text.span.bytes)
        }

        /// The later one's members with the content of both: it may be the one that calls.
        func joined(with next: Message, _ bytes: RawSpan) -> Message {
            guard let first = try? JSONIndex(scanning: text.span.bytes), let second = try? JSONIndex(scanning: next.text.span.bytes) else {
                return self
            }
            let content = Self.joined(
                first.value("content", in: text.span.bytes).map { JSONFragment($0, in: text.span.bytes) },
                second.value("content", in: next.text.span.bytes).map { JSONFragment($0, in: next.text.span.bytes) })
            var edits = BodyEdits()
            if let old = second.value("content", in: next.text.span.bytes) {
                edits.replace(old.range, with: content)
            } else {
                edits.addMember("\"content\":" + String(decoding: content, as: UTF8.self), to: second.root, in: next.text.span.bytes)
            }
            var result = self
            result.text = edits.apply(to: next.text, index: second) ?? next.text
            return result
        }

        /// Two texts as one, else the parts of both.
        private static func joined(_ first: JSONFragment?, _ second: JSONFragment?) -> [UInt8] {
            if let one = first?.value.string, let two = second?.value.string {
                return ChatTurnRepairs.quoted(one.isEmpty || two.isEmpty ? one + two : "\(one)\n\n\(two)")
            }
            var text: [UInt8] = [UInt8(ascii: "[")]
            for fragment in [first, second] {
                guard let fragment, fragment.kind != .null else { continue }
                if let string = fragment.value.string {
                    if string.isEmpty { continue }
                    text.comma()
                    text.append(#"{"type":"text","text":"#)
                    text.quote(string)
                    text.append("}")
                } else if fragment.kind == .array, fragment.bytes.count > 2 {
                    text.comma()
                    text += fragment.bytes.dropFirst().dropLast()
                }
            }
            if text.count == 1 { return Array("null".utf8) }
            text.append(UInt8(ascii: "]"))
            return text
        }
    }
}
