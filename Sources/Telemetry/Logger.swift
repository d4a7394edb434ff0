// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Writes log lines: a constant sentence, with the facts as fields.
///
/// A value; `with` makes one that says more on each of its lines. A line below the level costs one comparison: its fields are
/// never made.
public struct Logger: Sendable {
    /// What a logger and all that are made from it share.
    private final class Shared: Sendable {
        let sink: any LogSink
        let clock: @Sendable () -> Int64
        let rank: Atomic<UInt8>

        init(sink: any LogSink, clock: @escaping @Sendable () -> Int64, rank: UInt8) {
            self.sink = sink
            self.clock = clock
            self.rank = Atomic(rank)
        }
    }

    private let shared: Shared
    private var label: StaticString
    private var request: String?
    private var fields: LogFields

    /// - Parameters:
    ///   - label: The part of the gateway that speaks, such as `store`.
    ///   - level: Lines below it are not written.
    ///   - fields: On every line, before its own.
    ///   - clock: Milliseconds since 1970.
    public init(
        label: StaticString, sink: any LogSink, level: LogLevel = .info, fields: LogFields = [:],
        clock: @escaping @Sendable () -> Int64 = LogTime.now
    ) {
        shared = Shared(sink: sink, clock: clock, rank: level.rank)
        self.label = label
        self.fields = fields
    }

    /// Writes nothing.
    public static let silent = Logger(label: "", sink: NoSink(), level: .error)

    private struct NoSink: LogSink {
        func write(_ record: LogRecord) {}
    }

    // MARK: More on each line

    /// The same logger for one request: its receipt id stands on each line.
    public func with(request: String) -> Logger {
        var logger = self
        logger.request = request
        return logger
    }

    public func with(label: StaticString) -> Logger {
        var logger = self
        logger.label = label
        return logger
    }

    public func with(_ fields: LogFields) -> Logger {
        var logger = self
        logger.fields = self.fields.merging(fields)
        return logger
    }

    /// Changes the level of this logger and of all that share its origin, at once and on all threads.
    public func setLevel(_ level: LogLevel) { shared.rank.store(level.rank, ordering: .relaxed) }

    /// Whether a line of this level would be written.
    public func isEnabled(_ level: LogLevel) -> Bool { level.rank >= shared.rank.load(ordering: .relaxed) }

    // MARK: Lines

    public func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) { log(.debug, message, fields) }
    public func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) { log(.info, message, fields) }
    public func notice(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) { log(.notice, message, fields) }
    public func warning(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) { log(.warning, message, fields) }
    public func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) { log(.error, message, fields) }

    /// A line with more for programs than people want to read.
    public func event(
        _ level: LogLevel, _ message: StaticString, _ fields: @autoclosure () -> LogFields, details: @autoclosure () -> LogFields
    ) {
        guard isEnabled(level) else { return }
        shared.sink.write(
            LogRecord(
                milliseconds: shared.clock(), level: level, label: label, message: message, request: request,
                fields: self.fields.merging(fields()), details: details()))
    }

    private func log(_ level: LogLevel, _ message: StaticString, _ fields: () -> LogFields) {
        guard isEnabled(level) else { return }
        shared.sink.write(
            LogRecord(
                milliseconds: shared.clock(), level: level, label: label, message: message, request: request,
                fields: self.fields.merging(fields())))
    }
}
