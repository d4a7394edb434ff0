// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// Judges a reply that is no answer of a model: a number of tokens, or embeddings.
enum OtherReply {
    /// - Returns: `.good` for any JSON object that holds no error: what is in it is the client's to read.
    static func judge(_ body: [UInt8], headers: Headers, reader: ErrorReader) -> ReplyVerdict {
        let index: JSONIndex
        do {
            index = try JSONIndex(scanning: body.span.bytes)
        } catch {
            return .bad(reader.fault(body.isEmpty ? .emptyReply : .malformed("invalid JSON at byte \(error.offset): \(error.message)")))
        }
        let bytes = body.span.bytes
        guard index.root.kind == .object else { return .bad(reader.fault(.malformed("the reply is no object"))) }
        if let error = index.value("error", in: bytes), error.kind == .object || error.kind == .string {
            return .bad(reader.insideSuccess(body: body, headers: headers))
        }
        return .good(usage: usage(index, bytes), finish: nil)
    }

    /// Embeddings cost tokens of input, by the names of OpenAI's wires or Google's.
    private static func usage(_ index: JSONIndex, _ bytes: RawSpan) -> Usage? {
        let counts = index.value("usage", in: bytes) ?? index.value("usageMetadata", in: bytes)
        guard let counts, counts.kind == .object else { return nil }
        let input =
            counts.member("prompt_tokens", in: bytes) ?? counts.member("input_tokens", in: bytes)
            ?? counts.member("promptTokenCount", in: bytes)
        guard let number = input?.int(in: bytes), (0...1_000_000_000).contains(number) else { return nil }
        return Usage(inputTokens: number)
    }
}
