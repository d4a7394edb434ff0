// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Providers
import Synchronization
import Telemetry
import Transport

/// `GET /api/logs`: the log's newest lines, or those behind a cursor. Files are read on a thread of its own.
public struct LogsAPI {
    /// `nil`: the gateway writes none.
    let file: String?

    /// Of one answer.
    public static let mostLines = 5000
    public static let mostBytes = 10_000_000

    private static let names = ["cursor", "limit", "maxBytes", "level", "request", "failed", "since"]
    /// Bytes that one request has looked through at most.
    private static let scanBytes = 64 << 20
    /// Requests whose files are being read.
    private static let busy = Mutex(0)
    private static let most = 8

    /// Query: `cursor` (a former answer's; without it the newest lines), `limit` (1 to 5000, 200), `maxBytes` (1 to 10 MB, 250000), `level`
    /// (the least important that is wanted), `request` (a receipt's id), `failed`, `since` (milliseconds since 1970).
    func page(_ head: RequestHead) async -> HTTPAnswer {
        let query: APIQuery
        switch APIQuery.read(head, names: Self.names, of: "logs") {
        case .success(let read): query = read
        case .failure(let error): return ErrorReply.answer(error)
        }
        let asked: (LogQuery, LogCursor?)
        switch Self.read(query) {
        case .success(let read): asked = read
        case .failure(let error): return ErrorReply.answer(error)
        }
        guard let file else {
            let message = "This gateway writes no log file (logging.file is none, or the level is silent)."
            return ErrorReply.answer(WireError(status: 404, message: message, code: "no_log_file"))
        }
        let isFree = Self.busy.withLock { count in
            guard count < Self.most else { return false }
            count += 1
            return true
        }
        guard isFree else {
            return Self.busyAnswer("Too many ask for the log at once.")
        }
        defer { Self.busy.withLock { $0 -= 1 } }
        let reader = LogReader(path: file)
        let page = await LogReader.offLoop { asked.1.map { reader.lines(after: $0, asked.0) } ?? reader.tail(asked.0) }
        guard let page else { return Self.busyAnswer("The system gives no thread to read the log on.") }
        return .json(Self.json(page))
    }

    private static func busyAnswer(_ why: String) -> HTTPAnswer {
        ErrorReply.answer(WireError(status: 503, message: why, code: "busy"))
    }

    private static func read(_ query: APIQuery) -> Result<(LogQuery, LogCursor?), WireError> {
        var wanted = LogQuery(scanBytes: scanBytes)
        guard let limit = query.number("limit", in: 1...mostLines, otherwise: 200) else {
            return .failure(APIQuery.wrong("limit", "a whole number from 1 to \(mostLines)"))
        }
        guard let bytes = query.number("maxBytes", in: 1...mostBytes, otherwise: 250_000) else {
            return .failure(APIQuery.wrong("maxBytes", "a whole number from 1 to \(mostBytes)"))
        }
        (wanted.limit, wanted.maxBytes) = (limit, bytes)
        if let text = query["level"] {
            guard let level = LogLevel(named: text) else {
                return .failure(APIQuery.wrong("level", "one of \(LogLevel.allCases.map(\.rawValue).joined(separator: ", "))"))
            }
            wanted.filter.level = level
        }
        guard let failed = query.flag("failed") else { return .failure(APIQuery.wrong("failed", "true or false")) }
        wanted.filter.failedOnly = failed
        wanted.filter.request = query["request"]
        if let text = query["since"] {
            guard let since = Int64(text), since >= 0 else { return .failure(APIQuery.wrong("since", "milliseconds since 1970")) }
            wanted.filter.since = since
        }
        guard let text = query["cursor"] else { return .success((wanted, nil)) }
        guard let cursor = LogCursor(text) else { return .failure(APIQuery.wrong("cursor", "the cursor of a former answer")) }
        return .success((wanted, cursor))
    }

    private static func json(_ page: LogPage) -> JSONValue {
        var object: JSONObject = [
            "file": .string(page.file), "cursor": .string(page.cursor.text), "size": .number(JSONNumber(page.size)),
            "lines": .array(page.lines.map { .string(String(decoding: $0, as: UTF8.self)) }),
            "truncated": .bool(page.omitted != nil), "reset": .bool(page.reset != nil), "more": .bool(page.hasMore),
        ]
        if let omitted = page.omitted {
            object["omitted"] = ["cause": .string(omitted.cause.rawValue), "bytes": .number(JSONNumber(omitted.bytes))]
        }
        if let reset = page.reset { object["reset_cause"] = .string(reset.rawValue) }
        return .object(object)
    }
}
