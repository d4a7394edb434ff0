// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

/// Seeded chance (SplitMix64), so that a failure names itself.
private struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// `bytes` with up to eight bytes changed, doubled or lost, from the alphabet that breaks JSON best.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let alphabet = Array("{}[]\",:\\ntf0-e\r\n \u{0}é".utf8) + [0xFF, 0xC0]
        for _ in 0...Int.random(in: 0..<8, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(alphabet[Int.random(in: alphabet.indices, using: &self)], at: place)
            case 2: bytes[place] = alphabet[Int.random(in: alphabet.indices, using: &self)]
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }
}

@Suite struct `Damaged bytes` {
    @Test(arguments: UInt64(0)..<200)
    func `in a stream prove no end that was not there`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let file = ["openai-plain.sse", "groq-thinking-tool.sse", "mistral-thinking.sse"][Int(seed % 3)]
        var pieces: [[UInt8]] = []
        for line in try Fixture.bytes(file).split(separator: UInt8(ascii: "\n")) where line.count > 6 {
            pieces.append(chance.damage(Array(line.dropFirst(6))))
        }
        var stream = reader()
        var finishes = 0
        for piece in pieces {
            let event = stream.read(data: piece.span.bytes, name: [UInt8]().span.bytes)
            #expect(event.marks.contains(.failure) == (event.failure != nil))
            if event.marks.contains(.finish) { finishes += 1 }
        }
        #expect(!stream.endIsProven || (finishes > 0 && stream.finish != nil))
        #expect((stream.upstreamEnded() == nil) == stream.endIsProven)
    }

    @Test(arguments: UInt64(0)..<200)
    func `in an error stay within bounds`(seed: UInt64) {
        var chance = Chance(state: seed)
        let row = `An error body`.rows[Int(seed) % `An error body`.rows.count]
        let body = chance.damage(bytes(row.body))
        for error in [
            chat.readError(status: 500, headers: [:], body: body, context: context, nowMilliseconds: now),
            ErrorReader(wire: .openaiCompletions, context: context, nowMilliseconds: now).insideSuccess(body: body),
        ] {
            #expect((error.message?.utf8.count ?? 0) <= ErrorReader.messageLimit)
            #expect((error.code?.utf8.count ?? 0) <= 256 && error.detailReasons.count <= ErrorFields.maxReasons)
            if let reset = error.reset { #expect((Duration.zero...ResetTime.longest).contains(reset)) }
        }
    }

    @Test(arguments: UInt64(0)..<200)
    func `in a request are refused or passed on whole`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let body = chance.damage(
            bytes(#"{"model":"a","models":["b"],"stream":true,"n":1,"messages":[{"role":"user","content":[{"type":"text","text":"é"}]}]}"#))
        guard let index = try? JSONIndex(scanning: body.span.bytes), let shape = try? chat.facts(body: body, index: index) else { return }
        let sent = chat.passthrough(body: body, index: index, model: "z", params: ["top_k": 1])
        let value = try JSONValue.parse(sent)
        #expect(value["model"]?.string == "z" && value["models"] == nil && value["top_k"]?.int == 1)
        #expect(!shape.model.isEmpty)
    }

    @Test(arguments: UInt64(0)..<100)
    func `in a reply are good or bad, and good only with choices`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let body = chance.damage(try Fixture.bytes("openai-cached.json"))
        if case .good = chat.readReply(status: 200, headers: [:], body: body, context: context, nowMilliseconds: now) {
            #expect(try JSONValue.parse(body)["choices"]?.array?.isEmpty == false)
        }
    }
}
