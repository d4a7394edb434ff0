// SPDX-License-Identifier: Apache-2.0
import JSON

/// Thoughts in the assistant's messages, which some routes refuse and others ask for.
enum ChatThoughtRepairs {
    /// Without them in any spelling.
    static func drop(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        ChatRepairs.forEachMessage(index, bytes) { message in
            edits.dropMembers(of: message, in: bytes) { key, _ in
                ChatDelta.isThoughts(key, in: bytes) || JSONText.equals(key, "reasoning_details", in: bytes)
                    || JSONText.equals(key, "extra_content", in: bytes)
            }
            if let content = message.member("content", in: bytes), content.kind == .array {
                edits.dropElements(of: content, in: bytes) { $0.member("type", in: bytes)?.equals("thinking", in: bytes) == true }
            }
            message.member("tool_calls", in: bytes)?.forEachElement(in: bytes) { call in
                edits.dropMembers(of: call, in: bytes) { key, _ in JSONText.equals(key, "extra_content", in: bytes) }
                return !edits.areTooMany
            }
            return !edits.areTooMany
        }
    }

    /// `reasoning_content` in each: those that it has in another spelling, else a blank, since an empty text passes for none at Moonshot
    /// (charmbracelet/crush#2696).
    static func add(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        ChatRepairs.forEachMessage(index, bytes) { message in
            guard message.member("role", in: bytes)?.equals("assistant", in: bytes) == true else { return true }
            let other = ChatDelta.thoughts(of: message, in: bytes)
            let text = other.map { bytes.extracting($0.range).withUnsafeBytes { Array($0) } } ?? Array(#"" ""#.utf8)
            if let own = message.member("reasoning_content", in: bytes) {
                if own.kind != .string || own.isEmptyString { edits.replace(own.range, with: text) }
            } else {
                edits.addMember("\"reasoning_content\":" + String(decoding: text, as: UTF8.self), to: message, in: bytes)
            }
            return !edits.areTooMany
        }
    }
}
