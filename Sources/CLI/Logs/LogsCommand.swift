// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// `understudy logs`: the log's end, and what comes.
struct LogsCommand {
    private let source: LogSource
    private let query: LogQuery
    private let invocation: Invocation
    private let output: Output
    private var printer: LogPrinter

    private init(_ context: CommandContext) throws(CommandFailure) {
        let now = HostFacts.nowMilliseconds()
        invocation = context.invocation
        source = try LogSource.find(for: context)
        query = try LogsFlags.query(invocation, now: now)
        var output = context.output
        if invocation.isOn(LogsFlags.plain) { output.terminal.colour = false }
        self.output = output
        printer = LogPrinter(output: output, isUTC: invocation.isOn(LogsFlags.utc), now: now)
    }

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        var command = try LogsCommand(context)
        return try await command.run()
    }

    private mutating func run() async throws(CommandFailure) -> ExitStatus {
        let follows = invocation.isOn(LogsFlags.follow)
        if case .files(let reader) = source, isWholeSpan {
            let (cursor, isEmpty) = showSpan(of: reader)
            if isEmpty, !follows { printer.notice(nothing(reader.tail(LogQuery(limit: 1)))) }
            return follows ? try await follow(cursor) : .fine
        }
        let page = try source.tail(query)
        printer.meta(page)
        if let omitted = page.omitted { printer.notice(left(omitted)) }
        printer.show(page.lines)
        if page.lines.isEmpty, page.omitted == nil, !follows { printer.notice(nothing(page)) }
        return follows ? try await follow(page.cursor) : .fine
    }

    /// All lines of a span of time are wanted, however many there are.
    private var isWholeSpan: Bool {
        query.filter.since != nil && query.filter.request == nil && invocation.number(LogsFlags.limit) == nil
            && invocation.number(LogsFlags.maxBytes) == nil
    }

    /// Shows it page by page from its begin, so that its size does not matter.
    ///
    /// - Returns: Where the next lines are, and whether there was none.
    private mutating func showSpan(of reader: LogReader) -> (LogCursor, isEmpty: Bool) {
        printer.meta(reader.tail(LogQuery(limit: 1)))
        var cursor = reader.start(of: query.filter)
        var isEmpty = true
        var hasMore = true
        while hasMore, !output.sink.hasNoReader {
            let page = reader.lines(after: cursor, paged)
            tell(page.reset)
            printer.show(page.lines)
            if !page.lines.isEmpty { isEmpty = false }
            (cursor, hasMore) = (page.cursor, page.hasMore)
        }
        return (cursor, isEmpty)
    }

    /// What comes is shown whole, in as many pages as it takes.
    private var paged: LogQuery {
        var all = query
        (all.limit, all.maxBytes) = (5000, 1 << 20)
        return all
    }

    private func tell(_ reset: LogPage.Reset?) {
        switch reset {
        case .rotated: printer.notice("Log cursor reset (file rotated): lines may be missing here; the file that was read is gone.")
        case .truncated: printer.notice("Log cursor reset (file truncated): somebody cut it off; it is read from its begin.")
        case nil: break
        }
    }

    /// Ends with the process, or with whoever reads.
    private mutating func follow(_ start: LogCursor) async throws(CommandFailure) -> ExitStatus {
        let usual = if case .gateway = source { 1000 } else { 250 }
        let pause = Duration.milliseconds(invocation.number(LogsFlags.interval) ?? usual)
        var cursor = start
        var isAway = false
        while !output.sink.hasNoReader {
            let page: LogPage
            do throws(CommandFailure) {
                page = try source.lines(after: cursor, paged)
            } catch {
                // A gateway that is started again goes on with the same file.
                guard error.status == .unreachable else { throw error }
                if !isAway { printer.notice("The gateway does not answer; waiting for it. (\(error.message))") }
                isAway = true
                try? await Task.sleep(for: pause)
                continue
            }
            if isAway {
                printer.notice("The gateway answers again.")
                isAway = false
            }
            tell(page.reset)
            printer.show(page.lines)
            cursor = page.cursor
            if !page.hasMore { try? await Task.sleep(for: pause) }
        }
        return .fine
    }

    private func left(_ omitted: LogPage.Omission) -> String { Self.left(omitted, query, most: source.most) }

    /// What is left out, and how it is seen all the same.
    ///
    /// - Parameter most: What can be asked for at once.
    static func left(_ omitted: LogPage.Omission, _ query: LogQuery, most: (lines: Int, bytes: Int)) -> String {
        let bytes = "\(omitted.bytes) bytes of older lines"
        let narrower = "no more is given at once; --since, --level, --failed or --request <id> ask for less"
        let elsewhere = "on the gateway's own machine, this command without --url"
        let isAway = most.lines < LogsFlags.limits.upperBound
        switch omitted.cause {
        case .limit where query.limit >= most.lines:
            return "Older lines are left out (\(bytes)): \(narrower)" + (isAway ? ", and \(elsewhere) shows them." : ".")
        case .limit:
            let all = isAway ? "" : ", --since 1h all of the last hour"
            return "Older lines are left out (\(bytes)): --limit \(min(query.limit * 10, most.lines)) shows more\(all)."
        case .maxBytes where query.maxBytes >= most.bytes:
            return "Log tail truncated: \(bytes) are left out; \(narrower)" + (isAway ? ", and \(elsewhere) shows them." : ".")
        case .maxBytes:
            let more = min(query.maxBytes * 10, most.bytes)
            return "Log tail truncated (increase --max-bytes): \(bytes) are left out; --max-bytes \(more) shows more."
        case .scan: return "Older lines were not looked through (\(bytes)): \(elsewhere) looks at all."
        }
    }

    private func nothing(_ page: LogPage) -> String {
        if page.cursor == .start {
            return "There is no log at \(page.file) yet. A gateway writes it when it starts: understudy gateway run"
        }
        return query.filter.takesAll && query.filter.since == nil ? "The log is empty." : "No line fits."
    }
}

extension Command {
    static let logs = Command(
        words: ["logs"], summary: "Show the gateway's log, and follow it",
        discussion: [
            "Reads the log's files on this machine, also when no gateway runs or it hangs; with --url, asks the gateway there. Lines that were left out are "
                + "said on standard error, with the flag that shows them. Following goes on when the file is put aside or cut off, and when the gateway "
                + "starts again.",
            "A line is the time, the level, who speaks, a sentence, and the facts behind it. With --json each is an object: type meta (file, cursor, "
                + "size) first, then log, raw (what is no line of the log) and notice (what is missing). The facts of events, such as "
                + "model_fallback_decision, are in details; docs/logging.md names them.",
        ],
        flags: LogsFlags.all,
        examples: [
            Example("understudy logs --follow", "What happens."),
            Example("understudy logs --failed --since 1h", "What went wrong in the last hour."),
            Example("understudy logs --request 01JCE6T4Y4V4Q1S3BZ0Q2N8G5M", "All about one request; understudy explain tells more."),
            Example("understudy logs --json --level notice", "For a program, a line each."),
            Example("understudy logs --url http://10.0.0.5:7100 --follow", "Of a gateway on another machine."),
        ],
        exitCodes: [
            (.fine, "shown, also where there was nothing to show"), (.failed, "there is no log file, or the gateway refused"),
            (.unreachable, "the gateway at --url cannot be reached"),
        ],
        run: { context throws(CommandFailure) in try await LogsCommand.run(context) })
}

extension CommandList {
    static let logs = CommandList(commands: [.logs], groups: [])
}
