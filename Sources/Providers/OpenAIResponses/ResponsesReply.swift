// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// Judges whole replies: a status of 200 proves nothing on this wire (docs/wire/openai-responses.md, "Replies").
struct ResponsesReply {
    static func read(status: Int, headers: Headers, body: [UInt8], reader: ErrorReader) -> ReplyVerdict {
        if body.isEmpty || !body.contains(where: { $0 > 0x20 }) { return .bad(reader.fault(.emptyReply)) }
        if ErrorReader.isHTML(headers: headers, body: body) { return .bad(reader.htmlPage(status: nil)) }
        let bytes = body.span.bytes
        let envelope: ResponsesEnvelope
        do {
            envelope = try ResponsesEnvelope(scanning: bytes)
        } catch {
            return .bad(reader.fault(.malformed("invalid JSON at byte \(error.offset): \(error.message)")))
        }
        guard envelope.isObject else { return .bad(reader.fault(.malformed("the reply is not an object"))) }
        if let count = envelope.inputTokens, envelope.output == nil, envelope.error == nil {
            guard let tokens = count.int(in: bytes), tokens >= 0 else {
                return .bad(reader.fault(.malformed("input_tokens is no count")))
            }
            return .good(usage: Usage(inputTokens: tokens), finish: nil)
        }
        if envelope.error != nil { return .bad(reader.insideSuccess(body: body, headers: headers)) }
        if envelope.isFailure(in: bytes) { return .bad(failed(envelope, bytes, reader)) }
        guard let output = envelope.output, output.kind == .array else {
            if envelope.object == nil { return .bad(reader.insideSuccess(body: body, headers: headers)) }
            return .bad(reader.fault(.malformed("the reply has no output")))
        }
        return read(output, envelope, bytes, reader)
    }

    /// Failed, and does not say why.
    private static func failed(_ envelope: ResponsesEnvelope, _ bytes: RawSpan, _ reader: ErrorReader) -> ErrorObject {
        let status = envelope.status?.string(in: bytes) ?? "failed"
        var object = reader.fault(.malformed("the response is \(ErrorReader.cut(status, to: 32)) and has no error"))
        object.code = envelope.finish(in: bytes).map { ErrorReader.cut($0, to: 64) }
        return object
    }

    private static func read(
        _ output: JSONSlice, _ envelope: ResponsesEnvelope, _ bytes: RawSpan, _ reader: ErrorReader
    ) -> ReplyVerdict {
        var count = 0
        var problem: String?
        output.forEachElement(in: bytes) { item in
            if item.kind != .object {
                problem = "output[\(count)] is \(item.kind.text)"
            } else if item.member("type", in: bytes)?.kind != .string {
                problem = "output[\(count)] has no type"
            }
            count += 1
            return problem == nil
        }
        if let problem { return .bad(reader.fault(.malformed(problem))) }
        // Of one that is still under way, or was cut at once, nothing needs to be there.
        if count == 0, envelope.status?.equals("completed", in: bytes) ?? true {
            return .bad(reader.fault(.malformed("output is empty")))
        }
        let isUnderWay =
            envelope.status?.equals("queued", in: bytes) == true || envelope.status?.equals("in_progress", in: bytes) == true
        return .good(usage: ResponsesUsage.read(envelope.usage, in: bytes), finish: isUnderWay ? nil : envelope.finish(in: bytes))
    }
}
