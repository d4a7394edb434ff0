// SPDX-License-Identifier: Apache-2.0
import JSON

/// Each call with one result in the message right behind it: what is missing is added as a failure, what belongs to no call becomes text.
enum MessagesResultRepair {
    static func pair(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var open: [String] = []
        var last: JSONSlice?
        MessagesRepairs.forEachMessage(index, bytes) { message in
            if MessagesTurnRepair.isAssistant(message, bytes) {
                if let last, !open.isEmpty { insertAnswers(to: open, after: last, &edits) }
                open = calls(of: message, bytes)
            } else {
                readUser(message, &open, bytes, &edits)
            }
            last = message
            return !edits.areTooMany
        }
        // Behind the last message nobody has answered yet: the model was to go on from it.
        if let last, !open.isEmpty { insertAnswers(to: open, after: last, &edits) }
    }

    private static func calls(of message: JSONSlice, _ bytes: RawSpan) -> [String] {
        var ids: [String] = []
        message.member("content", in: bytes)?.forEachElement(in: bytes) { block in
            if block.member("type", in: bytes)?.equals("tool_use", in: bytes) == true,
                let id = block.member("id", in: bytes)?.string(in: bytes)
            {
                ids.append(id)
            }
            return true
        }
        return ids
    }

    private static func readUser(_ message: JSONSlice, _ open: inout [String], _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let content = message.member("content", in: bytes) else { return }
        content.forEachElement(in: bytes) { block in
            guard block.member("type", in: bytes)?.equals("tool_result", in: bytes) == true else { return true }
            let id = block.member("tool_use_id", in: bytes)?.string(in: bytes) ?? ""
            if let place = open.firstIndex(of: id) { open.remove(at: place) } else { becomeText(block, bytes, &edits) }
            return !edits.areTooMany
        }
        guard !open.isEmpty else { return }
        let answers = open.map(answer).joined(separator: ",")
        open = []
        switch content.kind {
        case .string:
            if content.isEmptyString {
                edits.replace(content.range, with: Array("[\(answers)]".utf8))
            } else {
                edits.insert("[\(answers),{\"type\":\"text\",\"text\":", at: content.start)
                edits.insert("}]", at: content.end)
            }
        case .array: edits.insert(content.element(0, in: bytes) == nil ? answers : "\(answers),", at: content.start + 1)
        case .null, .bool, .number, .object: break
        }
    }

    /// A result keeps its content as its message's own.
    private static func becomeText(_ block: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var text = Array(#"{"type":"text","text":"…"}"#.utf8)
        if let content = block.member("content", in: bytes) {
            let written = bytes.extracting(content.range).withUnsafeBytes { Array($0) }
            if content.kind == .string, !content.isEmptyString {
                text = Array(#"{"type":"text","text":"#.utf8) + written + Array("}".utf8)
            } else if content.kind == .array, content.element(0, in: bytes) != nil {
                text = Array(written.dropFirst().dropLast())
            }
        }
        edits.replace(block.range, with: text)
    }

    private static func insertAnswers(to ids: [String], after message: JSONSlice, _ edits: inout BodyEdits) {
        edits.insert(",{\"role\":\"user\",\"content\":[\(ids.map(answer).joined(separator: ","))]}", at: message.end)
    }

    private static func answer(to id: String) -> String {
        var block = Array(#"{"type":"tool_result","tool_use_id":"#.utf8)
        block.quote(id)
        block.append(#","content":"The call was not answered.","is_error":true}"# as StaticString)
        return String(decoding: block, as: UTF8.self)
    }
}
