// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Telemetry
import Testing

@Suite struct `Reading a log` {
    private static func line(_ number: Int, _ level: String = "info", request: String? = nil) -> String {
        let time = LogTime.text(milliseconds: 1_795_226_645_000 + Int64(number) * 1000)
        let about = request.map { #","request":"\#($0)""# } ?? ""
        return #"{"time":"\#(time)","level":"\#(level)","label":"test","message":"Said"\#(about),"n":\#(number)}"#
    }

    private static func text(_ numbers: some Sequence<Int>) -> String { numbers.map { line($0) + "\n" }.joined() }

    /// The numbers that the lines hold.
    private func numbers(_ page: LogPage) -> [Int] {
        page.lines.compactMap { LogLine($0[...])?.fields["n"]?.int }
    }

    private func append(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(write(descriptor, text, text.utf8.count) == text.utf8.count)
    }

    // MARK: The end

    @Test(arguments: [(0, 5), (1, 5), (5, 5), (6, 5), (3000, 200)])
    func `gives the newest lines, however many there are`(count: Int, limit: Int) throws {
        let folder = try TemporaryFolder()
        try folder.put("log", Self.text(0..<count), mode: 0o600)
        let page = LogReader(path: folder.path("log")).tail(LogQuery(limit: limit))
        #expect(numbers(page) == Array(max(0, count - limit)..<count))
        let left = Self.text(0..<max(0, count - limit)).utf8.count
        #expect(page.omitted == (left == 0 ? nil : LogPage.Omission(cause: .limit, bytes: left)))
    }

    @Test func `gives lines longer than what is read at once, and stops at so many bytes`() throws {
        let folder = try TemporaryFolder()
        let lines = [10, 200_000, 65_535, 65_536, 65_537, 3, 70_000].map { String(repeating: "x", count: $0) }
        try folder.put("log", lines.map { $0 + "\n" }.joined(), mode: 0o600)
        let reader = LogReader(path: folder.path("log"))
        let all = reader.tail(LogQuery(maxBytes: 1 << 20))
        #expect(all.lines.map(\.count) == lines.map(\.utf8.count) && all.omitted == nil)
        let some = reader.tail(LogQuery(maxBytes: 140_000))
        #expect(some.lines.map(\.count) == [65_537, 3, 70_000] && some.omitted?.cause == .maxBytes)
        #expect(some.omitted?.bytes == lines[..<4].reduce(0) { $0 + $1.utf8.count + 1 })
        // One line is given, whatever it takes.
        #expect(reader.tail(LogQuery(maxBytes: 1)).lines.map(\.count) == [70_000])
    }

    @Test func `goes on in what was put aside`() throws {
        let folder = try TemporaryFolder()
        try folder.put("log.2", Self.text(0..<10), mode: 0o600)
        try folder.put("log.1", Self.text(10..<20), mode: 0o600)
        try folder.put("log", Self.text(20..<25), mode: 0o600)
        let reader = LogReader(path: folder.path("log"))
        #expect(numbers(reader.tail(LogQuery(limit: 12))) == Array(13..<25))
        #expect(numbers(reader.tail(LogQuery())) == Array(0..<25))
        let since = LogFilter(since: LogTime.milliseconds("2026-11-21T02:04:17Z".utf8))
        #expect(numbers(reader.tail(LogQuery(filter: since))) == Array(12..<25))
    }

    @Test(arguments: [-5, 0, 3, 10, 12, 20, 24, 25, 99])
    func `gives a span of time page by page, in every file that holds some of it`(first: Int) throws {
        let folder = try TemporaryFolder()
        try folder.put("log.2", Self.text(0..<10), mode: 0o600)
        try folder.put("log.1", "no time\n" + Self.text(10..<20), mode: 0o600)
        try folder.put("log", Self.text(20..<25) + "half a line", mode: 0o600)
        let reader = LogReader(path: folder.path("log"))
        let filter = LogFilter(since: 1_795_226_645_000 + Int64(first) * 1000)
        var cursor = reader.start(of: filter)
        var found: [Int] = []
        for _ in 0..<100 {
            let page = reader.lines(after: cursor, LogQuery(filter: filter, limit: 7))
            #expect(page.lines.count <= 7 && page.reset == nil)
            found += numbers(page)
            cursor = page.cursor
            if !page.hasMore { break }
        }
        #expect(found == Array(max(0, first)..<max(25, first)).filter { $0 < 25 })
        #expect(found == numbers(reader.tail(LogQuery(filter: filter))))
        try append(" and its rest\n" + Self.line(30) + "\n", to: folder.path("log"))
        #expect(numbers(reader.lines(after: cursor, LogQuery())) == [30], "what comes is behind it")
    }

    @Test func `finds what is asked for, and tells when it has not looked at all`() throws {
        let folder = try TemporaryFolder()
        let text = (0..<100).map { number in
            switch number {
            case 7: Self.line(number, "notice", request: "01AB")
            case 40: Self.line(number, "error", request: "01CD")
            case 41: Self.line(number).dropLast() + #","decision":"candidate_failed"}"#
            default: Self.line(number)
            }
        }.map { $0 + "\n" }.joined()
        try folder.put("log", text + "not JSON at all\n", mode: 0o600)
        let reader = LogReader(path: folder.path("log"))
        #expect(numbers(reader.tail(LogQuery(filter: LogFilter(request: "01AB")))) == [7])
        #expect(numbers(reader.tail(LogQuery(filter: LogFilter(level: .notice)))) == [7, 40])
        #expect(numbers(reader.tail(LogQuery(filter: LogFilter(failedOnly: true)))) == [40, 41])
        #expect(reader.tail(LogQuery(filter: LogFilter(request: "01A"))).lines.isEmpty)
        let short = reader.tail(LogQuery(filter: LogFilter(request: "01AB"), scanBytes: 1000))
        #expect(short.lines.isEmpty && short.omitted?.cause == .scan)
        #expect(reader.tail(LogQuery()).lines.last == Array("not JSON at all".utf8))
    }

    // MARK: Following

    @Test func `gives whole lines as they come, once each`() throws {
        let folder = try TemporaryFolder()
        let reader = LogReader(path: folder.path("log"))
        var cursor = reader.tail(LogQuery()).cursor
        #expect(cursor == .start && reader.lines(after: cursor, LogQuery()).lines.isEmpty)
        try append(Self.text(0..<2) + String(Self.line(2).prefix(20)), to: folder.path("log"))
        var page = reader.lines(after: cursor, LogQuery())
        #expect(numbers(page) == [0, 1] && page.reset == nil)
        cursor = try #require(LogCursor(page.cursor.text))
        #expect(cursor == page.cursor && reader.lines(after: cursor, LogQuery()).lines.isEmpty)
        try append(String(Self.line(2).dropFirst(20)) + "\n", to: folder.path("log"))
        page = reader.lines(after: cursor, LogQuery())
        #expect(numbers(page) == [2] && !page.hasMore)
    }

    @Test func `loses nothing while the writer puts files aside`() throws {
        let folder = try TemporaryFolder()
        let writer = LogWriter([.file(folder.path("log"), .json, maxBytes: 700, archives: 6)])
        let log = Logger(label: "test", sink: writer)
        let reader = LogReader(path: folder.path("log"))
        var cursor = LogCursor.start
        var seen: [Int] = []
        for number in 0..<200 {
            log.info("Said", ["n": .int(number)])
            guard number % 9 == 0 else { continue }
            #expect(writer.flush(within: .seconds(30)))
            var page = reader.lines(after: cursor, LogQuery(limit: 4))
            seen += numbers(page)
            #expect(page.reset == nil)
            while page.hasMore {
                page = reader.lines(after: page.cursor, LogQuery(limit: 4))
                seen += numbers(page)
                #expect(page.reset == nil)
            }
            cursor = page.cursor
        }
        #expect(writer.close(within: .seconds(30)))
        seen += numbers(reader.lines(after: cursor, LogQuery()))
        #expect(seen == Array(0..<200))
    }

    @Test func `says when lines may be missing`() throws {
        let folder = try TemporaryFolder()
        try folder.put("log", Self.text(0..<10), mode: 0o600)
        let reader = LogReader(path: folder.path("log"))
        let cursor = reader.tail(LogQuery()).cursor
        #expect(truncate(folder.path("log"), 0) == 0)
        try append(Self.text(10..<12), to: folder.path("log"))
        let cut = reader.lines(after: cursor, LogQuery())
        #expect(cut.reset == .truncated && numbers(cut) == [10, 11])
        unlink(folder.path("log"))
        try append(Self.text(11..<14), to: folder.path("log"))
        let gone = reader.lines(after: cut.cursor, LogQuery())
        #expect(gone.reset == .rotated && numbers(gone).suffix(2) == [12, 13])
        #expect(reader.lines(after: gone.cursor, LogQuery()).reset == nil)
    }

    @Test(arguments: ["", "x", "1.2.3", "1.2.3.4.5", "-1.0.0.0", "1.-2.3.4", "1.2.3.fffffffffffffffff", " 1.2.3.4"])
    func `takes no cursor that it did not give`(text: String) { #expect(LogCursor(text) == nil) }

    // MARK: Lines

    @Test func `reads its own lines, and OpenClaw's`() throws {
        var bytes: [UInt8] = []
        let record = LogRecord(
            milliseconds: 1_795_226_645_678, level: .warning, label: "model-fallback", message: "Attempt failed", request: "01AB",
            fields: ["model": "a/b"], details: ["event": "model_fallback_decision", "attempt": 1, "previousAttempts": .texts(["x", "y"])])
        LogFormat.openClaw.append(record, to: &bytes)
        let line = try #require(LogLine(bytes[...]))
        #expect(line.milliseconds == 1_795_226_645_678 && line.level == .warning && line.subsystem == "model-fallback")
        #expect(line.message == "Attempt failed" && line.request == "01AB" && line.fields.keys == ["model"])
        #expect(line.details["event"]?.string == "model_fallback_decision" && line.details["previousAttempts"]?.array?.count == 2)
        let theirs =
            #"{"0":"{\"subsystem\":\"diagnostic\"}","1":"lane task error: lane=main","_meta":{"logLevelName":"ERROR","#
            + #""date":"2026-03-01T22:31:16.000Z"},"time":"2026-03-01T23:31:16.000+01:00"}"#
        let read = try #require(LogLine(Array(theirs.utf8)[...]))
        #expect(read.level == .error && read.subsystem == "diagnostic" && read.message == "lane task error: lane=main")
        #expect(read.milliseconds == LogTime.milliseconds("2026-03-01T22:31:16Z".utf8))
    }

    @Test(
        arguments: [
            ("2026-11-21T02:04:05.678Z", 1_795_226_645_678), ("2026-11-21T02:04:05Z", 1_795_226_645_000),
            ("2026-11-21T04:04:05.6+02:00", 1_795_226_645_600), ("2026-11-20T21:34:05.678901-0430", 1_795_226_645_678),
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T00:00:00Z", 951_782_400_000), ("1969-12-31T23:59:59.999Z", -1),
        ] as [(String, Int64)])
    func `reads times as programs write them`(text: String, milliseconds: Int64) {
        #expect(LogTime.milliseconds(text.utf8) == milliseconds)
    }

    @Test(arguments: ["", "2026", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00X", "2026-01-01T00:00:00.Z", "x"])
    func `takes nothing else for a time`(text: String) { #expect(LogTime.milliseconds(text.utf8) == nil) }
}
