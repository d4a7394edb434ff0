// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

@Suite struct `A Messages body that asks for the rest of a reply` {
    static let wire = WireKind.anthropicMessages.wire
    static let ask = ContinuationPrompt.text(after: "Zebras gr")
    static let behind = #",{"role":"user","content":"# + quoted(ask) + "}"

    static func quoted(_ text: String) -> String {
        var quoted: [UInt8] = []
        quoted.quote(text)
        return quoted.text
    }

    static let prefills: [(body: String, result: String)] = [
        (
            #"{"messages":[ {"role":"user","content":"a"} ] , "x":1.50}"#,
            #"{"messages":[ {"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"Zebras gr"}]} ] , "x":1.50}"#
        ),
        // The assistant has been given words already.
        (
            #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"All "}]}"#,
            #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"All Zebras gr"}]}"#
        ),
        (
            #"{"messages":[{"role":"assistant","content":[{"type":"text","text":"All ","cache_control":{}}]}],"thinking":{"type":"disabled"}}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"text","text":"All Zebras gr","cache_control":{}}]}],"thinking":{"type":"disabled"}}"#
        ),
        (
            #"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"}]}],"tool_choice":{"type":"auto"}}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"Zebras gr"}]}],"tool_choice":{"type":"auto"}}"#
        ),
        (
            #"{"messages":[{"role":"assistant","content":[]}]}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"text","text":"Zebras gr"}]}]}"#
        ),
        (#"{"messages":[]}"#, #"{"messages":[{"role":"assistant","content":[{"type":"text","text":"Zebras gr"}]}]}"#),
    ]

    @Test(arguments: prefills)
    func `has it as the beginning of the assistant's message`(body: String, result: String) {
        let continued = Self.wire.continued(bytes(body), by: Continuation(text: "Zebras gr", method: .prefill))
        #expect(continued.map { $0.body.text } == result)
        #expect(continued?.method == .prefill && continued?.leftOut == "")
    }

    static let transcripts: [(method: Continuing, body: String, result: String)] = [
        (
            .transcript, #"{"messages":[{"role":"user","content":"a"}]}"#,
            #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"Zebras gr"}]}\#(behind)]}"#
        ),
        (
            .transcript, #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"All "}]}"#,
            #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"All Zebras gr"}\#(behind)]}"#
        ),
        // No prefill beside thoughts,
        (
            .prefill, #"{"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"a"}]}"#,
            #"{"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"Zebras gr"}]}\#(behind)]}"#
        ),
        (
            .prefill, #"{"thinking":{"type":"adaptive"},"messages":[]}"#,
            #"{"thinking":{"type":"adaptive"},"messages":[{"role":"assistant","content":[{"type":"text","text":"Zebras gr"}]}\#(behind)]}"#
        ),
        // beside a tool that has to be called: it still has to be,
        (
            .prefill, #"{"tool_choice":{"type":"any"},"messages":[]}"#,
            #"{"tool_choice":{"type":"any"},"messages":[{"role":"assistant","content":[{"type":"text","text":"Zebras gr"}]}\#(behind)]}"#
        ),
        (
            .prefill, #"{"tool_choice":{"type":"tool","name":"f"},"messages":[]}"#,
            #"{"tool_choice":{"type":"tool","name":"f"},"messages":[{"role":"assistant","content":[{"type":"text","text":"Zebras gr"}]}\#(behind)]}"#
        ),
    ]

    @Test(arguments: transcripts)
    func `has it as the assistant's message and a request behind it`(method: Continuing, body: String, result: String) {
        let continued = Self.wire.continued(bytes(body), by: Continuation(text: "Zebras gr", method: method))
        #expect(continued.map { $0.body.text } == result)
        #expect(continued?.method == .transcript && continued?.leftOut == "")
    }

    /// Where the output is held to a schema from its first letter on, an answer would begin anew.
    static let forms: [(body: String, result: String, words: String)] = [
        (
            #"{"output_format":{"type":"json_schema","schema":{"type": "object"}},"messages":[]}"#, #"{"messages":["#,
            #"follows this schema: {\"type\": \"object\"}"#
        ),
        (
            #"{"max_tokens":9,"output_config":{"format":{"type":"json_schema","schema":{"a":1}}},"messages":[]}"#,
            #"{"max_tokens":9,"messages":["#, #"{\"a\":1}"#
        ),
        (
            #"{"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"a":1}}},"messages":[]}"#,
            #"{"output_config":{"effort":"low"},"messages":["#, #"{\"a\":1}"#
        ),
        (#"{"output_format":{"type":"json"},"messages":[]}"#, #"{"messages":["#, "one JSON document, without a code fence.\""),
    ]

    @Test(arguments: forms, [Continuing.prefill, .transcript])
    func `asks in words for the schema that it was held to`(form: (body: String, result: String, words: String), method: Continuing) {
        let continued = Self.wire.continued(bytes(form.body), by: Continuation(text: #"{"a"#, method: method))
        let body = continued.map { $0.body.text } ?? ""
        #expect(continued?.method == .transcript)
        #expect(body.hasPrefix(form.result) && body.contains(form.words), "\(body)")
        #expect((try? JSONIndex(scanning: bytes(body).span.bytes)) != nil)
    }

    static let spaces: [(text: String, sent: String, leftOut: String)] = [
        ("a \n\n", #""a""#, " \n\n"), ("a\u{3000}", #""a""#, "\u{3000}"), ("a\r\n", #""a""#, "\r\n"), (" \"a", #"" \"a""#, ""),
        ("a\u{301}", "\"a\u{301}\"", ""),
    ]

    @Test(arguments: spaces)
    func `leaves out white space at the end of a prefill`(text: String, sent: String, leftOut: String) {
        let continued = Self.wire.continued(bytes(#"{"messages":[]}"#), by: Continuation(text: text, method: .prefill))
        #expect(continued?.body.text == #"{"messages":[{"role":"assistant","content":[{"type":"text","text":\#(sent)}]}]}"#)
        #expect(continued?.leftOut == leftOut)
        #expect(Self.wire.continued(bytes(#"{"messages":[]}"#), by: Continuation(text: text, method: .transcript))?.leftOut == "")
    }

    @Test(arguments: [Continuing.prefill, .transcript], [" ", "\n\t "])
    func `stays as it was for an answer without a word`(method: Continuing, text: String) {
        let body = bytes(#"{"messages":[{"role":"user","content":"a"}]}"#)
        let continued = Self.wire.continued(body, by: Continuation(text: text, method: method))
        #expect(continued == ContinuedBody(body: body, method: .prefill, leftOut: text))
    }

    @Test(arguments: ["", "[]", "{}", #"{"messages":1}"#, #"{"messages":"a"}"#, #"{"messages":[1"#])
    func `has a place for it`(body: String) {
        #expect(Self.wire.continued(bytes(body), by: Continuation(text: "a", method: .prefill)) == nil)
    }
}
