// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Providers

@Suite("A provider's state finds back to its maker")
struct SealTests {
    private let maker = Maker(provider: "openrouter", wire: .openaiCompletions)

    @Test(
        "What was sealed opens to the same state",
        arguments: ["", "EqQBCkYIARgC", "a:b:c", "ключ ✓ \u{0}", String(repeating: "x", count: 4097)])
    func roundTrip(payload: String) {
        let state = ProviderState(maker: maker, payload: payload)
        let text = Seal.seal(state)
        #expect(Seal.isSealed(text))
        #expect(Seal.open(text) == state)
    }

    @Test("A seal is base64 that every client's decoder takes")
    func isBase64() throws {
        let text = Seal.seal(ProviderState(maker: maker, payload: "signature"))
        #expect(text.utf8.count % 4 == 0)
        #expect(
            text.utf8.allSatisfy { Character(UnicodeScalar($0)).isLetter || (0x30...0x39).contains($0) || [0x2B, 0x2F, 0x3D].contains($0) })
        let bytes = try #require(Base64.decode(text))
        #expect(String(decoding: bytes, as: UTF8.self) == "understudy:1:openrouter:openai-completions:signature")
    }

    @Test("What we did not seal belongs to somebody of the client's own wire")
    func foreign() {
        #expect(Seal.open("EqQBCkYIARgCKkA") == ProviderState(maker: nil, payload: "EqQBCkYIARgCKkA"))
        #expect(Seal.open("") == ProviderState(maker: nil, payload: ""))
    }

    @Test(
        "A seal that says nothing, or that somebody damaged, opens to nothing",
        arguments: [
            Seal.seal(nil), Seal.mark, Seal.mark + "!!", Seal.mark + "OmE6Yg==", Base64.encode(Array("understudy:1:p:no-such-wire:x".utf8)),
        ])
    func empty(text: String) {
        #expect(Seal.isSealed(text))
        #expect(Seal.open(text) == nil)
    }

    @Test(
        "Base64 is that of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        #expect(Base64.decode(String(encoded.filter { $0 != "=" })) == Array(plain.utf8))
    }
}

@Suite("What belongs to another provider does not cross")
struct ForeignStateTests {
    private let mine = Maker(provider: "anthropic", wire: .openaiCompletions)
    private let other = Maker(provider: "google", wire: .openaiCompletions)

    @Test("States of others go, the target's own stay, and thoughts that were nothing but a state go with it")
    func drop() {
        var conversation = Conversation()
        conversation.turns = [
            Turn(.user, [.text("hi")]),
            Turn(
                .assistant,
                [
                    .thinking(Thinking("mine", state: ProviderState(maker: mine, payload: "1"))),
                    .thinking(Thinking("theirs", state: ProviderState(maker: other, payload: "2"))),
                    .thinking(Thinking("", state: ProviderState(maker: nil, payload: "3"))),
                    .toolCall(ToolCall(id: "a", name: "f", arguments: "{}", state: ProviderState(maker: other, payload: "4"))),
                ]),
        ]
        let found = conversation.dropForeignStates(for: mine)
        #expect(found)
        #expect(
            conversation.turns[1].parts == [
                .thinking(Thinking("mine", state: ProviderState(maker: mine, payload: "1"))),
                .thinking(Thinking("theirs")),
                .toolCall(ToolCall(id: "a", name: "f", arguments: "{}")),
            ])
        let again = conversation.dropForeignStates(for: mine)
        #expect(!again)
    }
}

@Suite("Neutral values")
struct NeutralValueTests {
    @Test(
        "A call's arguments become an object without losing a word",
        arguments: [
            ("", "{}"), (" \n", "{}"), (#"{"a":1.50}"#, #"{"a":1.50}"#), (#" {"a":1} "#, #"{"a":1}"#), ("[1]", #"{"input":"[1]"}"#),
            (#"{"a":"#, #"{"input":"{\"a\":"}"#), ("plain", #"{"input":"plain"}"#),
        ])
    func arguments(written: String, object: String) {
        #expect(ToolCall(id: "1", name: "f", arguments: written).argumentsObject.text == object)
    }

    @Test("A free-form tool's text stays text even if it is JSON")
    func freeForm() {
        #expect(ToolCall(id: "1", name: "f", arguments: "{}", isFreeForm: true).argumentsObject.text == #"{"input":"{}"}"#)
    }

    @Test("An effort and a budget stand for each other", arguments: [("low", 1024), ("medium", 8192), ("high", 24_576)])
    func reasoning(level: String, tokens: Int) throws {
        let effort = try #require(Reasoning.Effort(rawValue: level))
        #expect(Reasoning(effort: effort).tokens == tokens)
        #expect(Reasoning(budget: tokens).level == effort)
    }

    @Test("Thinking is off when its effort is none or its budget nothing")
    func off() {
        #expect(Reasoning(effort: Reasoning.Effort.none).isOff)
        #expect(Reasoning(budget: 0).isOff)
        #expect(!Reasoning(effort: .low, budget: 0).isOff)
        #expect(!Reasoning(budget: -1).isOff)
        #expect(!Reasoning().isOff)
    }

    @Test("A list of losses names each once and ends somewhere")
    func losses() {
        var losses = Losses()
        losses.note(.seed)
        losses.note(.seed)
        losses.note(.foreignMembers, String(repeating: "é", count: 100))
        #expect(losses.all.map(\.code) == ["seed", "foreign_members: " + String(repeating: "é", count: 32)])
        for number in 0..<100 { losses.note(.foreignMembers, "\(number)") }
        #expect(losses.all.count == 32)
    }
}
