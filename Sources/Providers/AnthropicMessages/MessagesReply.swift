// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// Judges whole replies: a status of 200 proves nothing on this wire either (docs/wire/anthropic-messages.md, "Replies").
enum MessagesReply {
    static func read(headers: Headers, body: [UInt8], reader: ErrorReader) -> ReplyVerdict {
        if body.isEmpty || !body.contains(where: { $0 > 0x20 }) { return .bad(reader.fault(.emptyReply)) }
        if ErrorReader.isHTML(headers: headers, body: body) { return .bad(reader.htmlPage(status: nil)) }
        let bytes = body.span.bytes
        let envelope: MessagesEnvelope
        do {
            envelope = try MessagesEnvelope(scanning: bytes)
        } catch {
            return .bad(reader.fault(.malformed("invalid JSON at byte \(error.offset): \(error.message)")))
        }
        guard envelope.root.kind == .object else {
            return .bad(reader.fault(.malformed("the reply is \(envelope.root.kind.text), not an object")))
        }
        if envelope.isError(in: bytes) { return .bad(reader.insideSuccess(body: body, headers: headers)) }
        guard let content = envelope.content, content.kind == .array else {
            // The answer to a count of tokens has that and no more.
            if envelope.content == nil, let count = envelope.root.member("input_tokens", in: bytes)?.int(in: bytes), count >= 0 {
                return .good(usage: Usage(inputTokens: count), finish: nil)
            }
            return .bad(reader.fault(.malformed("the reply has no content")))
        }
        var position = 0
        var isWhole = true
        content.forEachElement(in: bytes) { block in
            isWhole = block.kind == .object && block.member("type", in: bytes)?.kind == .string
            position += 1
            return isWhole
        }
        guard isWhole else { return .bad(reader.fault(.malformed("content[\(position - 1)] is no block"))) }
        guard let reason = envelope.stopReason?.string(in: bytes), !reason.isEmpty else {
            return .bad(reader.fault(.malformed("the reply has no stop_reason")))
        }
        return .good(usage: MessagesUsage.read(envelope.usage, in: bytes), finish: reason)
    }
}
