// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// Judges whole replies: a status of 200 proves nothing on this wire (docs/wire/google-generative-ai.md, "Replies").
struct GoogleReply {
    private let reader: ErrorReader
    private var finish: String?
    private var usage: Usage?
    private var candidates = 0
    private var isBlocked = false
    /// It answers `countTokens`.
    private var isCount = false

    static func read(headers: Headers, body: [UInt8], reader: ErrorReader) -> ReplyVerdict {
        if body.isEmpty || !body.contains(where: { $0 > 0x20 }) { return .bad(reader.fault(.emptyReply)) }
        if ErrorReader.isHTML(headers: headers, body: body) { return .bad(reader.htmlPage(status: nil)) }
        let bytes = body.span.bytes
        let envelope: GoogleEnvelope
        do {
            envelope = try GoogleEnvelope(scanning: bytes)
        } catch {
            return .bad(reader.fault(.malformed("invalid JSON at byte \(error.offset): \(error.message)")))
        }
        var reply = GoogleReply(reader: reader)
        if envelope.root.kind == .array {
            var bad: ErrorObject?
            envelope.root.forEachElement(in: bytes) { element in
                bad = reply.judge(GoogleEnvelope(element, in: bytes), bytes, headers)
                return bad == nil
            }
            if let bad { return .bad(bad) }
        } else if let bad = reply.judge(envelope, bytes, headers) {
            return .bad(bad)
        }
        return reply.verdict()
    }

    private init(reader: ErrorReader) { self.reader = reader }

    /// - Returns: `nil` unless this is none, or a failure.
    private mutating func judge(_ envelope: GoogleEnvelope, _ bytes: RawSpan, _ headers: Headers) -> ErrorObject? {
        guard envelope.root.kind == .object else {
            return reader.fault(.malformed("the reply is \(envelope.root.kind.text), not an object"))
        }
        if envelope.isError(in: bytes) {
            let body = bytes.extracting(envelope.root.range).withUnsafeBytes { Array($0) }
            return reader.insideSuccess(body: body, headers: headers)
        }
        if let told = GoogleUsage.read(envelope.usage, in: bytes) { usage = usage?.updated(by: told) ?? told }
        if let reason = envelope.blockReason(in: bytes) {
            isBlocked = true
            if finish == nil { finish = reason }
        }
        guard let list = envelope.candidates else {
            if envelope.root.google("totalTokens", in: bytes) != nil { isCount = true }
            return nil
        }
        guard list.kind == .array else { return reader.fault(.malformed("candidates is \(list.kind.text)")) }
        var (bad, position): (ErrorObject?, Int) = (nil, 0)
        list.forEachElement(in: bytes) { candidate in
            bad = judge(candidate, at: position, bytes)
            position += 1
            return bad == nil
        }
        return bad
    }

    private mutating func judge(_ candidate: JSONSlice, at position: Int, _ bytes: RawSpan) -> ErrorObject? {
        guard candidate.kind == .object else {
            return reader.fault(.malformed("candidates[\(position)] is \(candidate.kind.text)"))
        }
        var members = GoogleCandidate()
        candidate.forEachMember(in: bytes) { key, value in
            members.keep(value, named: key, in: bytes)
            return true
        }
        if let content = members.content, content.kind != .object {
            return reader.fault(.malformed("candidates[\(position)].content is \(content.kind.text)"))
        }
        let reason = members.reason?.string(in: bytes) ?? ""
        let isSilent = members.content.map { GoogleParts.marks(of: $0, in: bytes).isEmpty } ?? true
        if GoogleFinish.isFailure(reason) || (GoogleFinish.isVague(reason) && isSilent) {
            return reader.brokenOff(reason, members.message?.string(in: bytes))
        }
        if members.content == nil, GoogleFinish.isNone(reason) {
            return reader.fault(.malformed("candidates[\(position)] has neither content nor finishReason"))
        }
        candidates += 1
        if !GoogleFinish.isNone(reason), finish == nil || position == 0 { finish = reason }
        return nil
    }

    private func verdict() -> ReplyVerdict {
        if candidates == 0, !isBlocked, !isCount { return .bad(reader.fault(.malformed("the reply has no candidates"))) }
        return .good(usage: usage, finish: finish)
    }
}

extension ErrorReader {
    /// A finish reason of Google's that says the provider broke off, with its `finishMessage`.
    func brokenOff(_ reason: String, _ message: String?) -> ErrorObject {
        var object = fault(.malformed(ErrorReader.cut(message ?? "finishReason: \(reason)", to: ErrorReader.messageLimit)))
        object.code = ErrorReader.cut(reason, to: 64)
        object.message = ErrorReader.cut(message ?? "finishReason: \(reason)", to: ErrorReader.messageLimit)
        return object
    }
}
