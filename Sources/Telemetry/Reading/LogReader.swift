// SPDX-License-Identifier: Apache-2.0

/// Reads a log and what was put aside of it. Each call opens the files anew and blocks until they are read.
public struct LogReader: Sendable {
    /// Of the newest file; the others are `path.1`, `path.2` and so on, the higher the older.
    public let path: String

    public init(path: String) { self.path = path }

    /// A longer line is given as its last bytes.
    static let longestLine = 1 << 20
    static let block = 64 << 10
    private static let mostArchives = 128
    /// File systems take their times from a clock that ticks more slowly than the one of lines: milliseconds.
    private static let clockSlack: Int64 = 2000

    /// The files that are there, newest first. While they are put aside one of the names may be free, and another name two files'.
    func files() -> [LogBytes] {
        var files: [LogBytes] = []
        var missing = 0
        if let newest = LogBytes(path: path) { files.append(newest) }
        for number in 1...Self.mostArchives {
            guard missing < 2 else { break }
            if let file = LogBytes(path: "\(path).\(number)") {
                if !files.contains(where: { $0.file == file.file }) { files.append(file) }
            } else {
                missing += 1
            }
        }
        return files
    }

    /// Whether there is anything to read.
    public var exists: Bool { !files().isEmpty }

    // MARK: The end

    /// The newest lines that fit, found from the end: the size of the log does not matter.
    public func tail(_ query: LogQuery) -> LogPage {
        let files = files()
        let newest = files.first.flatMap { $0.path == path ? $0 : nil }
        var page = LogPage(file: path, size: newest?.size ?? 0, cursor: .start)
        var found: [[UInt8]] = []
        var bytes = 0
        var looked = 0
        var isFirst = true
        for (index, file) in files.enumerated() {
            let older = files[(index + 1)...].reduce(0) { $0 + $1.size }
            var end = BackwardLines(file)
            if isFirst {
                // What has no line feed yet is the next page's.
                page.cursor = LogCursor(file, offset: end.wholeEnd, time: 0)
                isFirst = false
            }
            while let (start, line) = end.next() {
                if page.cursor.time == 0 { page.cursor.time = LogLine.time(in: line[...]) ?? 0 }
                if query.filter.isBefore(line[...]) { return finished(page, found) }
                looked += line.count + 1
                if query.filter.takes(line[...]) {
                    let cause: LogPage.Omission.Cause? =
                        found.count == query.limit ? .limit : !found.isEmpty && bytes + line.count > query.maxBytes ? .maxBytes : nil
                    if let cause {
                        page.omitted = LogPage.Omission(cause: cause, bytes: start + line.count + 1 + older)
                        return finished(page, found)
                    }
                    found.append(line)
                    bytes += line.count + 1
                }
                if let most = query.scanBytes, looked > most, start + older > 0 {
                    page.omitted = LogPage.Omission(cause: .scan, bytes: start + older)
                    return finished(page, found)
                }
            }
        }
        return finished(page, found)
    }

    private func finished(_ page: LogPage, _ found: [[UInt8]]) -> LogPage {
        var page = page
        page.lines = found.reversed()
        return page
    }

    /// Where the oldest line begins that is not older than `filter` wants: `lines(after:)` goes on from there. Found from the end, as `tail`
    /// finds it, and nothing is kept, however much there is.
    public func start(of filter: LogFilter) -> LogCursor {
        let files = files()
        var start = files.first.map { LogCursor($0, offset: BackwardLines($0).wholeEnd, time: 0) } ?? .start
        for file in files {
            var end = BackwardLines(file)
            var oldest: Int?
            var isOver = false
            while !isOver, let (place, line) = end.next() {
                isOver = filter.isBefore(line[...])
                if !isOver { oldest = place }
            }
            if let oldest { start = LogCursor(file, offset: oldest, time: 0) }
            if isOver { break }
        }
        return start
    }

    // MARK: What came since

    /// The lines behind `cursor` that fit, through every file that was begun since.
    public func lines(after cursor: LogCursor, _ query: LogQuery) -> LogPage {
        let files = files()
        var page = LogPage(file: path, size: files.first?.size ?? 0, cursor: cursor)
        var place = files.firstIndex { cursor.isOf($0) }
        var offset = cursor.offset
        var skipsBefore: Int64 = 0
        if let found = place, files[found].size < offset {
            page.reset = .truncated
            offset = 0
        } else if place == nil, cursor != .start {
            // What is kept is newer than what is gone, but for files that somebody has put there.
            page.reset = .rotated
            (place, offset, skipsBefore) = (files.lastIndex { $0.changedAt >= cursor.time - Self.clockSlack }, 0, cursor.time)
        } else if place == nil {
            (place, offset) = (files.indices.last, 0)
        }
        guard var index = place else { return page }
        var bytes = 0
        var looked = 0
        while true {
            let file = files[index]
            var time = page.cursor.time
            var forward = ForwardLines(file, from: offset, isWhole: index > 0)
            while let line = forward.next() {
                looked += line.count + 1
                let said = LogLine.time(in: line[...])
                if let said { time = said }
                if said.map({ $0 >= skipsBefore }) ?? true, !query.filter.isBefore(line[...]), query.filter.takes(line[...]) {
                    page.lines.append(line)
                    bytes += line.count + 1
                }
                if page.lines.count >= query.limit || bytes >= query.maxBytes || looked >= query.scanBytes ?? Int.max {
                    page.cursor = LogCursor(file, offset: forward.offset, time: time)
                    page.hasMore = forward.offset < file.size || index > 0
                    return page
                }
            }
            page.cursor = LogCursor(file, offset: forward.offset, time: time)
            guard index > 0 else { return page }
            index -= 1
            offset = 0
        }
    }
}

extension LogReader {
    /// Runs what blocks on a thread of its own.
    ///
    /// - Returns: `nil` where the system gives no thread.
    public static func offLoop<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let begun = LogThread.start { continuation.resume(returning: body()) }
            if !begun { continuation.resume(returning: nil) }
        }
    }
}
