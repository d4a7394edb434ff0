// SPDX-License-Identifier: Apache-2.0

/// What programs that read OpenClaw's log look for, beside our own members (docs/logging.md): its lines are objects of the tslog library.
///
/// `0` is the subsystem as JSON in a string, `1` the message or, where the line tells of an event, the event's facts with the message in
/// `2`; `_meta` has the level in capitals, the time, and the subsystem once more.
extension LogFormat {
    static func appendOpenClaw(_ record: LogRecord, _ output: inout [UInt8]) {
        let subsystem = "{\"subsystem\":\"\(record.label)\"}"
        append(#","0":"#, &output)
        LogText.quote(subsystem, into: &output)
        if record.details.isEmpty {
            append(#","1":"#, &output)
        } else {
            append(#","1":{"#, &output)
            var facts: [UInt8] = []
            for field in record.details.fields { append(field, &facts) }
            output.append(contentsOf: facts.dropFirst())
            append(#"},"2":"#, &output)
        }
        LogText.quote(record.message.description, into: &output)
        append(#","_meta":{"logLevelName":""#, &output)
        output.append(contentsOf: name(of: record.level).utf8)
        append(#"","date":""#, &output)
        LogTime.append(milliseconds: record.milliseconds, to: &output)
        append(#"","name":"#, &output)
        LogText.quote(subsystem, into: &output)
        output.append(UInt8(ascii: "}"))
    }

    /// OpenClaw has no `notice`.
    private static func name(of level: LogLevel) -> String {
        switch level {
        case .debug: "DEBUG"
        case .info, .notice: "INFO"
        case .warning: "WARN"
        case .error: "ERROR"
        }
    }
}
