// SPDX-License-Identifier: Apache-2.0

/// Collects the fields that say where a request ends and who it is for, and refuses what could be read in two ways.
///
/// RFC 9112 §3.2 (`Host`), §6.1 (`Transfer-Encoding`), §6.3 (both), §9.3 (`Connection`), RFC 9110 §8.6 (`Content-Length`), §10.1.1
/// (`Expect`). Where the RFC lets a server repair or refuse, it refuses: every known request smuggling is a repair.
struct FramingRules {
    let minorVersion: Int
    private var length: Int?
    private var isChunked = false
    private var hosts = 0
    private var saysClose = false
    private var saysKeepAlive = false
    private var expectsContinue = false

    init(minorVersion: Int) { self.minorVersion = minorVersion }

    /// Takes note of one field of the head.
    mutating func note(_ bytes: RawSpan, _ field: Headers.Field) throws(HTTPProblem) {
        // Most fields are none of these; their length tells.
        switch field.name.count {
        case 4 where bytes.equals(field.name, "host"):
            hosts += 1
            guard hosts == 1, Self.isHost(bytes.extracting(field.value)) else { throw Self.badHost }
        case 6 where bytes.equals(field.name, "expect"):
            guard bytes.equals(field.value, "100-continue") else {
                throw HTTPProblem(status: 417, code: "unknown_expectation", message: "Only the expectation 100-continue is understood.")
            }
            expectsContinue = true
        case 10 where bytes.equals(field.name, "connection"):
            noteConnection(bytes, field.value)
        case 14 where bytes.equals(field.name, "content-length"):
            guard length == nil else { throw Self.ambiguous }
            length = try Self.length(bytes, field.value)
        case 17 where bytes.equals(field.name, "transfer-encoding"):
            guard !isChunked else { throw Self.ambiguous }
            guard bytes.equals(field.value, "chunked") else {
                throw HTTPProblem(
                    status: 501, code: "unknown_transfer_coding", message: "Only the transfer coding chunked is understood, once and alone."
                )
            }
            isChunked = true
        default: break
        }
    }

    /// What all fields say together.
    func verdict() throws(HTTPProblem) -> (body: BodyFraming, keepAlive: Bool, expectsContinue: Bool) {
        guard hosts == 1 || minorVersion == 0 else { throw Self.badHost }
        guard !isChunked || (length == nil && minorVersion == 1) else { throw Self.ambiguous }
        let body: BodyFraming = isChunked ? .chunked : length.map { $0 == 0 ? .none : .counted($0) } ?? .none
        let keepAlive = !saysClose && (minorVersion == 1 || saysKeepAlive)
        return (body, keepAlive, expectsContinue && minorVersion == 1 && body != .none)
    }

    private mutating func noteConnection(_ bytes: RawSpan, _ value: Range<Int>) {
        var start = value.lowerBound
        while start <= value.upperBound {
            let end = bytes.first(UInt8(ascii: ","), in: start..<value.upperBound) ?? value.upperBound
            let option = bytes.trimmed(start..<end)
            if bytes.equals(option, "close") { saysClose = true }
            if bytes.equals(option, "keep-alive") { saysKeepAlive = true }
            start = end + 1
        }
    }

    /// Digits and nothing else; more than fifteen of them are no body that anybody sends.
    private static func length(_ bytes: RawSpan, _ value: Range<Int>) throws(HTTPProblem) -> Int {
        var length = 0
        for offset in value {
            guard FieldBytes.isDigit(bytes.byte(offset)) else { throw badLength }
            guard offset - value.lowerBound < 15 else {
                throw HTTPProblem(status: 413, code: "body_too_large", message: "The request body is too large.")
            }
            length = length * 10 + Int(bytes.byte(offset) - UInt8(ascii: "0"))
        }
        guard !value.isEmpty else { throw badLength }
        return length
    }

    /// Whether `value` is host and port, or empty, as a `Host` field may be.
    static func isHost(_ value: RawSpan) -> Bool {
        for offset in 0..<value.byteCount where !FieldBytes.isHost(value.byte(offset)) { return false }
        return true
    }

    static let badHost = HTTPProblem(
        status: 400, code: "bad_host", message: "A request names its host once, as a name or address with or without a port.")
    private static let badLength = HTTPProblem(
        status: 400, code: "bad_content_length", message: "Content-Length is not a number of bytes, written in digits.")
    private static let ambiguous = HTTPProblem(
        status: 400, code: "ambiguous_framing", message: "The end of the body is given more than once, or in a way that HTTP/1.0 lacks.")
}
