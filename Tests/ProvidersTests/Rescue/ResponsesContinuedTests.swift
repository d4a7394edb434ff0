// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

@Suite struct `A Responses body that asks for the rest of a reply` {
    static let wire = WireKind.openaiResponses.wire
    static let message = #"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Zebras \"gr"}]}"#
    static let ask = ContinuationPrompt.text(after: "Zebras \"gr")
    static let behind =
        #",{"type":"message","role":"user","content":"# + `A Messages body that asks for the rest of a reply`.quoted(ask) + "}"

    static let bodies: [(body: String, before: String, after: String)] = [
        // The input is a list,
        (#"{"input":[ {"role":"user","content":"a"} ],"x":1.50}"#, #"{"input":[ {"role":"user","content":"a"},"#, #" ],"x":1.50}"#),
        (#"{"input":[]}"#, #"{"input":["#, "]}"),
        // is a text,
        (#"{"input":"a\n", "stream":true}"#, #"{"input":[{"type":"message","role":"user","content":"a\n"},"#, #"], "stream":true}"#),
        // is kept where the reply before it is, or in a prompt of the account's.
        (#"{"previous_response_id":"resp_1"}"#, #"{"previous_response_id":"resp_1","input":["#, "]}"),
        (#"{"input":null,"prompt":{"id":"p"}}"#, #"{"input":["#, #"],"prompt":{"id":"p"}}"#),
        (
            #"{"previous_response_id":"resp_1","input":"a"}"#,
            #"{"previous_response_id":"resp_1","input":[{"type":"message","role":"user","content":"a"},"#, "]}"
        ),
        // What has to be called still has to be.
        (#"{"tool_choice":"required","input":[]}"#, #"{"tool_choice":"required","input":["#, "]}"),
        (#"{"text":{"format":{"type":"text"}},"input":[]}"#, #"{"text":{"format":{"type":"text"}},"input":["#, "]}"),
        // A provider's own message stays as it was.
        (
            #"{"input":[{"id":"msg_1","role":"assistant","content":"All "}]}"#,
            #"{"input":[{"id":"msg_1","role":"assistant","content":"All "},"#, "]}"
        ),
        (
            #"{"input":[{"type":"function_call_output","call_id":"c","output":"1"}]}"#,
            #"{"input":[{"type":"function_call_output","call_id":"c","output":"1"},"#, "]}"
        ),
    ]

    @Test(arguments: bodies)
    func `has it as the assistant's message and a request behind it`(body: String, before: String, after: String) {
        let asked = Self.wire.continued(bytes(body), by: Continuation(text: "Zebras \"gr", method: .transcript))
        #expect(asked.map { $0.body.text } == before + Self.message + Self.behind + after)
        #expect(asked?.method == .transcript && asked?.leftOut == "")
        let begun = Self.wire.continued(bytes(body), by: Continuation(text: "Zebras \"gr", method: .prefill))
        #expect(begun.map { $0.body.text } == before + Self.message + after)
        #expect(begun?.method == .prefill && begun?.leftOut == "")
    }

    static let beginnings: [(body: String, result: String)] = [
        (#"{"input":[{"role":"assistant","content":"All "}]}"#, #"{"input":[{"role":"assistant","content":"All Zebras \"gr"}"#),
        (
            #"{"input":[{"role":"assistant","content":[{"type":"output_text","text":"All "}]} ]}"#,
            #"{"input":[{"role":"assistant","content":[{"type":"output_text","text":"All Zebras \"gr"}]}"#
        ),
    ]

    @Test(arguments: beginnings)
    func `adds it to what the assistant has been given to say`(body: String, result: String) {
        let asked = Self.wire.continued(bytes(body), by: Continuation(text: "Zebras \"gr", method: .transcript))
        #expect(asked.map { $0.body.text.hasPrefix(result + Self.behind) } == true, "\(asked.map { $0.body.text } ?? "")")
    }

    /// Where the output is held to a schema from its first letter on, an answer would begin anew.
    static let forms: [(body: String, result: String, words: String)] = [
        (
            #"{"text":{"format":{"type":"json_schema","name":"n","schema":{"a":1}},"verbosity":"low"},"input":[]}"#,
            #"{"text":{"verbosity":"low"},"input":["#, #"follows this schema: {\"a\":1}"#
        ),
        (#"{"text":{"format":{"type":"json_object"}},"input":[]}"#, #"{"text":{},"input":["#, "one JSON document, without a code fence.\""),
    ]

    @Test(arguments: forms, [Continuing.prefill, .transcript])
    func `asks in words for the schema that it was held to`(form: (body: String, result: String, words: String), method: Continuing) {
        let asked = Self.wire.continued(bytes(form.body), by: Continuation(text: #"{"a"#, method: method))
        let body = asked.map { $0.body.text } ?? ""
        #expect(asked?.method == .transcript)
        #expect(body.hasPrefix(form.result) && body.contains(form.words), "\(body)")
        #expect((try? JSONIndex(scanning: bytes(body).span.bytes)) != nil)
    }

    @Test(arguments: ["", "[]", #"{"input":1}"#, #"{"input":{}}"#, #"{"input":[1"#])
    func `has a place for it`(body: String) {
        #expect(Self.wire.continued(bytes(body), by: Continuation(text: "a", method: .prefill)) == nil)
    }

    @Test func `is the same at ChatGPT's backend`() {
        let codex = WireKind.openaiCodexResponses.wire
        let body = bytes(#"{"model":"m","input":[],"store":false}"#)
        let continuation = Continuation(text: "a", method: .transcript)
        #expect(codex.continued(body, by: continuation) == Self.wire.continued(body, by: continuation))
    }
}

@Suite struct `The words that ask for the rest of a reply` {
    static let anchors: [(answer: String, anchor: String)] = [
        ("Hi", "Hi"), ("a b", "a b"),
        ("It is a truth universally acknowledged, that a single man", "acknowledged, that a single man"),
        // No word begins there.
        (String(repeating: "x", count: 50), String(repeating: "x", count: 32)),
        (String(repeating: "x", count: 40) + "   ", String(repeating: "x", count: 29) + "   "),
        ("🦓" + String(repeating: "字", count: 31), "🦓" + String(repeating: "字", count: 31)),
    ]

    @Test(arguments: anchors)
    func `quote its last words`(answer: String, anchor: String) {
        #expect(ContinuationPrompt.anchor(of: answer) == anchor)
        #expect(ContinuationPrompt.text(after: answer).contains("\"\(anchor)\""))
    }

    @Test func `quote them so that they survive`() {
        #expect(ContinuationPrompt.text(after: "say \"a\\\nb").contains(#""say \"a\\\nb""#))
    }
}
