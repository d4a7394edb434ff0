// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import TestSupport
import Testing

@testable import Providers

@Suite struct `A reply of any kind` {
    struct Case: Sendable, CustomStringConvertible {
        var dialect: Dialect
        var seed: UInt64
        var description: String { "\(dialect), seed \(seed)" }
    }

    static let cases = Dialect.built.flatMap { dialect in (UInt64(0)..<100).map { Case(dialect: dialect, seed: $0) } }

    static func stream(_ events: [ConversationEvent], to dialect: Dialect) throws -> String {
        let context = try CrossedReply(pair: Pair(client: dialect, provider: dialect)).context(streaming: true)
        var writer = dialect.wire.translation.makeEventWriter(to: context)
        var output: [UInt8] = []
        for event in events { writer.write(event, into: &output) }
        writer.end(into: &output)
        return output.text
    }

    static func whole(_ reply: ConversationReply, to dialect: Dialect) throws -> String {
        let context = try CrossedReply(pair: Pair(client: dialect, provider: dialect)).context(streaming: false)
        return dialect.wire.translation.writeReply(reply, to: context).text
    }

    @Test(arguments: cases)
    func `is written for its clients`(place: Case) throws {
        var random = SplitMix64(seed: place.seed)
        let reply = RandomReply.make(using: &random)
        let text = try Self.whole(reply, to: place.dialect)
        let differences = SeenReply(whole: text, place.dialect).differences(from: SeenReply(reply))
        #expect(differences.isEmpty, "\(differences)\n\(text)")
    }

    @Test(arguments: cases)
    func `is streamed in its clients' grammar`(place: Case) throws {
        var random = SplitMix64(seed: place.seed)
        let events = RandomReply.events(using: &random)
        let text = try Self.stream(events, to: place.dialect)
        let differences = SeenReply(stream: text, place.dialect).differences(from: SeenReply(events))
        let faults = StreamGrammar.faults(in: text, place.dialect)
        #expect(differences.isEmpty && faults.isEmpty, "\(differences) \(faults)\n\(text)")
    }

    @Test(arguments: cases)
    func `comes back from its own wire`(place: Case) throws {
        var random = SplitMix64(seed: place.seed)
        let reply = RandomReply.make(using: &random)
        let body = bytes(try Self.whole(reply, to: place.dialect))
        let verdict = place.dialect.wire.readReply(
            status: 200, headers: Headers(), body: body, context: context, nowMilliseconds: now)
        if case .bad(let error) = verdict {
            #expect(reply.choices[0].parts.isEmpty, "\(error)")
            return
        }
        let read = try #require(place.dialect.wire.translation.readReply(body, maker: place.dialect.maker))
        let differences = SeenReply(read).differences(from: SeenReply(reply))
        #expect(differences.isEmpty, "\(differences)\n\(body.text)")
    }

    static let pairs = Pair.crossings.flatMap { pair in (UInt64(0)..<60).map { (pair, $0) } }

    @Test(arguments: pairs)
    func `crosses as a whole`(pair: Pair, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let reply = RandomReply.make(using: &random)
        let text = try CrossedReply(pair: pair).whole(Self.whole(reply, to: pair.provider))
        let differences = SeenReply(whole: text, pair.client).differences(from: SeenReply(reply))
        #expect(differences.isEmpty, "\(differences)\n\(text)")
    }

    @Test(arguments: pairs)
    func `crosses as a stream`(pair: Pair, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let events = RandomReply.events(using: &random)
        let asked = try Self.stream(events, to: pair.provider)
        let crossing = CrossedReply(pair: pair)
        let text = try crossing.stream(asked)
        let differences = SeenReply(stream: text, pair.client).differences(from: SeenReply(events))
        let faults = StreamGrammar.faults(in: text, pair.client)
        #expect(differences.isEmpty && faults.isEmpty, "\(differences) \(faults)\n\(asked)\n\(text)")
        if seed < 10 { #expect(try crossing.stream(asked, step: 1) == text) }
    }
}
