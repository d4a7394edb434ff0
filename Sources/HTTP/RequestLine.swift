// SPDX-License-Identifier: Apache-2.0

/// The first line of a request: `POST /v1/messages?beta=true HTTP/1.1` (RFC 9112 §3).
struct RequestLine {
    var method: Method
    var path: String
    var query: String?
    var minorVersion: Int
    /// Host and port of a target that was sent in absolute form; they count instead of `Host`.
    var authority: String?

    /// Longer methods are none that exist.
    static let maxMethodBytes = 32

    /// - Parameter line: The place of the line in `bytes`, without its CRLF.
    init(_ bytes: RawSpan, _ line: Range<Int>) throws(HTTPProblem) {
        guard let firstSpace = bytes.first(0x20, in: line),
            let secondSpace = bytes.first(0x20, in: (firstSpace + 1)..<line.upperBound)
        else { throw Self.malformed }
        minorVersion = try Self.minorVersion(bytes, (secondSpace + 1)..<line.upperBound)
        method = try Self.method(bytes, line.lowerBound..<firstSpace)
        let target = (firstSpace + 1)..<secondSpace
        guard !target.isEmpty else { throw Self.malformed }
        for offset in target where !FieldBytes.isTarget(bytes.byte(offset)) { throw Self.badTarget }
        let (authority, rest) = try Self.split(bytes, target, isOptions: method == .options)
        self.authority = authority
        if let mark = bytes.first(UInt8(ascii: "?"), in: rest) {
            path = mark == rest.lowerBound ? "/" : bytes.text(rest.lowerBound..<mark)
            query = bytes.text((mark + 1)..<rest.upperBound)
        } else {
            path = rest.isEmpty ? "/" : bytes.text(rest)
        }
    }

    /// A higher minor version is spoken to as 1.1 (RFC 9110 §2.5).
    private static func minorVersion(_ bytes: RawSpan, _ version: Range<Int>) throws(HTTPProblem) -> Int {
        let start = version.lowerBound
        let name: StaticString = "HTTP/"
        guard version.count == 8, FieldBytes.isDigit(bytes.byte(start + 5)), bytes.byte(start + 6) == UInt8(ascii: "."),
            FieldBytes.isDigit(bytes.byte(start + 7))
        else { throw malformed }
        for offset in 0..<5 where bytes.byte(start + offset) != name.utf8Start[offset] { throw malformed }
        guard bytes.byte(start + 5) == UInt8(ascii: "1") else {
            throw HTTPProblem(status: 505, code: "http_version", message: "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
        }
        return bytes.byte(start + 7) == UInt8(ascii: "0") ? 0 : 1
    }

    private static func method(_ bytes: RawSpan, _ token: Range<Int>) throws(HTTPProblem) -> Method {
        guard !token.isEmpty else { throw malformed }
        for offset in token where !FieldBytes.isToken(bytes.byte(offset)) { throw malformed }
        let method = Method(bytes.extracting(token.prefix(maxMethodBytes + 1)))
        guard token.count <= maxMethodBytes, method != .other("CONNECT") else {
            throw HTTPProblem(status: 501, code: "unknown_method", message: "This method is not served.")
        }
        return method
    }

    /// The authority of a target in absolute form, and path and query of any (RFC 9112 §3.2).
    private static func split(
        _ bytes: RawSpan, _ target: Range<Int>, isOptions: Bool
    ) throws(HTTPProblem) -> (authority: String?, rest: Range<Int>) {
        let start = target.lowerBound
        if bytes.byte(start) == UInt8(ascii: "/") { return (nil, target) }
        if isOptions, target.count == 1, bytes.byte(start) == UInt8(ascii: "*") { return (nil, target) }
        let scheme = bytes.equals(target.prefix(7), "http://") ? 7 : bytes.equals(target.prefix(8), "https://") ? 8 : 0
        guard scheme > 0 else { throw badTarget }
        let authority = (start + scheme)..<target.upperBound
        let end = authority.first { bytes.byte($0) == UInt8(ascii: "/") || bytes.byte($0) == UInt8(ascii: "?") } ?? target.upperBound
        guard end > authority.lowerBound else { throw badTarget }
        return (bytes.text(authority.lowerBound..<end), end..<target.upperBound)
    }

    static let malformed = HTTPProblem(
        status: 400, code: "bad_request_line", message: "The first line is not a method, a target and an HTTP version, one space apart.")
    private static let badTarget = HTTPProblem(
        status: 400, code: "bad_target", message: "The request target is neither a path nor an address, or holds what must be escaped.")
}
