// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

@Suite struct `A recorded stream that is cut and gone on with` {
    static let streams = Vector.all.filter(\.isStream)
    static let lines: [[Rescuer]] = [[.text], [.all], [.nothing], [.cut, .text], [.cut, .cut, .all]]

    /// Cuts at which somebody goes on, each with one line of rescuers; the first ones with all.
    ///
    /// - Returns: Events at the last cut.
    private static func forEachCut(_ vector: Vector, upTo limit: Int = .max, _ body: (CutReply, [Rescuer]) throws -> Void) rethrows -> Int {
        var count = 1
        while count < limit, let cut = CutReply(vector.response, vector.dialect, after: count) {
            count += 1
            // Nobody goes on from here, or begins afresh.
            if cut.reader.said.obstacle != nil || !cut.hasSpoken { continue }
            for (number, line) in lines.enumerated() where count < 8 || number == count % lines.count { try body(cut, line) }
        }
        return count
    }

    @Test(arguments: streams)
    func `is one stream of its wire, behind each of its events`(vector: Vector) throws {
        let own = StreamGrammar.faults(in: vector.response, vector.dialect)
        let first = SeenReply(stream: vector.response, vector.dialect)
        let count = try Self.forEachCut(vector) { cut, rescuers in
            let whole = try cut.resumed(by: rescuers)
            let place = "\(vector) after \(cut.events) by \(rescuers)"
            let faults = StreamGrammar.faults(in: whole.stream, vector.dialect).filter { !own.contains($0) }
            #expect(faults.isEmpty, "\(place): \(faults)\n\(whole.stream)")
            let seen = SeenReply(stream: whole.stream, vector.dialect)
            #expect(seen.text == whole.text && seen.faults.isEmpty, "\(place): \(seen)")
            #expect(first.text.hasPrefix(String(decoding: cut.reader.said.text, as: UTF8.self)), "\(place)")
            #expect(seen.calls.map(\.name) == (rescuers.last?.dialect == .anthropic ? ["wake"] : []), "\(place): \(seen.calls)")
            if let input = cut.reader.usage?.inputTokens { #expect(seen.input == input, "\(place)") }
            #expect(whole.stream.hasPrefix(cut.sent), "\(place)")
        }
        // Google tells much in few events.
        #expect(count > 3 || vector.dialect == .gemini, "\(vector) was cut \(count) times")
    }

    @Test(arguments: streams)
    func `keeps what it was called, and names who spoke last`(vector: Vector) throws {
        _ = try Self.forEachCut(vector, upTo: 24) { cut, rescuers in
            let events = SeenEvent.events(try cut.resumed(by: rescuers).stream).map(\.json)
            switch vector.dialect {
            case .anthropic:
                #expect(events.filter { $0["type"]?.string == "message_start" } == [events[0]])
                #expect(events.count { $0["type"]?.string == "message_stop" } == 1)
            case .responses:
                let (first, last) = (events[0]["response"], events.last?["response"])
                #expect(first?["id"] != nil && first?["id"] == last?["id"] && first?["created_at"] == last?["created_at"])
                #expect(last?["model"]?.string == rescuers.last?.model)
                #expect(events.count { $0["type"]?.string == "response.created" } == 1)
            case .chat, .gemini: break
            }
        }
    }

    @Test(arguments: streams)
    func `ends in the wire's own error where nobody is left`(vector: Vector) throws {
        _ = try Self.forEachCut(vector, upTo: 24) { cut, rescuers in
            let whole = try cut.resumed(by: rescuers, ends: false)
            let error = WireError(status: 502, message: "It broke off.", receipt: bytes(#"{"id":"r"}"#))
            let end = SeenEvent.events(whole.stream + vector.dialect.wire.errorEvent(error, after: whole.position).text)
            // These name their events.
            let name = [.anthropic, .responses].contains(vector.dialect) ? "error" : ""
            #expect(end.last?.name == name && end.last?.json["error"]?["understudy"]?["id"]?.string == "r")
            #expect(!end.contains { $0.name == "message_stop" || $0.name == "response.completed" || $0.data == "[DONE]" })
            guard vector.dialect == .responses, let failed = end.first(where: { $0.name == "response.failed" }) else { return }
            #expect(failed.json["response"]?["id"] == end[0].json["response"]?["id"])
            // Recordings from before events were numbered begin to count with the first of ours.
            let numbers = end.compactMap { $0.json["sequence_number"]?.int }
            #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(vector) after \(cut.events): \(numbers)")
        }
    }
}
