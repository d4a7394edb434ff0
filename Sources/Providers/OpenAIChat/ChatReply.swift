// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// Judges whole replies: a status of 200 proves nothing on this wire (docs/wire/openai-completions.md, "Replies").
struct ChatReply {
    static func read(status: Int, headers: Headers, body: [UInt8], reader: ErrorReader) -> ReplyVerdict {
        if body.isEmpty || !body.contains(where: { $0 > 0x20 }) { return .bad(reader.fault(.emptyReply)) }
        if ErrorReader.isHTML(headers: headers, body: body) { return .bad(reader.htmlPage(status: nil)) }
        let bytes = body.span.bytes
        let envelope: ChatEnvelope
        do {
            envelope = try ChatEnvelope(scanning: bytes)
        } catch {
            return .bad(reader.fault(.malformed("invalid JSON at byte \(error.offset): \(error.message)")))
        }
        guard envelope.root.kind == .object else {
            return .bad(reader.fault(.malformed("the reply is \(envelope.root.kind.text), not an object")))
        }
        if envelope.isError(in: bytes) { return .bad(reader.insideSuccess(body: body, headers: headers)) }
        guard let choices = envelope.choices, choices.kind == .array else {
            return .bad(reader.fault(.malformed("the reply has no choices")))
        }
        return read(choices, usage: ChatUsage.read(envelope, in: bytes), headers: headers, body: body, reader: reader)
    }

    private static func read(
        _ choices: JSONSlice, usage: Usage?, headers: Headers, body: [UInt8], reader: ErrorReader
    ) -> ReplyVerdict {
        let bytes = body.span.bytes
        var finish: String?
        var count = 0
        var isWhole = true
        var brokenOff: (reason: String, choice: JSONSlice)?
        var (message, reason): (JSONSlice?, JSONSlice?)
        var usage = usage
        choices.forEachElement(in: bytes) { key, value in
            if JSONText.equals(key, "message", in: bytes) {
                message = value
            } else if JSONText.equals(key, "finish_reason", in: bytes) {
                reason = value
            } else if usage == nil, JSONText.equals(key, "usage", in: bytes) {
                usage = ChatUsage.read(value, in: bytes)
            }
            return true
        } element: { choice in
            isWhole = message?.kind == .object
            guard isWhole else { return false }
            if let reason, reason.kind == .string {
                if ChatErrors.isFailure(finishReason: reason, in: bytes) {
                    brokenOff = (reason.string(in: bytes) ?? "", choice)
                    return false
                }
                if finish == nil, !reason.isEmptyString { finish = reason.string(in: bytes) }
            }
            (message, reason) = (nil, nil)
            count += 1
            return true
        }
        if !isWhole { return .bad(reader.fault(.malformed("choices[\(count)] has no message"))) }
        if let (reason, choice) = brokenOff {
            return .bad(reader.brokenOff(reason: reason, choice: choice, body: body, headers: headers))
        }
        if count == 0 { return .bad(reader.fault(.malformed("choices is empty"))) }
        return .good(usage: usage, finish: finish)
    }
}
