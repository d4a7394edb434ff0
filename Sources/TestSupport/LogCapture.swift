// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Telemetry

/// Keeps the log lines that a test caused, of all levels.
public final class LogCapture: LogSink {
    public struct Line: Hashable, Sendable {
        public var level: LogLevel
        public var label: String
        public var message: String
        public var request: String?
        public var fields: LogFields

        public init(level: LogLevel, label: String, message: String, request: String? = nil, fields: LogFields = [:]) {
            self.level = level
            self.label = label
            self.message = message
            self.request = request
            self.fields = fields
        }

        /// The value of a field as text.
        public subscript(name: String) -> String? { fields[name]?.description }
    }

    private let kept = Mutex<[LogRecord]>([])

    public init() {}

    public func write(_ record: LogRecord) { kept.withLock { $0.append(record) } }

    /// A logger whose lines are kept here.
    public func logger(label: StaticString = "test", level: LogLevel = .debug) -> Logger { Logger(label: label, sink: self, level: level) }

    /// What was logged up to now, oldest first.
    public var lines: [Line] {
        kept.withLock { $0 }.map { record in
            Line(
                level: record.level, label: record.label.description, message: record.message.description, request: record.request,
                fields: record.fields)
        }
    }

    public var messages: [String] { lines.map(\.message) }

    /// The lines with this message.
    public func lines(_ message: String) -> [Line] { lines.filter { $0.message == message } }

    /// What was logged up to now as it would stand in a log.
    public func text(_ format: LogFormat = .text) -> String {
        var bytes: [UInt8] = []
        for record in kept.withLock({ $0 }) { format.append(record, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
