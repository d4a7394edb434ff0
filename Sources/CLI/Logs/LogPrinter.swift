// SPDX-License-Identifier: Apache-2.0
import JSON
import Telemetry

/// Shows lines of a log: `HH:MM:SS level subsystem message fields`, or a JSON object each.
struct LogPrinter {
    let output: Output
    let isUTC: Bool
    /// The day that the last line was of, `2026-11-21`.
    private var day: String

    /// - Parameter now: Milliseconds since 1970; lines of that day need no date.
    init(output: Output, isUTC: Bool, now: Int64) {
        self.output = output
        self.isUTC = isUTC
        day = String(Self.clock(now, isUTC: isUTC).prefix(10))
    }

    /// `2026-11-21 02:04:05`
    private static func clock(_ milliseconds: Int64, isUTC: Bool) -> String {
        guard isUTC else { return HostFacts.localTime(milliseconds: milliseconds) }
        let text = LogTime.text(milliseconds: milliseconds)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }

    mutating func show(_ lines: [[UInt8]]) {
        guard !lines.isEmpty else { return }
        if output.wantsJSON {
            var bytes: [UInt8] = []
            for line in lines { bytes += JSONWriter.compact(Self.json(line)) + [0x0A] }
            output.lines(bytes)
        } else {
            output.text(lines.flatMap { text($0) }.joined(separator: "\n"))
        }
    }

    /// A remark about what is not shown: on standard error, or an object of its own.
    func notice(_ text: String) {
        output.wantsJSON ? object(["type": "notice", "message": .string(text)]) : output.note(text)
    }

    /// One line for a report, with its date.
    static func line(_ bytes: [UInt8]) -> String {
        guard let line = LogLine(bytes[...]) else { return SafeText.line(String(decoding: bytes, as: UTF8.self)) }
        let fields = line.fields.members.map { "\(SafeText.line($0.key))=\(value($0.value))" }
        return
            ([
                line.milliseconds.map { clock($0, isUTC: false) } ?? "", line.level?.rawValue ?? "", SafeText.line(line.subsystem),
                SafeText.line(line.message),
            ] + fields + (line.request.map { ["request=\(SafeText.line($0))"] } ?? [])).filter { !$0.isEmpty }.joined(separator: " ")
    }

    func meta(_ page: LogPage) {
        guard output.wantsJSON else { return }
        object([
            "type": "meta", "file": .string(page.file), "cursor": .string(page.cursor.text), "size": .number(JSONNumber(page.size)),
        ])
    }

    private func object(_ value: JSONValue) { output.lines(JSONWriter.compact(value) + [0x0A]) }

    // MARK: One line

    /// With the day in a line of its own where it is another than the line's before.
    private mutating func text(_ bytes: [UInt8]) -> [String] {
        guard let line = LogLine(bytes[...]) else { return [SafeText.line(String(decoding: bytes, as: UTF8.self))] }
        var lines: [String] = []
        var parts: [String] = []
        if let milliseconds = line.milliseconds {
            let clock = Self.clock(milliseconds, isUTC: isUTC)
            if clock.prefix(10) != day {
                day = String(clock.prefix(10))
                lines.append(output.paint("— \(day)", .faint))
            }
            parts.append(output.paint(String(clock.dropFirst(11)), .faint))
        }
        if let level = line.level { parts.append(output.paint(TextWidth.pad(level.rawValue, to: 7), Self.style(level))) }
        if !line.subsystem.isEmpty { parts.append(output.paint(SafeText.line(line.subsystem), .faint)) }
        parts.append(SafeText.line(line.message))
        for member in line.fields.members { parts.append("\(SafeText.line(member.key))=\(Self.value(member.value))") }
        if let request = line.request { parts.append(output.paint("request=\(SafeText.line(request))", .faint)) }
        lines.append(parts.joined(separator: " "))
        return lines
    }

    private static func style(_ level: LogLevel) -> Style {
        switch level {
        case .debug: .faint
        case .info, .notice: .plain
        case .warning: .warning
        case .error: .bad
        }
    }

    /// A word as it is, anything else as JSON.
    private static func value(_ value: JSONValue) -> String {
        if let text = value.string, !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") }) {
            return SafeText.line(text)
        }
        return SafeText.line(String(decoding: JSONWriter.compact(value), as: UTF8.self))
    }

    private static func json(_ bytes: [UInt8]) -> JSONValue {
        guard let line = LogLine(bytes[...]) else { return ["type": "raw", "line": .string(String(decoding: bytes, as: UTF8.self))] }
        var object: JSONObject = ["type": "log"]
        object["time"] = line.milliseconds.map { .string(LogTime.text(milliseconds: $0)) }
        object["level"] = line.level.map { .string($0.rawValue) }
        object["subsystem"] = .string(line.subsystem)
        object["message"] = .string(line.message)
        object["request"] = line.request.map { .string($0) }
        object["fields"] = .object(line.fields)
        if let event = line.details["event"] {
            object["event"] = event
            object["details"] = .object(line.details)
        }
        return .object(object)
    }
}
