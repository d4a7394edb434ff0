// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization
import Telemetry
import TestSupport
import Testing

@Suite struct `The log writer` {
    private func logger(_ writer: LogWriter) -> Logger { Logger(label: "test", sink: writer, level: .debug, clock: { 0 }) }

    private func line(_ message: String, _ level: String = "info   ", label: String = "test") -> String {
        "1970-01-01T00:00:00.000Z \(level) \(label)  \(message)\n"
    }

    @Test func `writes every line in order, to each output in its own form`() throws {
        let folder = try TemporaryFolder()
        let writer = LogWriter([.file(folder.path("a.log"), .text), .file(folder.path("b.log"), .json)])
        let log = logger(writer)
        for number in 0..<1000 { log.info("Said", ["n": .int(number)]) }
        #expect(writer.flush(within: .seconds(30)))
        #expect(folder.text("a.log") == (0..<1000).map { line("Said  n=\($0)") }.joined())
        #expect(
            folder.text("b.log").hasPrefix(
                #"{"time":"1970-01-01T00:00:00.000Z","level":"info","label":"test","message":"Said","n":0}"# + "\n"))
        #expect(folder.text("b.log").count { $0 == "\n" } == 1000)
    }

    @Test func `writes what waits before it closes, and nothing later`() throws {
        let folder = try TemporaryFolder()
        let writer = LogWriter([.file(folder.path("log"), .text)])
        logger(writer).info("Before")
        #expect(writer.close(within: .seconds(30)))
        logger(writer).info("After")
        #expect(writer.flush(within: .seconds(30)) && writer.close(within: .seconds(30)))
        #expect(folder.text("log") == line("Before"))
    }

    @Test func `takes lines from many threads`() async throws {
        let folder = try TemporaryFolder()
        let writer = LogWriter([.file(folder.path("log"), .text)])
        let log = logger(writer)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask { for number in 0..<200 { log.with(request: "\(task)").info("Said", ["n": .int(number)]) } }
            }
        }
        #expect(writer.close(within: .seconds(30)))
        let lines = folder.text("log").split(separator: "\n")
        #expect(lines.count == 1600)
        for task in 0..<8 {
            let own = lines.filter { $0.hasSuffix(" request=\(task)") }
            #expect(own == (0..<200).map { line("Said  n=\($0) request=\(task)").dropLast() })
        }
    }

    /// A pipe that nobody reads stops the writer's thread, never the one that logs; once it is read, nothing that was kept is lost
    /// and the rest is counted.
    @Test func `drops what a stopped output leaves no room for, and says how much, where it was`() throws {
        let pipe = try Pipe()
        let writer = LogWriter([LogOutput(.descriptor(pipe.writeEnd), .text)], maxPendingBytes: 10_000, clock: { 0 })
        let log = logger(writer)
        let total = 20_000
        for number in 0..<total { log.info("Said", ["n": .int(number)]) }
        #expect(!writer.flush(within: .milliseconds(1)))
        // Reading lets it go on; each batch may be followed by lines that came while it was being written.
        var text = ""
        while !text.contains("Log lines dropped") { text += pipe.read() }
        #expect(pipe.readAll(until: { writer.flush(within: .milliseconds(1)) }, into: &text))
        log.info("Again")
        #expect(pipe.readAll(until: { writer.close(within: .milliseconds(1)) }, into: &text))

        var lines = text.split(separator: "\n").map { $0 + "\n" }[...]
        #expect(lines.popLast().map(String.init) == line("Again"))
        var next = 0
        var dropped = 0
        for text in lines {
            if let count = text.split(separator: "Log lines dropped  lines=").last.flatMap({ Int($0.dropLast()) }) {
                #expect(text == line("Log lines dropped  lines=\(count)", "warning", label: "log"))
                dropped += count
                next += count
            } else {
                #expect(text == line("Said  n=\(next)"))
                next += 1
            }
        }
        #expect(next == total && dropped > 0)
    }

    @Test func `goes on with the others where one output is stopped`() async throws {
        let folder = try TemporaryFolder()
        let pipe = try Pipe()
        let writer = LogWriter(
            [LogOutput(.descriptor(pipe.writeEnd), .text), .file(folder.path("log"), .text)], maxPendingBytes: 1 << 20, clock: { 0 })
        let log = logger(writer)
        // More than a pipe holds.
        for number in 0..<5000 { log.info("Said", ["n": .int(number)]) }
        let whole = (0..<5000).map { line("Said  n=\($0)") }.joined()
        #expect(await eventually { folder.text("log") == whole })
        #expect(!writer.flush(within: .milliseconds(1)))
        var text = ""
        #expect(pipe.readAll(until: { writer.close(within: .milliseconds(1)) }, into: &text))
        #expect(text == whole, "what was read late is all there")
    }

    @Test func `counts what a broken output refused, and goes on with the others`() throws {
        let folder = try TemporaryFolder()
        let pipe = try Pipe()
        pipe.closeReadEnd()
        let writer = LogWriter(
            [LogOutput(.descriptor(pipe.writeEnd), .text), .file(folder.path("missing/log"), .text), .file(folder.path("log"), .text)],
            clock: { 0 })
        for _ in 0..<3 { logger(writer).info("Said") }
        #expect(writer.flush(within: .seconds(30)))
        #expect(folder.text("log") == line("Said") + line("Said") + line("Said"))
        #expect(mkdir(folder.path("missing"), 0o700) == 0)
        logger(writer).info("Again")
        #expect(writer.flush(within: .seconds(30)))
        #expect(folder.text("missing/log") == line("Log lines dropped  lines=3", "warning", label: "log") + line("Again"))
    }

    // MARK: Files

    @Test func `rotates a file before it grows beyond its size, and keeps so many`() throws {
        let folder = try TemporaryFolder()
        let size = line("Said  n=0").utf8.count
        let writer = LogWriter([.file(folder.path("log"), .text, maxBytes: size * 2 + 1, archives: 2)])
        for number in 0..<9 {
            logger(writer).info("Said", ["n": .int(number)])
            #expect(writer.flush(within: .seconds(30)))
        }
        #expect(folder.text("log") == line("Said  n=8"))
        #expect(folder.text("log.1") == line("Said  n=6") + line("Said  n=7"))
        #expect(folder.text("log.2") == line("Said  n=4") + line("Said  n=5"))
        #expect(!folder.has("log.3"))
        #expect(["log", "log.1", "log.2"].map(folder.mode) == [0o600, 0o600, 0o600])
    }

    @Test func `rotates a file that has become old, also one that it finds`() throws {
        let folder = try TemporaryFolder()
        let clock = Mutex(Int64(1_000_000))
        @Sendable func now() -> Int64 { clock.withLock { $0 } }
        func writer() -> LogWriter {
            LogWriter([LogOutput(.file(path: folder.path("log"), LogRotation(archives: 2, maxAge: 60_000)), .json)], clock: now)
        }
        func say(_ writer: LogWriter, _ number: Int) {
            Logger(label: "test", sink: writer, clock: now).info("Said", ["n": .int(number)])
            #expect(writer.flush(within: .seconds(30)))
        }
        let first = writer()
        say(first, 0)
        clock.withLock { $0 += 59_999 }
        say(first, 1)
        #expect(!folder.has("log.1") && first.close(within: .seconds(30)))
        clock.withLock { $0 += 1 }
        say(writer(), 2)
        #expect(folder.text("log.1").contains(#""n":0"#) && folder.text("log.1").contains(#""n":1"#))
        #expect(folder.text("log").contains(#""n":2"#) && !folder.text("log").contains(#""n":1"#))
    }

    @Test func `deletes what was put aside too long ago`() throws {
        let folder = try TemporaryFolder()
        try folder.put("log.1", "old\n", mode: 0o600)
        let rotation = LogRotation(maxBytes: 60, archives: 2, keepAge: 1000)
        let writer = LogWriter([LogOutput(.file(path: folder.path("log"), rotation), .text)], clock: { LogTime.now() + 3_600_000 })
        for _ in 0..<2 {
            logger(writer).info("Said")
            #expect(writer.flush(within: .seconds(30)))
        }
        #expect(folder.has("log") && !folder.has("log.1") && !folder.has("log.2"))
    }

    @Test func `begins a file again where no archive is wanted`() throws {
        let folder = try TemporaryFolder()
        let writer = LogWriter([.file(folder.path("log"), .text, maxBytes: 60, archives: 0)])
        for number in 0..<3 {
            logger(writer).info("Said", ["n": .int(number)])
            #expect(writer.flush(within: .seconds(30)))
        }
        #expect(folder.text("log") == line("Said  n=2") && !folder.has("log.1"))
    }

    @Test func `goes on with a file that is there, for its owner only`() throws {
        let folder = try TemporaryFolder()
        try folder.put("log", "old\n", mode: 0o644)
        let writer = LogWriter([.file(folder.path("log"), .text)])
        logger(writer).info("New")
        #expect(writer.close(within: .seconds(30)))
        #expect(folder.text("log") == "old\n" + line("New") && folder.mode("log") == 0o600)
    }

    @Test func `begins a new file when somebody has moved the old one away`() throws {
        let folder = try TemporaryFolder()
        let writer = LogWriter([.file(folder.path("log"), .text)])
        logger(writer).info("First")
        #expect(writer.flush(within: .seconds(30)))
        #expect(rename(folder.path("log"), folder.path("moved")) == 0)
        logger(writer).info("Second")
        #expect(writer.flush(within: .seconds(30)))
        #expect(folder.text("moved") == line("First") && folder.text("log") == line("Second"))
    }

    @Test func `does not write into what is no file`() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.path("fifo"), 0o600) == 0)
        #expect(mkdir(folder.path("folder"), 0o700) == 0)
        let writer = LogWriter([.file(folder.path("fifo"), .text), .file(folder.path("folder"), .text)])
        logger(writer).info("Said")
        #expect(writer.close(within: .seconds(30)))
        #expect(folder.has("fifo") && folder.has("folder"))
    }

    @Test func `is text for a terminal and JSON for the rest, unless settings say otherwise`() {
        #expect(LogOutput.standardError(.text).format == .text && LogOutput.standardError(.json).format == .json)
        #expect(LogOutput.standardError().format == (isatty(2) == 1 ? .text : .json))
    }
}
