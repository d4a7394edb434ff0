// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What `understudy logs` is asked with.
enum LogsFlags {
    static let limits = 1...1_000_000
    static let byteLimits = 1...1 << 30

    static let follow = Flag("follow", short: "f", .toggle, "Go on with what is written from now on, until Ctrl-C")
    static let limit = Flag(
        "limit", short: "n", .number(placeholder: "n", range: limits), "How many lines, newest kept (200)", example: "500")
    static let maxBytes = Flag(
        "max-bytes", .number(placeholder: "n", range: byteLimits), "How many bytes of lines, newest kept (250000)", example: "1000000")
    static let interval = Flag(
        "interval", .number(placeholder: "ms", range: 50...600_000),
        "With --follow, how often to look for new lines, in milliseconds (250; through --url 1000)", example: "1000")
    static let plain = Flag("plain", .toggle, "Text without colour, also on a terminal")
    static let since = Flag("since", .age, "Only lines that are not older", example: "15m")
    static let level = Flag(
        "level", .choice(["debug", "info", "notice", "warning", "error", "trace", "warn", "fatal"]),
        "Only lines that matter at least so much", example: "warning")
    static let request = Flag(
        "request", .text(placeholder: "id"), "Only lines about the request with this receipt id", example: "01JCE6T4Y4V4Q1S3BZ0Q2N8G5M")
    static let failed = Flag("failed", .toggle, "Only attempts that failed, warnings and errors")
    static let utc = Flag("utc", .toggle, "Times in UTC")
    static let localTime = Flag("local-time", .toggle, "Times in the machine's zone, which is what is shown otherwise too")
    static let file = Flag(
        "file", .text(placeholder: "path"), "Read this file instead, of OpenClaw's too", example: "/tmp/openclaw/openclaw-2026-03-01.log")
    /// For scripts that were written for OpenClaw.
    static let expectFinal = Flag("expect-final", .toggle, "Means nothing here, and is taken for scripts that were written for OpenClaw")

    static let all: [Flag] =
        [
            follow, limit, maxBytes, interval, plain, since, level, request, failed, localTime, utc, file, expectFinal,
        ] + Flag.connection

    /// - Parameter now: Milliseconds since 1970.
    static func query(_ invocation: Invocation, now: Int64) throws(CommandFailure) -> LogQuery {
        var query = LogQuery()
        query.filter.level = invocation.text(level).flatMap { LogLevel(named: $0) }
        query.filter.failedOnly = invocation.isOn(failed)
        query.filter.request = try invocation.text(request).map(ExplainCommand.readable)
        if let age = invocation.age(since) {
            query.filter.since = now - age.components.seconds * 1000
            // A time that somebody names is wanted whole; --limit and --max-bytes still count where they are given.
            (query.limit, query.maxBytes) = (limits.upperBound, byteLimits.upperBound)
        }
        if query.filter.request != nil { (query.limit, query.maxBytes) = (10_000, 64 << 20) }
        if let limit = invocation.number(limit) { query.limit = limit }
        if let bytes = invocation.number(maxBytes) { query.maxBytes = bytes }
        return query
    }
}
