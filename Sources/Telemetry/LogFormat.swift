// SPDX-License-Identifier: Apache-2.0

/// The form of log lines.
///
/// One record is one line in either, whatever its fields hold: what could begin a line, or steer a terminal, is escaped.
public enum LogFormat: String, Hashable, Sendable {
    /// `2026-11-21T02:04:05.678Z notice  relay  Attempt failed  model=openai/gpt-5 status=402 request=01JCE…`
    case text
    /// `{"time":"…","level":"notice","label":"relay","message":"Attempt failed","request":"01JCE…","model":"openai/gpt-5","status":402}`
    case json
    /// The same with what programs that read OpenClaw's log look for (`LogFormat+OpenClaw.swift`): the form of files.
    case openClaw = "openclaw"

    /// Appends the line of `record` and a line feed.
    public func append(_ record: LogRecord, to output: inout [UInt8]) {
        switch self {
        case .text: Self.appendText(record, &output)
        case .json:
            Self.appendMembers(record, &output)
            for field in record.details.fields where record.fields[field.name] == nil { Self.append(field, &output) }
            output.append(UInt8(ascii: "}"))
        case .openClaw:
            Self.appendMembers(record, &output)
            Self.appendOpenClaw(record, &output)
            output.append(UInt8(ascii: "}"))
        }
        output.append(0x0A)
    }

    /// Members that a line has beside its fields; a field of such a name is written with `_` behind it.
    private static let reserved: Set<String> = ["time", "level", "label", "message", "request", "0", "1", "2", "_meta"]

    /// The object but for its end.
    private static func appendMembers(_ record: LogRecord, _ output: inout [UInt8]) {
        append(#"{"time":""#, &output)
        LogTime.append(milliseconds: record.milliseconds, to: &output)
        append(#"","level":""#, &output)
        output.append(contentsOf: record.level.rawValue.utf8)
        append(#"","label":"#, &output)
        LogText.quote(record.label.description, into: &output)
        append(#","message":"#, &output)
        LogText.quote(record.message.description, into: &output)
        if let request = record.request {
            append(#","request":"#, &output)
            LogText.quote(request, into: &output)
        }
        for field in record.fields.fields { append(field, &output) }
    }

    /// A comma and the member.
    static func append(_ field: LogFields.Field, _ output: inout [UInt8]) {
        output.append(UInt8(ascii: ","))
        LogText.quote(reserved.contains(field.name) ? field.name + "_" : field.name, into: &output)
        output.append(UInt8(ascii: ":"))
        appendValue(field.value, &output)
    }

    private static func appendValue(_ value: LogValue, _ output: inout [UInt8]) {
        switch value {
        case .string(let text): LogText.quote(text, into: &output)
        case .double(let number) where !number.isFinite: LogText.quote(String(number), into: &output)
        case .int, .double, .bool: output.append(contentsOf: value.description.utf8)
        case .texts(let texts):
            output.append(UInt8(ascii: "["))
            for (index, text) in texts.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                LogText.quote(text, into: &output)
            }
            output.append(UInt8(ascii: "]"))
        }
    }

    private static func appendText(_ record: LogRecord, _ output: inout [UInt8]) {
        LogTime.append(milliseconds: record.milliseconds, to: &output)
        output.append(0x20)
        output.append(contentsOf: record.level.rawValue.utf8)
        for _ in record.level.rawValue.utf8.count..<8 { output.append(0x20) }
        LogText.escape(record.label.description, into: &output)
        append("  ", &output)
        LogText.escape(record.message.description, into: &output)
        var gap: StaticString = "  "
        for field in record.fields.fields {
            append(gap, &output)
            gap = " "
            LogText.bare(field.name, into: &output)
            output.append(UInt8(ascii: "="))
            LogText.bare(field.value.description, into: &output)
        }
        guard let request = record.request else { return }
        append(gap, &output)
        append("request=", &output)
        LogText.bare(request, into: &output)
    }

    static func append(_ text: StaticString, _ output: inout [UInt8]) {
        text.withUTF8Buffer { output.append(contentsOf: $0) }
    }
}
