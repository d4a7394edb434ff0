// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads a whole reply into neutral values.
enum MessagesReplyReading {
    static func read(_ body: [UInt8], maker: Maker) -> ConversationReply? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), let content = index.value("content", in: bytes), content.kind == .array else {
            return nil
        }
        var reading = MessagesContentReading(maker: maker)
        reading.read(content, in: bytes)
        var choice = ConversationReply.Choice(placed(reading.parts))
        if let reason = index.value("stop_reason", in: bytes)?.string(in: bytes) {
            choice.finish = MessagesFinish.read(reason, sequence: index.value("stop_sequence", in: bytes)?.string(in: bytes))
        }
        let usage = index.value("usage", in: bytes)
        return ConversationReply(
            head: head(index.root, usage: usage, in: bytes), choices: [choice], usage: MessagesUsage.read(usage, in: bytes))
    }

    /// - Parameter message: A reply, or that of `message_start`.
    static func head(_ message: JSONSlice, usage: JSONSlice?, in bytes: RawSpan) -> ReplyHead {
        func text(_ value: JSONSlice?) -> String? { value?.string(in: bytes).flatMap { $0.isEmpty ? nil : $0 } }
        return ReplyHead(
            id: text(message.member("id", in: bytes)), model: text(message.member("model", in: bytes)),
            serviceTier: text(usage?.member("service_tier", in: bytes)))
    }

    /// A block's sources are those of all of its text.
    private static func placed(_ parts: [Part]) -> [Part] {
        var parts = parts
        var position = 0
        for place in parts.indices {
            guard case .text(var text) = parts[place] else { continue }
            let end = position + text.text.unicodeScalars.count
            if !text.citations.isEmpty {
                for number in text.citations.indices {
                    text.citations[number].start = position
                    text.citations[number].end = end
                }
                parts[place] = .text(text)
            }
            position = end
        }
        return parts
    }
}
