// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

/// The wires whose streams can be gone on with as they came.
private let wires: [Dialect] = [.anthropic, .responses]

@Suite struct `A recorded stream that is cut and gone on with` {
    static let streams = Vector.all.filter { $0.isStream && wires.contains($0.dialect) }
    static let lines: [[Rescuer]] = [[.text], [.all], [.nothing], [.cut, .text], [.cut, .cut, .all]]

    @Test(arguments: streams, lines)
    func `is one stream of its wire, behind each of its events`(vector: Vector, rescuers: [Rescuer]) throws {
        let own = StreamGrammar.faults(in: vector.response, vector.dialect)
        let first = SeenReply(stream: vector.response, vector.dialect)
        var count = 1
        while let cut = CutReply(vector.response, vector.dialect, after: count) {
            count += 1
            // Nobody goes on from here, or begins afresh.
            if cut.reader.said.obstacle != nil || !cut.hasSpoken { continue }
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
        #expect(count > 3, "\(vector) was cut \(count) times")
    }
}
