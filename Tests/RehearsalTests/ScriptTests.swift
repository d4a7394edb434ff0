// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import Testing

/// The replies that scripts are made of.
@Suite struct `A script` {
    static let line = "Good evening, everybody: here we are."

    /// The JSON of each event that a script sends, and whether a terminator follows.
    static func events(_ script: Script) throws -> (events: [JSONValue], isTerminated: Bool) {
        var bytes: [UInt8] = []
        for case .bytes(let part) in script.acts { bytes += part }
        var events: [JSONValue] = []
        var isTerminated = false
        for event in String(decoding: bytes, as: UTF8.self).split(separator: "\n\n") {
            let data = event.dropFirst("data: ".count)
            if data == "[DONE]" { isTerminated = true } else { events.append(try JSONValue.parse(String(data))) }
        }
        return (events, isTerminated)
    }

    static func text(_ events: [JSONValue]) -> String {
        events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
    }

    @Test func `streams its text word by word to a finish, a usage and a terminator`() throws {
        let (events, isTerminated) = try Self.events(.streams(Self.line, model: "m"))
        #expect(Self.text(events) == Self.line)
        #expect(events.count == 8, "a role, six words and an end")
        #expect(events.last?["choices"]?[0]?["finish_reason"] == "stop")
        #expect(events.last?["usage"]?["completion_tokens"]?.int == 6)
        #expect(isTerminated)
    }

    @Test(arguments: [(0, ""), (40, "Good evening,"), (50, "Good evening, everybody:"), (100, "Good evening, everybody: here we are.")])
    func `says so much of its text before something else happens`(percent: Int, spoken: String) throws {
        let script = Script.streams(Self.line, model: "m", ending: .act(.cut, afterPercent: percent))
        let (events, isTerminated) = try Self.events(script)
        #expect(Self.text(events) == spoken)
        #expect(!isTerminated && !events.contains { $0["choices"]?[0]?["finish_reason"]?.string != nil })
        guard case .cut? = script.acts.last else { return #expect(Bool(false), "it is cut at its end") }
    }

    @Test func `answers as it was asked`() throws {
        let streamed = Script.says(Self.line, to: AskedRequest(model: "m", streaming: true), pace: .zero)
        #expect(Self.text(try Self.events(streamed).events) == Self.line)
        guard case .answer(200, _, let body)? = Script.says(Self.line, to: AskedRequest(model: "m")).acts.first else {
            return #expect(Bool(false), "a whole answer")
        }
        #expect(try JSONValue.parse(body.span.bytes)["choices"]?[0]?["message"]?["content"]?.string == Self.line)
    }

    @Test func `refuses in the wire's shape`() throws {
        let script = Script.refuses(429, "Too fast.", type: "requests", code: "rate", headers: ["retry-after": "3"])
        guard case .answer(429, let headers, let body)? = script.acts.first else { return #expect(Bool(false), "a refusal") }
        #expect(headers.first("retry-after") == "3")
        #expect(try JSONValue.parse(body.span.bytes) == ["error": ["message": "Too fast.", "type": "requests", "code": "rate"]])
    }

    @Test func `has a name and a summary for every fault, each once`() {
        #expect(Set(Fault.all.map(\.name)).count == Fault.all.count)
        for fault in Fault.all {
            #expect(!fault.summary.isEmpty)
            #expect(fault.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "\(fault.name) can stand in a model's name")
            #expect(!fault.script(AskedRequest(model: fault.name, streaming: true)).acts.isEmpty)
        }
    }
}
