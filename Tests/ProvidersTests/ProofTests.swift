// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

/// Proofs that pass between a client and a provider of its own wire as they are.
@Suite struct `A proof of a thought` {
    /// A whole reply, its stream, the proofs in them.
    static let replies: [(kind: WireKind, whole: String, events: [String], proofs: [String])] = [
        (
            .anthropicMessages,
            #"{"content":[{"type":"thinking","thinking":"a","signature":"one"},{"type":"redacted_thinking","data":"tw\u006f"},{"type":"text","text":"x"},{"type":"tool_use","id":"i","name":"f","input":{"signature":"no"}}]}"#,
            [
                #"{"type":"message_start","message":{"usage":{}}}"#,
                #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"one"}}"#,
                #"{"type":"content_block_stop","index":0}"#,
                #"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"two"}}"#,
            ], ["one", "two"]
        ),
        (
            .openaiResponses,
            #"{"output":[{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"one"},{"type":"message","content":[]},{"type":"reasoning","id":"rs2","summary":[]},{"type":"reasoning","encrypted_content":null}]}"#,
            [
                #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"early"}}"#,
                #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"one"}}"#,
            ], ["one"]
        ),
        (
            .googleGenerativeAI,
            #"{"candidates":[{"content":{"parts":[{"text":"a","thought":true},{"text":"x","thoughtSignature":"one"},{"functionCall":{"name":"f","args":{}},"thought_signature":"two"}]}}]}"#,
            [
                #"{"candidates":[{"content":{"parts":[{"text":"x","thoughtSignature":"one"}]},"index":0}]}"#,
                #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}},"thought_signature":"two"}]},"index":0}]}"#,
            ], ["one", "two"]
        ),
        (.openaiCompletions, #"{"choices":[{"message":{"reasoning_content":"one"}}]}"#, [#"{"choices":[]}"#], []),
    ]

    @Test(arguments: replies)
    func `is found in whole replies and in streams`(kind: WireKind, whole: String, events: [String], proofs: [String]) {
        let wanted = proofs.map { Proof($0) }
        #expect(kind.wire.proofs(inReply: bytes(whole)) == wanted)
        var reader = kind.wire.makeStreamReader(context: context, nowMilliseconds: now)
        for event in events { #expect(reader.read(data: bytes(event).span.bytes, name: bytes("").span.bytes).failure == nil) }
        #expect(reader.proofs == wanted)
        for body in ["", "[", "[]", "{}", "null", #"{"content":1,"output":1,"candidates":1}"#] {
            #expect(kind.wire.proofs(inReply: bytes(body)).isEmpty)
        }
    }

    /// A body, and what is left of it without the proof `theirs`.
    static let bodies: [(kind: WireKind, body: String, left: String?)] = [
        (
            .anthropicMessages,
            #"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"theirs"}, {"type":"thinking","thinking":"b","signature":"mine"},{"type":"text","text":"x"}]},{"role":"assistant","content":[{"type":"redacted_thinking","data":"theirs"}]}] }"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"b","signature":"mine"},{"type":"text","text":"x"}]}] }"#
        ),
        (
            .openaiResponses,
            #"{"input":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"theirs"},{"type":"message","id":"msg_1","role":"assistant","content":[]},{"type":"function_call","id":"fc_1","call_id":"c"},{"type":"function_call_output","call_id":"c","output":""},{"type":"reasoning","id":"rs_2","encrypted_content":"mine"},{"id":"msg_2","type":"message","role":"assistant","content":[]}]}"#,
            #"{"input":[{"type":"message","role":"assistant","content":[]},{"type":"function_call","call_id":"c"},{"type":"function_call_output","call_id":"c","output":""},{"type":"reasoning","id":"rs_2","encrypted_content":"mine"},{"id":"msg_2","type":"message","role":"assistant","content":[]}]}"#
        ),
        (
            .googleGenerativeAI,
            #"{"contents":[{"role":"model","parts":[{"text":"","thought":true,"thoughtSignature":"theirs"},{"text":"x","thoughtSignature":"theirs"},{"functionCall":{"name":"f"},"thoughtSignature":"theirs"},{"text":"y","thoughtSignature":"mine"}]},{"role":"model","parts":[{"text":"","thoughtSignature":"theirs"}]}]}"#,
            #"{"contents":[{"role":"model","parts":[{"text":"x"},{"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"},{"text":"y","thoughtSignature":"mine"}]}]}"#
        ),
        (.googleGenerativeAI, #"{"contents":{"parts":{"text":"","thoughtSignature":"theirs"}}}"#, #"{"contents":{"parts":{"text":""}}}"#),
        (.openaiCompletions, #"{"messages":[{"role":"assistant","content":"theirs"}]}"#, nil),
        (.anthropicMessages, #"{"messages":[{"role":"user","content":"theirs"}]}"#, nil), (.openaiResponses, #"{"input":"theirs"}"#, nil),
        (.googleGenerativeAI, #"{"contents":[{"parts":[{"text":"theirs"}]}]}"#, nil), (.anthropicMessages, "[", nil),
    ]

    @Test(arguments: bodies)
    func `goes alone, and every other byte stays`(kind: WireKind, body: String, left: String?) {
        let without = kind.wire.withoutProofs(bytes(body)) { $0 == Proof("theirs") }
        #expect(without?.text == left)
        #expect(kind.wire.withoutProofs(bytes(body)) { _ in false } == nil)
    }

    @Test func `is one of so many in a reply at most`() {
        let blocks = (0..<1000).map { #"{"type":"thinking","signature":"\#($0)"}"# }.joined(separator: ",")
        #expect(WireKind.anthropicMessages.wire.proofs(inReply: bytes(#"{"content":[\#(blocks)]}"#)).count == 256)
    }
}

/// Between two providers, a thought of one and one of the other are two.
@Suite struct `A Gemini client's thoughts of two providers` {
    /// The events that a client got, as the history that it sends back.
    static func history(_ events: [String]) throws -> [Part] {
        let contents = try events.map { event in
            let content = try #require(try JSONValue.parse(bytes(event))["candidates"]?[0]?["content"])
            return JSONWriter.string(content)
        }
        let body = bytes(#"{"contents":[{"role":"user","parts":[{"text":"?"}]},"# + contents.joined(separator: ",") + "]}")
        let index = try JSONIndex(scanning: body.span.bytes)
        let shape = try google.facts(.generate, body: body, index: index, target: PathFacts(model: "m", streaming: true))
        return try google.translation.readRequest(body, index: index, shape: shape).turns.filter { $0.role == .assistant }.flatMap(\.parts)
    }

    static let second = ProviderState(maker: Maker(provider: "two", wire: .anthropicMessages), payload: "EqQBtwo")

    /// What the first one thought and proved before it broke off, and what comes back.
    @Test(
        arguments: [
            (["One", " half"], nil, [.thinking(Thinking("One half")), .thinking(Thinking("Anew.", state: second))]),
            ([], nil, [.thinking(Thinking("Anew.", state: second))]),
            (
                ["One"], ProviderState(maker: Maker(provider: "one", wire: .anthropicMessages), payload: "EqQBone"),
                [
                    .thinking(
                        Thinking("One", state: ProviderState(maker: Maker(provider: "one", wire: .anthropicMessages), payload: "EqQBone"))),
                    .thinking(Thinking("Anew.", state: second)),
                ]
            ),
        ] as [([String], ProviderState?, [Part])])
    func `stay apart, each with its own proof`(thoughts: [String], state: ProviderState?, parts: [Part]) throws {
        let context = try CrossedReply(pair: Pair(client: .gemini, provider: .anthropic)).context(streaming: true)
        var writer = google.translation.makeEventWriter(to: context)
        var output: [UInt8] = []
        for thought in thoughts { writer.write(ConversationEvent(.thinking(thought)), into: &output) }
        if let state { writer.write(ConversationEvent(.thinkingState(state)), into: &output) }
        writer.goOn(as: "m")
        writer.write(ConversationEvent(.thinking("Anew.")), into: &output)
        writer.write(ConversationEvent(.thinkingState(Self.second)), into: &output)
        let events = SeenEvent.events(output.text).map(\.data)
        #expect(try Self.history(events) == parts)
    }

    @Test func `stay apart where the first one's came as they were`() throws {
        let first = #"{"candidates":[{"content":{"role":"model","parts":[{"text":"One","thought":true}]},"index":0}]}"#
        var reader = google.makeStreamReader(context: ErrorContext(provider: "google", model: "m"), nowMilliseconds: 0)
        _ = reader.read(data: bytes(first).span.bytes, name: bytes("").span.bytes)
        var writer = reader.makeWriter(
            goingOnTo: try CrossedReply(pair: Pair(client: .gemini, provider: .anthropic)).context(streaming: true))
        var output: [UInt8] = []
        writer.write(ConversationEvent(.thinking("Anew.")), into: &output)
        writer.write(ConversationEvent(.thinkingState(Self.second)), into: &output)
        let parts = try Self.history([first] + SeenEvent.events(output.text).map(\.data))
        #expect(parts == [.thinking(Thinking("One")), .thinking(Thinking("Anew.", state: Self.second))])
    }
}
