// SPDX-License-Identifier: Apache-2.0

/// One log line before it has a form.
public struct LogRecord: Sendable {
    /// Milliseconds since 1970-01-01 00:00:00 UTC.
    public var milliseconds: Int64
    public var level: LogLevel
    /// The part of the gateway that speaks, such as `store`.
    public var label: StaticString
    /// A constant sentence, so that lines of one kind are found by it.
    public var message: StaticString
    /// The receipt id of the request that it is about.
    public var request: String?
    public var fields: LogFields
    /// What programs want to know beyond that: written where lines are JSON, left out where people read them.
    public var details: LogFields

    public init(
        milliseconds: Int64, level: LogLevel, label: StaticString, message: StaticString, request: String? = nil, fields: LogFields = [:],
        details: LogFields = [:]
    ) {
        self.milliseconds = milliseconds
        self.level = level
        self.label = label
        self.message = message
        self.request = request
        self.fields = fields
        self.details = details
    }
}

/// Where log lines go.
public protocol LogSink: Sendable {
    /// Takes a line that is to be kept. Called on any thread, also on an event loop: it must not block.
    func write(_ record: LogRecord)
}
