// SPDX-License-Identifier: Apache-2.0
import JSON

@testable import Providers

/// What a client makes of a reply, whatever its wire.
struct SeenReply: Hashable, Sendable {
    var text = ""
    var thinking = ""
    var refusal = ""
    var calls: [SeenCall] = []
    /// `stop`, `length`, `tool_calls` or `content_filter`; `nil` while nothing ended.
    var finish: String?
    /// Cache reads and writes included.
    var input: Int?
    /// Thinking included.
    var output: Int?
    var cached: Int?
    /// Where a stream broke its grammar, or a reply its shape.
    var faults: [String] = []

    /// What differs, in words; empty: they mean the same.
    func differences(from other: SeenReply) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ name: String, _ mine: Value, _ theirs: Value) {
            if mine == theirs { return }
            found.append("\(name): \(String(describing: mine).prefix(160)) | \(String(describing: theirs).prefix(160))")
        }
        compare("text", text, other.text)
        // Thoughts come in several pieces, which some wires hold apart and others set off with empty lines.
        compare("thinking", thinking.filter { !$0.isWhitespace }, other.thinking.filter { !$0.isWhitespace })
        compare("refusal", refusal, other.refusal)
        compare("calls", calls.map(\.meaning), other.calls.map(\.meaning))
        compare("finish", finish, other.finish)
        compare("input", input, other.input)
        compare("output", output, other.output)
        // The Responses API requires the member, so that its clients cannot be told that nobody counted.
        compare("cached", cached ?? 0, other.cached ?? 0)
        return found + faults + other.faults
    }

    /// Reads a whole reply as `dialect`'s reference describes it.
    init(whole text: String, _ dialect: Dialect) {
        self.init()
        guard let reply = try? JSONValue.parse(text) else {
            faults.append("no JSON: \(text.prefix(200))")
            return
        }
        switch dialect {
        case .chat: readChat(reply)
        case .responses: readResponses(reply)
        case .anthropic: readMessages(reply)
        case .gemini: readGoogle([reply])
        }
    }

    /// Reads a stream as `dialect`'s reference describes it.
    init(stream text: String, _ dialect: Dialect) {
        self.init()
        let events = SeenEvent.events(text)
        switch dialect {
        case .chat: readChat(events)
        case .responses: readResponses(events)
        case .anthropic: readMessages(events)
        case .gemini: readGoogle(events.map(\.json))
        }
    }

    init() {}
}

struct SeenCall: Hashable, Sendable {
    var id = ""
    var name: String
    var arguments: JSONValue

    init(id: String = "", name: String, arguments: JSONValue) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }

    /// - Parameter written: JSON within a string. None is no arguments.
    init(id: String, name: String, written: String) {
        let value = written.allSatisfy(\.isWhitespace) ? [:] : try? JSONValue.parse(written)
        self.init(id: id, name: name, arguments: value ?? .string(written))
    }

    /// Without the id, which each provider makes its own way.
    var meaning: SeenCall { SeenCall(name: name, arguments: arguments) }

    /// As wires have it whose arguments have to be an object: none for `null`, and text under `input`.
    var asObject: SeenCall {
        switch arguments {
        case .object: self
        case .null: SeenCall(id: id, name: name, arguments: [:])
        default: SeenCall(id: id, name: name, arguments: ["input": arguments])
        }
    }
}

/// An event of a stream, taken apart line by line (WHATWG HTML, "Interpreting an event stream").
struct SeenEvent {
    var name = ""
    var data = ""

    var json: JSONValue { (try? JSONValue.parse(data)) ?? .null }

    static func events(_ text: String) -> [SeenEvent] {
        var events: [SeenEvent] = []
        var current = SeenEvent()
        var hasData = false
        let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }
        for line in lines {
            var line = String(String.UnicodeScalarView(line))
            if line.unicodeScalars.last == "\r" { line.unicodeScalars.removeLast() }
            if line.isEmpty {
                if hasData { events.append(current) }
                (current, hasData) = (SeenEvent(), false)
            } else if let value = field("data", of: line) {
                current.data += (hasData ? "\n" : "") + value
                hasData = true
            } else if let value = field("event", of: line) {
                current.name = value
            }
        }
        return events
    }

    private static func field(_ name: String, of line: String) -> String? {
        guard line.hasPrefix(name + ":") else { return nil }
        let value = line.dropFirst(name.count + 1)
        return String(value.first == " " ? value.dropFirst() : value)
    }
}
