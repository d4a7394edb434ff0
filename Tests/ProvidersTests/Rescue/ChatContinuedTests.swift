// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

@Suite struct `A Chat Completions body that asks for the rest of a reply` {
    static let wire = WireKind.openaiCompletions.wire
    static let said = #"{"role":"assistant","content":"Zebras \"gr"}"#
    static let behind = #",{"role":"user","content":"# + quoted(ContinuationPrompt.text(after: "Zebras \"gr")) + "}"
    static let user = #"{"role":"user","content":"a"}"#

    static func quoted(_ text: String) -> String { `A Messages body that asks for the rest of a reply`.quoted(text) }

    static func continued(
        _ body: String, _ method: Continuing, _ mark: PrefillMark? = nil, text: String = "Zebras \"gr"
    ) -> ContinuedBody? {
        wire.continued(bytes(body), by: Continuation(text: text, method: method, mark: mark))
    }

    static let prefills: [(body: String, result: String)] = [
        (#"{"messages":[ \#(user) ] , "x":1.50}"#, #"{"messages":[ \#(user),\#(said) ] , "x":1.50}"#),
        (#"{"messages":[]}"#, #"{"messages":[\#(said)]}"#),
        // Instructions, images and results stay.
        (
            #"{"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]}]}"#,
            #"{"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]},\#(said)]}"#
        ),
        (
            #"{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c"}]},{"role":"tool","tool_call_id":"c","content":"r"}]}"#,
            #"{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c"}]},{"role":"tool","tool_call_id":"c","content":"r"},\#(said)]}"#
        ),
        // The assistant has been given words already.
        (
            #"{"messages":[\#(user),{"role":"assistant","content":"All "}]}"#,
            #"{"messages":[\#(user),{"role":"assistant","content":"All Zebras \"gr"}]}"#
        ),
        (
            #"{"messages":[{"role":"assistant","content":[{"type":"text","text":"All "}]}]}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"text","text":"All Zebras \"gr"}]}]}"#
        ),
        (
            #"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":[]}]}]}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":[]},{"type":"text","text":"Zebras \"gr"}]}]}"#
        ),
        (
            #"{"messages":[{"role":"assistant","content":[]}]}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"text","text":"Zebras \"gr"}]}]}"#
        ),
        // What the client set stays.
        (
            #"{"stop":["x"],"max_tokens":9,"tool_choice":"auto","reasoning_effort":"none","messages":[]}"#,
            #"{"stop":["x"],"max_tokens":9,"tool_choice":"auto","reasoning_effort":"none","messages":[\#(said)]}"#
        ),
        (
            #"{"response_format":{"type":"text"},"thinking":{"type":"disabled"},"messages":[]}"#,
            #"{"response_format":{"type":"text"},"thinking":{"type":"disabled"},"messages":[\#(said)]}"#
        ),
    ]

    @Test(arguments: prefills)
    func `has it as the beginning of the assistant's message`(body: String, result: String) {
        let continued = Self.continued(body, .prefill)
        #expect(continued.map { $0.body.text } == result)
        #expect(continued?.method == .prefill && continued?.leftOut == "")
    }

    static let marked: [(mark: PrefillMark, body: String, result: String)] = [
        (.prefix, #"{"messages":[]}"#, #"{"messages":[{"role":"assistant","content":"Z","prefix":true}]}"#),
        (.partial, #"{"messages":[]}"#, #"{"messages":[{"role":"assistant","content":"Z","partial":true}]}"#),
        (
            .prefix, #"{"messages":[{"role":"assistant","content":"All "}]}"#,
            #"{"messages":[{"role":"assistant","content":"All Z","prefix":true}]}"#
        ),
        (
            .prefix, #"{"messages":[{"prefix":false,"role":"assistant","content":"All "}]}"#,
            #"{"messages":[{"prefix":true,"role":"assistant","content":"All Z"}]}"#
        ),
        (
            .continueFinalMessage, #"{"messages":[]}"#,
            #"{"continue_final_message":true,"add_generation_prompt":false,"messages":[{"role":"assistant","content":"Z"}]}"#
        ),
        (
            .continueFinalMessage, #"{"add_generation_prompt":true,"messages":[]}"#,
            #"{"continue_final_message":true,"add_generation_prompt":false,"messages":[{"role":"assistant","content":"Z"}]}"#
        ),
    ]

    @Test(arguments: marked)
    func `marks it as its provider wants it`(mark: PrefillMark, body: String, result: String) {
        #expect(Self.continued(body, .prefill, mark, text: "Z")?.body.text == result)
        // A request behind it is marked by nobody.
        #expect(Self.continued(#"{"messages":[]}"#, .transcript, mark, text: "Z")?.body.text.contains("true") == false)
    }

    static let transcripts: [(method: Continuing, body: String, before: String)] = [
        (.transcript, #"{"messages":[\#(user)]}"#, #"{"messages":[\#(user),\#(said)"#),
        (
            .transcript, #"{"messages":[\#(user),{"role":"assistant","content":"All "}]}"#,
            #"{"messages":[\#(user),{"role":"assistant","content":"All Zebras \"gr"}"#
        ),
        // No prefill before thoughts,
        (.prefill, #"{"reasoning_effort":"low","messages":[]}"#, #"{"reasoning_effort":"low","messages":[\#(said)"#),
        (.prefill, #"{"thinking":{"type":"enabled"},"messages":[]}"#, #"{"thinking":{"type":"enabled"},"messages":[\#(said)"#),
        (.prefill, #"{"enable_thinking":true,"messages":[]}"#, #"{"enable_thinking":true,"messages":[\#(said)"#),
        (.prefill, #"{"reasoning":{"max_tokens":9},"messages":[]}"#, #"{"reasoning":{"max_tokens":9},"messages":[\#(said)"#),
        // nor before a tool that has to be called: it still has to be.
        (.prefill, #"{"tool_choice":"required","messages":[]}"#, #"{"tool_choice":"required","messages":[\#(said)"#),
        (
            .prefill, #"{"tool_choice":{"type":"function","function":{"name":"f"}},"messages":[]}"#,
            #"{"tool_choice":{"type":"function","function":{"name":"f"}},"messages":[\#(said)"#
        ),
        (.prefill, #"{"function_call":{"name":"f"},"messages":[]}"#, #"{"function_call":{"name":"f"},"messages":[\#(said)"#),
    ]

    @Test(arguments: transcripts)
    func `has it as the assistant's message and a request behind it`(method: Continuing, body: String, before: String) {
        let continued = Self.continued(body, method, .prefix)
        #expect(continued.map { $0.body.text } == before + Self.behind + "]}")
        #expect(continued?.method == .transcript && continued?.leftOut == "")
    }

    static let forms: [(body: String, result: String, words: String)] = [
        (
            #"{"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type": "object"}}},"messages":[]}"#,
            #"{"messages":["#, #"follows this schema: {\"type\": \"object\"}"#
        ),
        (#"{"n":1,"response_format":{"type":"json_object"},"messages":[]}"#, #"{"n":1,"messages":["#, "without a code fence.\""),
        (#"{"response_format":{"type":"json_object","schema":{"a":1}},"messages":[]}"#, #"{"messages":["#, #"{\"a\":1}"#),
        (#"{"messages":[],"response_format":{"type":"json_object"}}"#, #"{"messages":["#, "without a code fence.\""),
    ]

    @Test(arguments: forms, [Continuing.prefill, .transcript])
    func `asks in words for the form that it was held to`(form: (body: String, result: String, words: String), method: Continuing) {
        let continued = Self.continued(form.body, method, text: #"{"a"#)
        let body = continued.map { $0.body.text } ?? ""
        #expect(continued?.method == .transcript)
        #expect(body.hasPrefix(form.result) && body.contains(form.words) && !body.contains("response_format"), "\(body)")
        #expect((try? JSONIndex(scanning: bytes(body).span.bytes)) != nil)
    }

    @Test(arguments: [("a \n\n", "a", " \n\n"), ("a\r\n", "a", "\r\n"), ("a\u{3000}", "a", "\u{3000}"), (" a", " a", "")])
    func `leaves out white space at the end of a prefill`(text: String, sent: String, leftOut: String) {
        let continued = Self.continued(#"{"messages":[]}"#, .prefill, text: text)
        #expect(continued?.body.text == #"{"messages":[{"role":"assistant","content":"\#(sent)"}]}"#)
        #expect(continued?.leftOut == leftOut)
        #expect(Self.continued(#"{"messages":[]}"#, .transcript, text: text)?.leftOut == "")
        let nothing = Self.continued(#"{"messages":[]}"#, .prefill, text: " \n")
        #expect(nothing == ContinuedBody(body: bytes(#"{"messages":[]}"#), method: .prefill, leftOut: " \n"))
    }

    @Test(
        arguments: [
            "", "[]", "{}", #"{"messages":1}"#, #"{"messages":[1"#, #"{"messages":[],"guided_regex":"a+"}"#,
            #"{"messages":[],"grammar":"root ::= \"a\""}"#, #"{"messages":[],"structured_outputs":{"json":{}}}"#,
        ], [Continuing.prefill, .transcript])
    func `has a place for it`(body: String, method: Continuing) { #expect(Self.continued(body, method) == nil) }

    @Test func `is asked for the last words in a way that survives`() {
        for text in ["a\nb \"c\" \\d", String(repeating: "word ", count: 40), "日本語の文章がここで", "x"] {
            let ask = Self.continued(#"{"messages":[]}"#, .transcript, text: text).flatMap {
                try? JSONValue.parse($0.body)["messages"]?[1]?["content"]?.string
            }
            let anchor = ContinuationPrompt.anchor(of: text)
            #expect(text.hasSuffix(anchor) && !anchor.isEmpty && anchor.unicodeScalars.count <= 32)
            #expect(ask?.contains(Self.quoted(anchor)) == true, "\(text)")
        }
    }
}
