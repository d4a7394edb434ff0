// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Providers

/// Each recorded reply, sent to clients of each other wire and read there.
@Suite struct `A recorded reply, across wires` {
    struct Case: Sendable, CustomStringConvertible {
        var vector: Vector
        var pair: Pair
        var description: String { "\(pair): \(vector)" }
    }

    static let cases = Pair.crossings.flatMap { pair in
        Vector.all.filter { $0.dialect == pair.provider }.map { Case(vector: $0, pair: pair) }
    }

    /// Anthropic's clients want counts in each reply: nobody's count is 0.
    private static func meaning(of crossed: Case) -> SeenReply {
        var meaning = crossed.vector.meaning
        if crossed.pair.client == .anthropic {
            meaning.input = meaning.input ?? 0
            meaning.output = meaning.output ?? 0
        }
        return meaning
    }

    @Test(arguments: cases.filter { !$0.vector.isStream })
    func `says the same as a whole`(crossed: Case) throws {
        let seen = SeenReply(whole: try CrossedReply(pair: crossed.pair).whole(crossed.vector.response), crossed.pair.client)
        let differences = seen.differences(from: Self.meaning(of: crossed))
        #expect(differences.isEmpty, "\(differences)")
    }

    @Test(arguments: cases.filter { $0.vector.isStream })
    func `says the same as a stream, in the client's own grammar`(crossed: Case) throws {
        let stream = try CrossedReply(pair: crossed.pair).stream(crossed.vector.response)
        let differences = SeenReply(stream: stream, crossed.pair.client).differences(from: Self.meaning(of: crossed))
        #expect(differences.isEmpty, "\(differences)")
        let faults = StreamGrammar.faults(in: stream, crossed.pair.client)
        #expect(faults.isEmpty, "\(faults)")
    }

    @Test(arguments: cases.filter { $0.vector.isStream && $0.vector.response.utf8.count < 4000 })
    func `streams alike however it arrives`(crossed: Case) throws {
        let crossing = CrossedReply(pair: crossed.pair)
        let whole = try crossing.stream(crossed.vector.response)
        #expect(try crossing.stream(crossed.vector.response, step: 1) == whole)
        #expect(try crossing.stream(crossed.vector.response, step: 7) == whole)
    }
}
