// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

/// Chat Completions and Google, as `What a reader knows to be said` has the other two.
@Suite struct `What a reader of choices and candidates knows to be said` {
    struct Case: CustomStringConvertible, Sendable {
        var description: String
        var dialect: Dialect
        var events: [String]
        var text = ""
        var hasReasoned = false
        var hasCalled = false
        var obstacle: RescueObstacle?
    }

    private static func chat(
        _ what: String, _ deltas: String..., text: String = "", hasReasoned: Bool = false, hasCalled: Bool = false,
        obstacle: RescueObstacle? = nil
    ) -> Case {
        let events = deltas.map { #"{"id":"c","choices":[{"index":0,"delta":{\#($0)}}]}"# }
        return Case(
            description: "chat: \(what)", dialect: .chat, events: events, text: text, hasReasoned: hasReasoned, hasCalled: hasCalled,
            obstacle: obstacle)
    }

    static let chats: [Case] = [
        chat("nothing", #""role":"assistant","content":"""#), chat("null", #""content":null"#),
        chat("text in pieces", #""content":"a\"b""#, #""content":"ü""#, text: "a\"bü"),
        chat("a pair in two pieces", #""content":"a\ud83d""#, #""content":"\ude00b""#, text: "a😀b"),
        chat("half a pair", #""content":"a\ud83d""#, text: "a"),
        chat("parts", #""content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#, text: "ab"),
        chat("parts that think", #""content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]"#, hasReasoned: true),
        chat("what a text rests on", #""content":[{"type":"text","text":"a"},{"type":"reference","reference_ids":[1]}]"#, text: "a"),
        chat("a thought", #""reasoning_content":"hm""#, #""content":"a""#, text: "a", hasReasoned: true),
        chat("a thought with its proof", #""reasoning_details":[{"type":"reasoning.text","text":"hm"}]"#, hasReasoned: true),
        chat("sources", #""content":"a","annotations":[{"type":"url_citation"}]"#, text: "a"),
        chat("a call", #""content":"a""#, #""tool_calls":[{"index":0,"id":"x"}]"#, #""content":"held""#, text: "a", hasCalled: true),
        chat("a call beside text", #""content":"a""#, #""content":"b","tool_calls":[{"index":0}]"#, text: "a", hasCalled: true),
        chat("a call before text", #""tool_calls":[{"index":0}],"content":"b""#, hasCalled: true),
        chat("the older call", #""content":"a""#, #""function_call":{"name":"f"}"#, text: "a", hasCalled: true),
        chat("a refusal", #""refusal":"No.""#, obstacle: .otherContent),
        chat("an image", #""content":"a","images":[{"type":"image_url"}]"#, text: "a", obstacle: .otherContent),
        chat("sound", #""audio":{"id":"a","data":"eA=="}"#, obstacle: .otherContent),
        chat("a part of another kind", #""content":[{"type":"document_url","document_url":"u"}]"#, obstacle: .otherContent),
        chat("a server's tool", #""content":"a","executed_tools":[{"index":0,"type":"python"}]"#, text: "a", obstacle: .serverTool),
        Case(
            description: "chat: the second choice", dialect: .chat,
            events: [#"{"choices":[{"index":1,"delta":{"content":"b","refusal":"no"}},{"index":0,"delta":{"content":"a"}}]}"#], text: "a"),
    ]

    private static func google(
        _ what: String, _ parts: String..., text: String = "", hasReasoned: Bool = false, hasCalled: Bool = false,
        obstacle: RescueObstacle? = nil
    ) -> Case {
        let events = parts.map { #"{"candidates":[{"content":{"role":"model","parts":[\#($0)]},"index":0}],"responseId":"g"}"# }
        return Case(
            description: "google: \(what)", dialect: .gemini, events: events, text: text, hasReasoned: hasReasoned, hasCalled: hasCalled,
            obstacle: obstacle)
    }

    static let googles: [Case] = [
        google("nothing", #"{"text":""}"#), google("text in pieces", #"{"text":"a\"b"}"#, #"{"text":"ü"},{"text":"c"}"#, text: "a\"büc"),
        google("a pair in two pieces", #"{"text":"a\ud83d"}"#, #"{"text":"\ude00b"}"#, text: "a😀b"),
        google("a thought", #"{"text":"hm","thought":true}"#, #"{"thought":true,"text":"hm"},{"text":"a"}"#, text: "a", hasReasoned: true),
        google("a signature", #"{"text":"a"}"#, #"{"text":"","thoughtSignature":"c2ln"}"#, text: "a"),
        google("a call", #"{"text":"a"}"#, #"{"text":"b"},{"functionCall":{"name":"f"}}"#, #"{"text":"held"}"#, text: "a", hasCalled: true),
        google("code of its own", #"{"text":"a"},{"executableCode":{"code":"1"}}"#, text: "a", obstacle: .serverTool),
        google("what its code gave", #"{"codeExecutionResult":{"outcome":"OUTCOME_OK"}}"#, obstacle: .serverTool),
        google("an image", #"{"text":"a"},{"inlineData":{"data":"eA=="}}"#, text: "a", obstacle: .otherContent),
        google("an image of its thoughts", #"{"inlineData":{"data":"eA=="},"thought":true}"#, hasReasoned: true),
        Case(
            description: "google: the second candidate", dialect: .gemini,
            events: [
                #"{"candidates":[{"content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"b"},{"inlineData":{}}]},"index":1}]}"#
            ], text: "a"),
        Case(
            description: "google: in Cloud Code Assist's envelope", dialect: .gemini,
            events: [#"{"response":{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}}"#], text: "a"),
    ]

    @Test(arguments: chats + googles)
    func `is the text that a client has`(case expected: Case) {
        var reader = expected.dialect.reader()
        for event in expected.events {
            let read = reader.read(data: bytes(event).span.bytes, name: bytes("").span.bytes)
            #expect(read.failure == nil, "\(event)")
        }
        #expect(String(decoding: reader.said.text, as: UTF8.self) == expected.text)
        #expect((reader.said.hasReasoned, reader.said.hasCalled) == (expected.hasReasoned, expected.hasCalled))
        #expect(reader.said.obstacle == expected.obstacle)
    }

    @Test(arguments: [Dialect.chat, .gemini])
    func `is bounded`(dialect: Dialect) {
        let piece = String(repeating: "x", count: 100_000)
        let event = dialect == .chat ? Self.chat("", #""content":"\#(piece)""#) : Self.google("", #"{"text":"\#(piece)"}"#)
        var reader = dialect.reader()
        for _ in 0..<12 { _ = reader.read(data: bytes(event.events[0]).span.bytes, name: bytes("").span.bytes) }
        #expect(reader.said.obstacle == .tooLong && reader.said.text.isEmpty)
    }
}
