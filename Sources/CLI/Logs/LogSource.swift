// SPDX-License-Identifier: Apache-2.0
import Gateway
import JSON
import Telemetry

/// Where `understudy logs` reads: this machine's files, or a gateway somewhere.
enum LogSource: Sendable {
    case files(LogReader)
    case gateway(GatewayClient)

    /// With `--url` the gateway there is asked. Without it the files are read, so that a gateway that hangs or has died can be looked at
    /// too: the one that the running gateway says it writes, else the one that the settings name.
    static func find(for context: CommandContext) throws(CommandFailure) -> LogSource {
        let location = ConfigLocation.find(for: context)
        if let file = context.invocation.text(LogsFlags.file) {
            let path = ConfigLocation.absolute(file, home: location.home, workingFolder: HostFacts.workingFolder())
            guard HostFacts.exists(path) else { throw CommandFailure(.failed, "there is no \(SafeText.line(path))") }
            return .files(LogReader(path: path))
        }
        if context.invocation.text(.url) != nil {
            var client = GatewayClient(for: context)
            if context.invocation.number(.timeout) == nil { client.timeout = .seconds(30) }
            return .gateway(client)
        }
        if let running = RunningGateway.find(in: location.stateFolder) {
            guard let file = running.logFile else { throw none("the gateway at \(running.url) writes no log file", location) }
            return .files(LogReader(path: file))
        }
        // A configuration that cannot be read is what somebody may be looking for in the log.
        guard let settings = try? Setup.load(location, environment: context.environment).settings else {
            return .files(LogReader(path: LogPlace.standard(in: location)))
        }
        guard let path = LogPlace.path(settings.logging, in: location) else { throw none("the settings want no log file", location) }
        return .files(LogReader(path: path))
    }

    private static func none(_ what: String, _ location: ConfigLocation) -> CommandFailure {
        CommandFailure(
            .failed, "\(what) (logging.file is none, or logging.level silent)",
            hints: [
                "with a file, this shows it: remove logging.file from \(location.short(location.configPath)), and restart the gateway",
                "what it writes to standard error may be in a journal: journalctl --user -u understudy-gateway",
            ])
    }

    /// As much of the log as can be asked for at once.
    var most: (lines: Int, bytes: Int) {
        switch self {
        case .files: (LogsFlags.limits.upperBound, LogsFlags.byteLimits.upperBound)
        case .gateway: (LogsAPI.mostLines, LogsAPI.mostBytes)
        }
    }

    /// The newest lines.
    func tail(_ query: LogQuery) throws(CommandFailure) -> LogPage {
        switch self {
        case .files(let reader): return reader.tail(query)
        case .gateway(let client): return try Self.ask(client, query, after: nil)
        }
    }

    func lines(after cursor: LogCursor, _ query: LogQuery) throws(CommandFailure) -> LogPage {
        switch self {
        case .files(let reader): return reader.lines(after: cursor, query)
        case .gateway(let client): return try Self.ask(client, query, after: cursor)
        }
    }

    // MARK: Through a gateway

    private static func ask(_ client: GatewayClient, _ query: LogQuery, after cursor: LogCursor?) throws(CommandFailure) -> LogPage {
        var parts = ["limit=\(min(query.limit, LogsAPI.mostLines))", "maxBytes=\(min(query.maxBytes, LogsAPI.mostBytes))"]
        if let cursor { parts.append("cursor=\(cursor.text)") }
        if let level = query.filter.level { parts.append("level=\(level.rawValue)") }
        if let request = query.filter.request { parts.append("request=\(ReceiptsReader.percentEncoded(request))") }
        if query.filter.failedOnly { parts.append("failed=true") }
        if let since = query.filter.since { parts.append("since=\(max(0, since))") }
        do throws(GatewayClient.Trouble) {
            let answer = try client.get("/api/logs?" + parts.joined(separator: "&"), holding: "lines")
            guard let page = read(answer) else { throw .unreadable("its log has no cursor") }
            return page
        } catch {
            throw client.failure(error)
        }
    }

    private static func read(_ answer: JSONValue) -> LogPage? {
        guard let cursor = answer["cursor"]?.string.flatMap({ LogCursor($0) }) else { return nil }
        var page = LogPage(file: answer["file"]?.string ?? "", size: answer["size"]?.int ?? 0, cursor: cursor)
        page.lines = (answer["lines"]?.array ?? []).compactMap { $0.string.map { Array($0.utf8) } }
        page.hasMore = answer["more"]?.bool ?? false
        page.reset = answer["reset_cause"]?.string.flatMap { LogPage.Reset(rawValue: $0) }
        if let cause = answer["omitted"]?["cause"]?.string.flatMap({ LogPage.Omission.Cause(rawValue: $0) }) {
            page.omitted = LogPage.Omission(cause: cause, bytes: answer["omitted"]?["bytes"]?.int ?? 0)
        }
        return page
    }
}
