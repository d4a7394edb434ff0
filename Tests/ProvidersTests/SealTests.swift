// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
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

/// What Google hangs onto texts and calls, for a client of the Responses API: it goes back to the very same places.
@Suite struct `What hangs onto a text or a call` {
    private static let parts: [Part] = [
        .text(Text("Let me see.", state: ProviderState(maker: Dialect.gemini.maker, payload: "t1"))), .text("More."),
        .toolCall(ToolCall(id: "a", name: "f", arguments: "{}", state: ProviderState(maker: Dialect.gemini.maker, payload: "c1"))),
        .toolCall(ToolCall(id: "b", name: "f", arguments: "{}", state: ProviderState(maker: Dialect.gemini.maker, payload: "c2"))),
    ]

    private static let events: [ConversationEvent.Kind] = [
        .text("Let me "), .text("see."), .textState(ProviderState(maker: Dialect.gemini.maker, payload: "t1")), .text("More."),
        .toolCall(call: 0, id: "a", name: "f", isFreeForm: false), .toolCall(call: 1, id: "b", name: "f", isFreeForm: false),
        .toolArguments(call: 0, "{}"), .toolArguments(call: 1, "{}"),
        .toolCallState(call: 0, ProviderState(maker: Dialect.gemini.maker, payload: "c1")),
        .toolCallState(call: 1, ProviderState(maker: Dialect.gemini.maker, payload: "c2")), .finish(.toolCalls),
    ]

    /// As a client sends a reply's output back.
    private static func turns(_ output: JSONValue?) throws -> [Turn] {
        let request = bytes(#"{"model":"m","input":\#(JSONFragment(output ?? .null).text)}"#)
        let index = try JSONIndex(scanning: request.span.bytes)
        let responses = Dialect.responses.wire
        let shape = try responses.facts(.generate, body: request, index: index, target: PathFacts())
        return try responses.translation.readRequest(request, index: index, shape: shape).turns
    }

    @Test func `stands behind it for clients of the Responses API, and comes back`() throws {
        let context = try chatContext()
        let translation = Dialect.responses.wire.translation
        let reply = ConversationReply(choices: [ConversationReply.Choice(Self.parts, finish: .toolCalls)])
        let whole = try JSONValue.parse(translation.writeReply(reply, to: context))
        #expect(try Self.turns(whole["output"]) == [Turn(.assistant, Self.parts)])
        #expect(
            whole["output"]?.array?.map { $0["type"]?.string } == [
                "message", "reasoning", "message", "function_call", "reasoning", "function_call", "reasoning",
            ])

        var writer = translation.makeEventWriter(to: context)
        var output: [UInt8] = []
        for kind in Self.events { writer.write(ConversationEvent(kind), into: &output) }
        writer.end(into: &output)
        let last = try #require(output.text.split(separator: "\n").last { $0.hasPrefix("data: {") })
        let streamed = try JSONValue.parse(bytes(String(last.dropFirst(6))))["response"]
        #expect(try Self.turns(streamed?["output"]) == [Turn(.assistant, Self.parts)])
    }

    @Test func `is left out where what it hangs onto is gone`() throws {
        let sealed = Seal.seal(ProviderState(maker: Dialect.gemini.maker, payload: "c1"), ofCall: "a")
        let item: JSONValue = ["type": "reasoning", "summary": [], "encrypted_content": .string(sealed)]
        #expect(try Self.turns([item, ["role": "user", "content": "q"]]) == [Turn(.user, [.text("q")])])
        let call: JSONValue = ["type": "function_call", "call_id": "b", "name": "f", "arguments": "{}"]
        #expect(try Self.turns([call, item]) == [Turn(.assistant, [.toolCall(ToolCall(id: "b", name: "f", arguments: "{}"))])])
    }
}
