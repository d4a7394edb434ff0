// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing
import Transport

@testable import Rehearsal

/// Streams that one candidate begins and another ends, as official SDKs put them together.
@Suite(.timeLimit(.minutes(5)), Shared<RescuedScene>()) struct `A rescued stream` {
    @Test(arguments: RescuedScene.asked)
    func `is to an official SDK what an unbroken one is:`(asked: RescuedScene.Asked) throws {
        let scene = try RescuedScene.current
        let whole = try scene.result(asked.unbroken)
        let rescued = try scene.result(asked.argument)
        let (one, other) = (Self.told(rescued).object ?? [:], Self.told(whole).object ?? [:])
        // Items that another candidate made have ids of ours; the tools are told as the client gave them.
        for (name, value) in other.members where name != "usage" && name != "tools" {
            #expect(one[name] == value, "\(name): \(JSONWriter.string(one[name] ?? .null)), and not \(JSONWriter.string(value))")
        }
        // The end of a Responses stream tells what was asked for, as OpenAI does and not every provider.
        let new = one.members.map(\.key).filter { other[$0] == nil && $0 != "usage" }
        #expect(asked.wire == .responses || new.isEmpty, "\(new)")
    }

    /// Without what says nothing.
    private static func told(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            var told: JSONObject = [:]
            let isCall = object["type"] == "function_call"
            for (key, value) in object.members where !value.isNull && !(key == "logprobs" && value.array?.isEmpty == true) {
                if isCall, key == "id" { continue }
                told[key] = Self.told(value)
            }
            return .object(told)
        case .array(let elements): return .array(elements.map(told))
        default: return value
        }
    }
}

/// One run of the script against one gateway.
final class RescuedScene: TestScene {
    struct Asked: Sendable, CustomTestStringConvertible {
        var wire: PlayedWire
        var content: MatrixContent
        /// Events until the stream is cut.
        var after: Int
        /// The wire of who goes on.
        var next: PlayedWire

        var unbroken: String { "\(wire)-spare/m,-,\(content.rawValue)" }
        var argument: String { "\(wire)-lead/\(content.rawValue)-\(next)-\(after),\(next)-spare/m,\(content.rawValue)" }
        var testDescription: String { "\(content.rawValue) on \(wire), cut after \(after) events, then on \(next)" }
    }

    /// Cut within the text, at its end, and within what comes behind it.
    static let asked: [Asked] = PlayedWire.allCases.flatMap { wire in
        [MatrixContent.text, .call, .reasoning, .schema].flatMap { content -> [Asked] in
            let events = RescuedScene.events(content.saying(on: wire, by: 0), wire)
            let spoken = events.indices.filter { !MatrixCell.hear(events.prefix($0 + 1), wire).text.isEmpty }
            // Before the event that proves the end.
            let last = events.count - (wire == .messages || wire == .chat ? 3 : 2)
            let places: [Int?] = [spoken.first, spoken.dropFirst(spoken.count / 2).first, last]
            let cuts = places.compactMap(\.self).map { Asked(wire: wire, content: content, after: $0 + 1, next: wire) }
            guard content == .text, let middle = places[1] else { return cuts }
            let others = PlayedWire.allCases.filter { $0 != wire }
            return cuts + others.map { Asked(wire: wire, content: content, after: middle + 1, next: $0) }
        }
    }

    private let results: [String: JSONValue]
    private let finished: BuiltBinary.Finished
    private let gateway: RunningGateway
    private let stage: Stage
    private let upstream: ScriptedUpstream

    init() async throws {
        let python = try await PythonEnvironment.sdks()
        let stage = try Stage()
        let upstream = try stage.provider("stage", Self.play)
        (self.stage, self.upstream) = (stage, upstream)
        let port = upstream.port
        let providers = PlayedWire.allCases.flatMap { wire in
            ["lead", "spare"].map { name in
                #""\#(wire)-\#(name)": { baseUrl: "http://127.0.0.1:\#(port)/v1", api: "\#(wire.rawValue)", apiKey: "key", models: [{ id: "m" }] }"#
            }
        }
        gateway = try await RunningGateway(
            settings: """
                {
                  models: { mode: "replace", providers: { \(providers.joined(separator: ", ")) } },
                  agents: { defaults: { model: { primary: "chat-spare/m", fallbacks: [] } } },
                }
                """)
        let arguments = Self.asked.map(\.unbroken).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        finished = try await python.run(
            script: ProjectFile.path("Tests/GatewayTests/Scripts/rescued_streams.py"), arguments + Self.asked.map(\.argument),
            environment: ["GATEWAY": gateway.url, "GATEWAY_KEY": gateway.token], limit: .seconds(280))
        var results: [String: JSONValue] = [:]
        for line in finished.out.split(separator: "\n") {
            let result = try JSONValue.parse(String(line))
            results[result["asked"]?.string ?? ""] = result
        }
        self.results = results
    }

    func stop() async { await gateway.stop() }

    /// What the SDK put together.
    func result(_ argument: String) throws -> JSONValue {
        let result = try #require(results[argument], "no line: \(finished.error)")
        return try #require(result["final"], "\(result["error"]?.string ?? "nothing")")
    }

    private static func events(_ saying: Saying, _ wire: PlayedWire) -> [[UInt8]] {
        Script.events(of: saying, for: AskedRequest(path: wire.path("m", streaming: true), model: "m", streaming: true))
    }

    /// A lead breaks off where its model's name says; a spare says the rest, or all.
    private static func play(_ asked: AskedRequest) -> Script {
        let wire: PlayedWire =
            switch asked.wire {
            case .chat: .chat
            case .responses: .responses
            case .messages: .messages
            case .google: .gemini
            }
        let turns = AskedTurns(asked)
        let name = asked.model.split(separator: "-").map(String.init)
        let content = MatrixContent(rawValue: name[0]) ?? content(asked, turns)
        var saying = content.saying(on: wire, by: 0)
        if !turns.said.isEmpty {
            guard saying.text.hasPrefix(turns.said) else { return .refuses(asked, 400, "not what was said: \(turns.said)") }
            saying.text = String(saying.text.dropFirst(turns.said.count))
            (saying.thinking, saying.signature) = ("", "")
        }
        let begin = Script.Act.begin(status: 200, headers: Script.eventStream)
        let events = events(saying, wire)
        guard name.count == 3, let after = Int(name[2]) else { return Script([begin] + events.map { .bytes($0) } + [.end]) }
        return Script([begin] + events.prefix(after).map { .bytes($0) } + [.cut])
    }

    /// By what is asked for.
    private static func content(_ asked: AskedRequest, _ turns: AskedTurns) -> MatrixContent {
        if !turns.tools.isEmpty { return .call }
        let body = JSONWriter.string(asked.json)
        if body.contains("sung") { return .schema }
        return body.contains("thinking") || body.contains("\"reasoning") ? .reasoning : .text
    }
}
