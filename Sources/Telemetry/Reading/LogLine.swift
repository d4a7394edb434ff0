// SPDX-License-Identifier: Apache-2.0
import JSON

/// One line of a log file, understood: ours, or one of OpenClaw's.
public struct LogLine: Sendable {
    /// Milliseconds since 1970; `nil`: it tells none.
    public var milliseconds: Int64?
    public var level: LogLevel?
    /// The part that speaks, such as `relay`.
    public var subsystem: String
    public var message: String
    /// A receipt's id.
    public var request: String?
    /// What stands behind the message.
    public var fields: JSONObject
    /// What only programs want to know.
    public var details: JSONObject

    /// Members of a line that are not fields.
    private static let own: Set<String> = ["time", "level", "label", "message", "request", "_meta", "0", "1", "2", "3", "4", "5"]

    /// `nil`: it is not an object in JSON.
    public init?(_ line: ArraySlice<UInt8>) {
        guard line.first == UInt8(ascii: "{"), case .object(let object)? = try? JSONValue.parse(Array(line)) else { return nil }
        let meta = object["_meta"]
        let name = (object["0"]?.string ?? meta?["name"]?.string).flatMap { Self.subsystem(in: $0) }
        let said = ["1", "2", "3", "4", "5"].compactMap { object[$0] }
        level = (object["level"]?.string ?? meta?["logLevelName"]?.string).flatMap { LogLevel(named: $0) }
        milliseconds = (object["time"]?.string ?? meta?["date"]?.string).flatMap { LogTime.milliseconds($0.utf8) }
        subsystem = object["label"]?.string ?? name ?? ""
        request = object["request"]?.string
        // Of OpenClaw's, the words are the positions that hold text; what was said before them is an event's facts.
        message =
            object["message"]?.string
            ?? (name == nil ? [object["0"]].compactMap { $0 } + said : said).compactMap(\.string)
            .joined(separator: " ")
        fields = JSONObject()
        for member in object.members where !Self.own.contains(member.key) { fields[member.key] = member.value }
        details = if case .object(let facts)? = object["1"] { facts } else { JSONObject() }
    }

    private static func subsystem(in text: String) -> String? {
        text.hasPrefix("{") ? (try? JSONValue.parse(Array(text.utf8)))?["subsystem"]?.string : nil
    }

    // MARK: Without parsing

    private static let head = Array(#"{"time":""#.utf8)

    /// The time at which a line begins, as ours do in JSON and in text; `nil` where another thing stands there.
    static func time(in line: ArraySlice<UInt8>) -> Int64? {
        let text = line.starts(with: head) ? line.dropFirst(head.count) : line
        return LogTime.milliseconds(text.prefix(24))
    }

    /// The level of a line of ours, which stands behind its time.
    static func level(in line: ArraySlice<UInt8>) -> LogLevel? {
        // {"time":"2026-11-21T02:04:05.678Z","level":"
        guard line.starts(with: head) else { return nil }
        let rest = line.dropFirst(head.count + 24)
        guard rest.starts(with: #"","level":""#.utf8) else { return nil }
        return LogLevel(rawValue: String(decoding: rest.dropFirst(11).prefix { $0 != UInt8(ascii: "\"") }.prefix(8), as: UTF8.self))
    }
}

extension LogLevel {
    /// A level by its own name or OpenClaw's, in either case of letters.
    public init?(named name: String) {
        switch name.lowercased() {
        case "trace", "silly": self = .debug
        case "warn": self = .warning
        case "fatal": self = .error
        case let own: self.init(rawValue: own)
        }
    }
}
