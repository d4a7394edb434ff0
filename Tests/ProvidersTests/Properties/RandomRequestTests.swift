// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

@testable import Providers

@Suite struct `A conversation of any kind` {
    /// - Returns: As a client of `dialect` would write it, and what could not be written.
    static func written(_ conversation: Conversation, by dialect: Dialect) -> (body: [UInt8], lost: [Feature]) {
        var losses = Losses()
        let carried = dialect.wire.translation.carries
        for loss in conversation.features().all where !carried.contains(loss.feature) { losses.note(loss.feature) }
        let body = dialect.wire.translation.writeRequest(conversation, for: dialect.target(model: "m"), losses: &losses)
        return (body, losses.all.map(\.feature))
    }

    static func read(_ body: [UInt8], by dialect: Dialect, streaming: Bool) throws -> Conversation {
        let index = try JSONIndex(scanning: body.span.bytes)
        let shape = try dialect.shape(of: body, index: index, model: "m", streaming: streaming)
        return try dialect.wire.translation.readRequest(body, index: index, shape: shape)
    }

    static let cases = Dialect.built.flatMap { dialect in (UInt64(0)..<150).map { (dialect, $0) } }

    @Test(arguments: cases)
    func `is written as its API has it`(dialect: Dialect, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let conversation = RandomConversation.make(using: &random)
        let (body, lost) = Self.written(conversation, by: dialect)
        let seen = SeenRequest(try JSONValue.parse(body), dialect)
        let differences = seen.differences(from: SeenRequest(conversation), lost: lost)
        #expect(differences.isEmpty, "\(differences)\nlost \(lost)\n\(body.text)")
    }

    @Test(arguments: cases)
    func `comes back from its own wire with all that it carries`(dialect: Dialect, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let conversation = RandomConversation.make(using: &random)
        let (body, lost) = Self.written(conversation, by: dialect)
        let read = try Self.read(body, by: dialect, streaming: conversation.streaming)
        let differences = SeenRequest(read).differences(from: SeenRequest(conversation), lost: lost)
        #expect(differences.isEmpty, "\(differences)\nlost \(lost)\n\(body.text)")
        let before = Set(conversation.features().all.map(\.feature)).intersection(dialect.wire.translation.carries)
        let after = Set(read.features().all.map(\.feature))
        #expect(before.subtracting(after).subtracting(lost).isEmpty, "\(before.subtracting(after).subtracting(lost))\n\(body.text)")
    }

    @Test(arguments: Pair.crossings.flatMap { pair in (UInt64(0)..<60).map { (pair, $0) } })
    func `crosses`(pair: Pair, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let conversation = RandomConversation.make(using: &random)
        let (body, _) = Self.written(conversation, by: pair.client)
        let index = try JSONIndex(scanning: body.span.bytes)
        let shape = try pair.client.shape(of: body, index: index, model: "m", streaming: conversation.streaming)
        let crossed = try pair.crossing.request(body, index: index, shape: shape, for: pair.provider.target(model: "m"))
        let seen = SeenRequest(try JSONValue.parse(crossed.body), pair.provider)
        let asked = SeenRequest(try JSONValue.parse(body), pair.client)
        let differences = seen.differences(from: asked, lost: crossed.lost.map(\.feature))
        #expect(differences.isEmpty, "\(differences)\nlost \(crossed.lost.map(\.code))\n\(body.text)\n\(crossed.body.text)")
    }
}
