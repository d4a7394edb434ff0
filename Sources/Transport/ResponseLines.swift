// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The first line of an answer, made once for each status.
enum StatusLine {
    private static let lines: [[UInt8]] = (0..<600).map { make($0) }

    static func bytes(for status: Int) -> [UInt8] { lines.indices.contains(status) ? lines[status] : make(status) }

    private static func make(_ status: Int) -> [UInt8] { Array("HTTP/1.1 \(status) \(reasons[status] ?? "")\r\n".utf8) }

    /// RFC 9110 §15, and 529 as Anthropic uses it.
    private static let reasons: [Int: String] = [
        100: "Continue", 200: "OK", 202: "Accepted", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
        402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
        409: "Conflict", 411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
        415: "Unsupported Media Type", 417: "Expectation Failed", 421: "Misdirected Request", 422: "Unprocessable Content",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 499: "Client Closed Request", 500: "Internal Server Error",
        501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
        505: "HTTP Version Not Supported", 529: "Overloaded",
    ]
}

/// The `date` field (RFC 9110 §6.6.1), made anew once a second. One for each loop, confined to it.
struct DateField {
    private var bytes: [UInt8] = []
    private var madeAt: Int64?

    /// - Parameter now: Milliseconds of the loop's monotonic clock.
    mutating func append(at now: Int64, into output: inout [UInt8]) {
        if madeAt.map({ now - $0 >= 1000 }) ?? true {
            madeAt = now
            bytes = Self.field(seconds: time(nil))
        }
        output.append(contentsOf: bytes)
    }

    static func field(seconds: time_t) -> [UInt8] {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let day = days[Int(parts.tm_wday)]
        let month = months[Int(parts.tm_mon)]
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0)) }.joined(separator: ":")
        return Array("date: \(day), \(padded(Int(parts.tm_mday))) \(month) \(parts.tm_year + 1900) \(clock) GMT\r\n".utf8)
    }

    private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
