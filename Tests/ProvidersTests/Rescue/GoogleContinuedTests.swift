// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

@Suite struct `A generateContent body that asks for the rest of a reply` {
    static let said = #"{"role":"model","parts":[{"text":"Zebras \"gr"}]}"#
    static let behind =
        #",{"role":"user","parts":[{"text":"#
        + `A Messages body that asks for the rest of a reply`.quoted(ContinuationPrompt.text(after: "Zebras \"gr")) + "}]}"
    static let user = #"{"role":"user","parts":[{"text":"a"}]}"#

    static func continued(
        _ body: String, _ method: Continuing, on kind: WireKind = .googleGenerativeAI, text: String = "Zebras \"gr"
    ) -> ContinuedBody? {
        kind.wire.continued(bytes(body), by: Continuation(text: text, method: method))
    }

    static let prefills: [(body: String, result: String)] = [
        (#"{"contents":[ \#(user) ] , "x":1.50}"#, #"{"contents":[ \#(user),\#(said) ] , "x":1.50}"#),
        (#"{"contents":[]}"#, #"{"contents":[\#(said)]}"#),
        // One content where a list is meant.
        (#"{"contents": \#(user) }"#, #"{"contents": [\#(user),\#(said)] }"#),
        (
            #"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}}]}]}"#,
            #"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}}]},\#(said)]}"#
        ),
        (
            #"{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f"}},{"inlineData":{"data":"eA=="}}]}]}"#,
            #"{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f"}},{"inlineData":{"data":"eA=="}}]},\#(said)]}"#
        ),
        // The model has been given words already.
        (
            #"{"contents":[\#(user),{"role":"model","parts":[{"text":"All ","thoughtSignature":"c2ln"}]}]}"#,
            #"{"contents":[\#(user),{"role":"model","parts":[{"text":"All ","thoughtSignature":"c2ln"},{"text":"Zebras \"gr"}]}]}"#
        ),
        (
            #"{"contents":[\#(user),{"parts":{"text":"All "},"role":"model"}]}"#,
            #"{"contents":[\#(user),{"parts":[{"text":"All "},{"text":"Zebras \"gr"}],"role":"model"}]}"#
        ),
        (#"{"contents":[{"role":"model","parts":[]}]}"#, #"{"contents":[\#(said)]}"#),
        (
            #"{"generationConfig":{"stopSequences":["x"],"maxOutputTokens":9,"responseMimeType":"text/plain"},"contents":[]}"#,
            #"{"generationConfig":{"stopSequences":["x"],"maxOutputTokens":9,"responseMimeType":"text/plain"},"contents":[\#(said)]}"#
        ),
    ]

    @Test(arguments: prefills)
    func `has it as the beginning of the model's content`(body: String, result: String) {
        let continued = Self.continued(body, .prefill)
        #expect(continued.map { $0.body.text } == result)
        #expect(continued?.method == .prefill && continued?.leftOut == "")
        // In Cloud Code Assist's envelope, too.
        let wrapped = Self.continued(#"{"model":"m","request":\#(body),"project":"p"}"#, .prefill, on: .googleGeminiCLI)
        #expect(wrapped.map { $0.body.text } == #"{"model":"m","request":\#(result),"project":"p"}"#)
    }

    static let transcripts: [(method: Continuing, body: String, before: String, after: String)] = [
        (.transcript, #"{"contents":[\#(user)]}"#, #"{"contents":[\#(user),\#(said)"#, "]}"),
        (.transcript, #"{"contents":\#(user)}"#, #"{"contents":[\#(user),\#(said)"#, "]}"),
        (
            .transcript, #"{"contents":[{"role":"model","parts":[{"text":"All "}]}]}"#,
            #"{"contents":[{"role":"model","parts":[{"text":"All "},{"text":"Zebras \"gr"}]}"#, "]}"
        ),
        // What has to be called still has to be.
        (
            .prefill, #"{"contents":[],"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}}"#, #"{"contents":[\#(said)"#,
            #"],"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}}"#
        ),
        (
            .prefill, #"{"contents":[],"tool_config":{"function_calling_config":{"mode":"any"}}}"#, #"{"contents":[\#(said)"#,
            #"],"tool_config":{"function_calling_config":{"mode":"any"}}}"#
        ),
    ]

    @Test(arguments: transcripts)
    func `has it as the model's content and a request behind it`(method: Continuing, body: String, before: String, after: String) {
        let continued = Self.continued(body, method)
        #expect(continued.map { $0.body.text } == before + Self.behind + after)
        #expect(continued?.method == .transcript && continued?.leftOut == "")
    }

    static let forms: [(config: String, rest: String, words: String)] = [
        (#""responseMimeType":"application/json""#, "", "without a code fence."),
        (#""response_mime_type":"application/json","response_schema":{"type": "OBJECT"}"#, "", #"{\"type\": \"OBJECT\"}"#),
        (#""seed":1,"responseMimeType":"application/json","responseJsonSchema":{"a":1}"#, #""seed":1"#, #"{\"a\":1}"#),
    ]

    @Test(arguments: forms, [Continuing.prefill, .transcript])
    func `asks in words for the form that it was held to`(form: (config: String, rest: String, words: String), method: Continuing) {
        let continued = Self.continued(#"{"generationConfig":{\#(form.config)},"contents":[]}"#, method, text: #"{"a"#)
        let body = continued.map { $0.body.text } ?? ""
        #expect(continued?.method == .transcript)
        #expect(body.hasPrefix(#"{"generationConfig":{\#(form.rest)},"contents":["#) && body.contains(form.words), "\(body)")
        #expect((try? JSONIndex(scanning: bytes(body).span.bytes)) != nil)
    }

    @Test(arguments: [("a \n\n", "a", " \n\n"), ("a\u{3000}", "a", "\u{3000}"), (" a", " a", "")])
    func `leaves out white space at the end of a prefill`(text: String, sent: String, leftOut: String) {
        let continued = Self.continued(#"{"contents":[]}"#, .prefill, text: text)
        #expect(continued?.body.text == #"{"contents":[{"role":"model","parts":[{"text":"\#(sent)"}]}]}"#)
        #expect(continued?.leftOut == leftOut)
        let nothing = Self.continued(#"{"contents":[]}"#, .prefill, text: " \n")
        #expect(nothing == ContinuedBody(body: bytes(#"{"contents":[]}"#), method: .prefill, leftOut: " \n"))
    }

    @Test(
        arguments: [
            "", "[]", "{}", #"{"contents":1}"#, #"{"contents":null}"#, #"{"contents":[1"#,
            #"{"contents":[],"generationConfig":{"responseMimeType":"text/x.enum"}}"#,
        ], [Continuing.prefill, .transcript])
    func `has a place for it`(body: String, method: Continuing) { #expect(Self.continued(body, method) == nil) }

    @Test func `is asked in words where a route has refused a beginning`() {
        let repaired = WireKind.googleGenerativeAI.wire.repaired(bytes(#"{"contents":[\#(Self.said)]}"#), by: .askToContinue)
        #expect(repaired?.text == #"{"contents":[\#(Self.said),{"role":"user","parts":[{"text":"\#(ContinuationPrompt.general)"}]}]}"#)
        #expect(WireKind.googleGenerativeAI.wire.repaired(bytes(#"{"contents":[\#(Self.user)]}"#), by: .askToContinue) == nil)
    }
}
