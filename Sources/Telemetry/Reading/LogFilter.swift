// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which lines of a log are wanted.
public struct LogFilter: Hashable, Sendable {
    /// The least important that is; `nil`: all are.
    public var level: LogLevel?
    /// About this receipt's request.
    public var request: String?
    /// Only of failures: attempts that failed, warnings, errors.
    public var failedOnly: Bool
    /// Milliseconds since 1970.
    public var since: Int64?

    public init(level: LogLevel? = nil, request: String? = nil, failedOnly: Bool = false, since: Int64? = nil) {
        self.level = level
        self.request = request
        self.failedOnly = failedOnly
        self.since = since
    }

    /// Whether every line is wanted that is new enough.
    public var takesAll: Bool { level == nil && request == nil && !failedOnly }

    private static let failedAttempt = Array(#""decision":"candidate_failed""#.utf8)

    /// Lines that are not of a log (a crash's last words) are wanted where nothing but their age is asked about.
    func takes(_ line: ArraySlice<UInt8>) -> Bool {
        if takesAll { return true }
        if let request, !holds(line, Array(request.utf8)) { return false }
        guard let said = LogLine.level(in: line) else { return takes(LogLine(line)) }
        if let level, said < level { return false }
        if failedOnly, said < .warning, !holds(line, Self.failedAttempt) { return false }
        return request == nil || LogLine(line)?.request == request
    }

    /// The same for a line whose head is not ours.
    private func takes(_ line: LogLine?) -> Bool {
        guard let line else { return false }
        if let level, (line.level ?? .debug) < level { return false }
        if failedOnly, (line.level ?? .debug) < .warning, line.details["decision"]?.string != "candidate_failed" { return false }
        return request == nil || line.request == request || line.details["runId"]?.string == request
    }

    /// Whether the line was written before the time that is asked for: then all before it were.
    func isBefore(_ line: ArraySlice<UInt8>) -> Bool {
        guard let since else { return false }
        guard let time = LogLine.time(in: line) ?? LogLine(line)?.milliseconds else { return false }
        return time < since
    }

    private func holds(_ line: ArraySlice<UInt8>, _ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        return line.withUnsafeBytes { whole in
            part.withUnsafeBytes { part in
                guard let base = whole.baseAddress, let wanted = part.baseAddress else { return false }
                var place = 0
                while place + part.count <= whole.count,
                    let found = memchr(base + place, Int32(first), whole.count - part.count - place + 1)
                {
                    if memcmp(found, wanted, part.count) == 0 { return true }
                    place = UnsafeRawPointer(found) - base + 1
                }
                return false
            }
        }
    }
}
