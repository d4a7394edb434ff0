// SPDX-License-Identifier: Apache-2.0

/// The form of log lines.
///
/// One record is one line in either, whatever its fields hold: what could begin a line, or steer a terminal, is escaped.
public enum LogFormat: String, Hashable, Sendable {
    /// `2026-11-21T02:04:05.678Z notice  relay  Attempt failed  model=openai/gpt-5 status=402 request=01JCE…`
    case text
    /// `{"time":"…","level":"notice","label":"relay","message":"Attempt failed","request":"01JCE…","model":"openai/gpt-5","status":402}`
    case json

    /// Appends the line of `record` and a line feed.
    public func append(_ record: LogRecord, to output: inout [UInt8]) {
        switch self {
        case .text: Self.appendText(record, &output)
        case .json: Self.appendJSON(record, &output)
        }
        output.append(0x0A)
    }

    /// Members that every JSON line has; a field of such a name is written with `_` behind it.
    private static let reserved: Set<String> = ["time", "level", "label", "message", "request"]

    private static func appendJSON(_ record: LogRecord, _ output: inout [UInt8]) {
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
        for field in record.fields.fields {
            output.append(UInt8(ascii: ","))
            LogText.quote(reserved.contains(field.name) ? field.name + "_" : field.name, into: &output)
            output.append(UInt8(ascii: ":"))
            switch field.value {
            case .string(let text): LogText.quote(text, into: &output)
            case .double(let number) where !number.isFinite: LogText.quote(String(number), into: &output)
            case .int, .double, .bool: output.append(contentsOf: field.value.description.utf8)
            }
        }
        output.append(UInt8(ascii: "}"))
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

    private static func append(_ text: StaticString, _ output: inout [UInt8]) {
        text.withUTF8Buffer { output.append(contentsOf: $0) }
    }
}
