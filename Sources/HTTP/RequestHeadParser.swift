// SPDX-License-Identifier: Apache-2.0

/// Reads request heads (RFC 9112 §2 to §6), strictly: what two readers could take for two different requests is refused.
///
/// Refused are lines that end in anything but CRLF, folded lines, white space before a colon, bytes that may not stand where
/// they do, a missing, second or malformed `Host`, and every framing that leaves a choice: `FramingRules`. It holds no state:
/// the caller keeps the bytes until the head is whole. A head of 600 bytes takes three allocations: lines, places, path.
public struct RequestHeadParser: Sendable {
    /// Bytes of the request line.
    public static let maxLineBytes = 8 << 10
    private let maxHeadBytes: Int
    private let maxFields: Int

    /// - Parameters:
    ///   - maxHeadBytes: Bytes of a head, its empty line included; beyond: 431.
    ///   - maxFields: Fields of a head; beyond: 431.
    public init(maxHeadBytes: Int = 32 << 10, maxFields: Int = 100) {
        self.maxHeadBytes = maxHeadBytes
        self.maxFields = maxFields
    }

    /// - Parameter bytes: All that came since the last message. One empty line before the head is skipped (RFC 9112 §2.2).
    /// - Returns: The head and how many bytes it took, or `nil` while it is incomplete.
    /// - Throws: As soon as the bytes can no longer become a head that is served.
    public func parse(_ bytes: RawSpan) throws(HTTPProblem) -> (head: RequestHead, consumed: Int)? {
        guard let start = try start(bytes), let shape = try shape(bytes, from: start) else { return nil }
        let line = try RequestLine(bytes, start..<shape.lineEnd)
        var framing = FramingRules(minorVersion: line.minorVersion)
        var headers = try fields(bytes, shape, &framing)
        if let authority = line.authority {
            guard FramingRules.isHost(authority.utf8Span.span.bytes) else { throw FramingRules.badHost }
            headers.set("Host", authority)
        }
        let verdict = try framing.verdict()
        let head = RequestHead(
            method: line.method, path: line.path, query: line.query, minorVersion: line.minorVersion, headers: headers,
            framing: verdict.body, keepAlive: verdict.keepAlive, expectsContinue: verdict.expectsContinue)
        return (head, shape.end)
    }

    /// Where the request line begins. `nil`: not yet known.
    private func start(_ bytes: RawSpan) throws(HTTPProblem) -> Int? {
        var start = 0
        if bytes.byteCount > 0, bytes.byte(0) == 0x0D {
            guard bytes.byteCount > 1 else { return nil }
            guard bytes.byte(1) == 0x0A else { throw Self.badLineEnd }
            start = 2
        }
        guard bytes.byteCount > start else { return nil }
        // Whoever speaks TLS or anything else here learns it at once.
        guard FieldBytes.isToken(bytes.byte(start)) else { throw bytes.byte(start) == 0x0A ? Self.badLineEnd : RequestLine.malformed }
        return start
    }

    /// Where the parts of a head end.
    private struct Shape {
        /// Behind the request line, where its CRLF begins.
        var lineEnd: Int
        var fieldCount: Int
        /// Behind the empty line.
        var end: Int
    }

    /// Finds the head's end and counts its lines, without a look at what they say. `nil`: it is incomplete.
    private func shape(_ bytes: RawSpan, from start: Int) throws(HTTPProblem) -> Shape? {
        let limit = min(bytes.byteCount, start + maxHeadBytes)
        var lineEnd: Int?
        var lineStart = start
        var lines = 0
        while let feed = bytes.first(0x0A, in: lineStart..<limit) {
            guard feed > lineStart, bytes.byte(feed - 1) == 0x0D else { throw Self.badLineEnd }
            if let lineEnd, feed - 1 == lineStart { return Shape(lineEnd: lineEnd, fieldCount: lines - 1, end: feed + 1) }
            if lineEnd == nil {
                guard feed - 1 - start <= Self.maxLineBytes else { throw Self.targetTooLong }
                lineEnd = feed - 1
            }
            lines += 1
            guard lines - 1 <= maxFields else {
                throw HTTPProblem(status: 431, code: "too_many_fields", message: "The request has more than \(maxFields) header fields.")
            }
            lineStart = feed + 1
        }
        if lineEnd == nil, limit - start > Self.maxLineBytes + 1 { throw Self.targetTooLong }
        guard limit - start < maxHeadBytes else {
            throw HTTPProblem(status: 431, code: "head_too_large", message: "The request head is larger than \(maxHeadBytes) bytes.")
        }
        return nil
    }

    /// Copies the field lines in one piece and notes what stands where in them.
    private func fields(_ bytes: RawSpan, _ shape: Shape, _ framing: inout FramingRules) throws(HTTPProblem) -> Headers {
        let lines = bytes.extracting((shape.lineEnd + 2)..<(shape.end - 2)).withUnsafeBytes { Array($0) }
        var fields: [Headers.Field] = []
        fields.reserveCapacity(shape.fieldCount)
        let span = lines.span.bytes
        var lineStart = 0
        while lineStart < span.byteCount, let feed = span.first(0x0A, in: lineStart..<span.byteCount) {
            let line = lineStart..<(feed - 1)
            guard !FieldBytes.isBlank(span.byte(lineStart)) else { throw Self.folded }
            guard let colon = span.first(UInt8(ascii: ":"), in: line), let field = Headers.field(in: span, line: line, nameEnd: colon)
            else {
                throw Self.badField
            }
            try framing.note(span, field)
            fields.append(field)
            lineStart = feed + 1
        }
        return Headers(lines: lines, fields: fields)
    }

    private static let badLineEnd = HTTPProblem(
        status: 400, code: "bad_line_end", message: "Every line of a request head ends with a carriage return and a line feed.")
    private static let folded = HTTPProblem(
        status: 400, code: "folded_field", message: "A header field may not go on in the next line.")
    private static let badField = HTTPProblem(
        status: 400, code: "bad_field", message: "A header field is not a name, a colon and a value of printable characters.")
    private static let targetTooLong = HTTPProblem(
        status: 414, code: "target_too_long", message: "The request line is longer than \(maxLineBytes) bytes.")
}
