// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

@Suite struct `What a reader knows to be said` {
    struct Case: CustomStringConvertible, Sendable {
        var description: String
        var dialect: Dialect
        var events: [String]
        var text = ""
        var hasReasoned = false
        var hasCalled = false
        var obstacle: RescueObstacle?
    }

    private static func messages(_ what: String, _ events: String..., text: String = "", hasReasoned: Bool = false) -> Case {
        let start = #"{"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}}"#
        return Case(description: "Messages: \(what)", dialect: .anthropic, events: [start] + events, text: text, hasReasoned: hasReasoned)
    }

    private static func block(_ block: String, at index: Int = 0) -> String {
        #"{"type":"content_block_start","index":\#(index),"content_block":\#(block)}"#
    }

    private static func delta(_ delta: String, at index: Int = 0) -> String {
        #"{"type":"content_block_delta","index":\#(index),"delta":{\#(delta)}}"#
    }

    private static let text = block(#"{"type":"text","text":""}"#)

    static let messages: [Case] = [
        messages("nothing", text),
        messages("text in pieces", text, delta(#""text":"a\"b""#), delta(#""text":"ü""#), text: "a\"bü"),
        messages("text in the beginning of its block", block(#"{"type":"text","text":"a"}"#), delta(#""text":"b""#), text: "ab"),
        messages("a pair in two pieces", text, delta(#""text":"a\ud83d""#), delta(#""text":"\ude00b""#), text: "a😀b"),
        messages("half a pair", text, delta(#""text":"a\ud83d""#), text: "a"),
        messages("a thought", block(#"{"type":"thinking","thinking":""}"#), delta(#""thinking":"hm""#), hasReasoned: true),
        messages("a hidden thought", block(#"{"type":"redacted_thinking","data":"x"}"#), hasReasoned: true),
        {
            var call = messages("a call", text, delta(#""text":"a""#), block(#"{"type":"tool_use","id":"t","name":"f"}"#, at: 1), text: "a")
            call.events += [delta(#""partial_json":"{}""#, at: 1), block(#"{"type":"text","text":"held"}"#, at: 2)]
            call.hasCalled = true
            return call
        }(),
    ]

    private static func responses(_ what: String, _ events: String..., text: String = "", hasReasoned: Bool = false) -> Case {
        Case(description: "Responses: \(what)", dialect: .responses, events: events, text: text, hasReasoned: hasReasoned)
    }

    private static func added(_ item: String, at place: Int = 0) -> String {
        #"{"type":"response.output_item.added","output_index":\#(place),"item":\#(item)}"#
    }

    private static func done(_ item: String, at place: Int = 0) -> String {
        #"{"type":"response.output_item.done","output_index":\#(place),"item":\#(item)}"#
    }

    private static func says(_ text: String) -> String {
        #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"\#(text)"}"#
    }

    private static let message = added(#"{"type":"message","id":"m","content":[]}"#)
    private static let whole = done(#"{"type":"message","id":"m","content":[{"type":"output_text","text":"ab"}]}"#)

    static let responses: [Case] = [
        responses("nothing", message),
        responses("text in pieces", message, says("a"), says("b"), text: "ab"),
        responses("text in pieces, and then as a whole", message, says("a"), says("b"), whole, text: "ab"),
        responses("a message told when it is done", whole, text: "ab"),
        responses("a message without pieces", message, whole, text: "ab"),
        responses("a pair in two pieces", message, says(#"a\ud83d"#), says(#"\ude00b"#), text: "a😀b"),
        responses(
            "a thought", added(#"{"type":"reasoning","id":"r"}"#),
            #"{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"hm"}"#, hasReasoned: true),
        responses("a thought told when it is done", done(#"{"type":"reasoning","summary":[{"text":"hm"}]}"#), hasReasoned: true),
        {
            var call = responses("a call", message, says("a"), added(#"{"type":"function_call","id":"f"}"#, at: 1), says("held"), text: "a")
            call.hasCalled = true
            return call
        }(),
        {
            var call = responses("the arguments of a call that never began", says("a"), text: "a")
            call.events += [#"{"type":"response.function_call_arguments.delta","delta":"{"}"#, says("held")]
            call.hasCalled = true
            return call
        }(),
    ]

    @Test(arguments: messages + responses)
    func `is the text that a client has`(case expected: Case) {
        let said = Self.read(expected)
        #expect(String(decoding: said.text, as: UTF8.self) == expected.text)
        #expect((said.hasReasoned, said.hasCalled) == (expected.hasReasoned, expected.hasCalled))
        #expect(said.obstacle == nil)
    }

    private static func read(_ expected: Case) -> Said {
        var reader = expected.dialect.reader()
        for event in expected.events {
            let read = reader.read(data: bytes(event).span.bytes, name: bytes("").span.bytes)
            #expect(read.failure == nil, "\(event)")
        }
        return reader.said
    }

    static let obstacles: [Case] = [
        ("{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}", Dialect.anthropic, RescueObstacle.serverTool),
        (#"{"type":"web_search_tool_result","tool_use_id":"s","content":[]}"#, .anthropic, .serverTool),
        (#"{"type":"bash_code_execution_tool_result","tool_use_id":"s","content":{}}"#, .anthropic, .serverTool),
        (#"{"type":"mcp_tool_use","id":"s","name":"f","input":{}}"#, .anthropic, .serverTool),
        (#"{"type":"container_upload","file_id":"f"}"#, .anthropic, .otherContent),
        (#"{"type":"web_search_call","id":"w"}"#, .responses, .serverTool), (#"{"type":"mcp_list_tools"}"#, .responses, .serverTool),
        (#"{"type":"code_interpreter_call"}"#, .responses, .serverTool), (#"{"type":"compaction"}"#, .responses, .otherContent),
        (#"{"type":"image_generation_call"}"#, .responses, .serverTool),
    ].map { item, dialect, obstacle in
        var found =
            dialect == .anthropic ? messages("of the provider's own", block(item)) : responses("of the provider's own", added(item))
        found.description += " \(item)"
        found.obstacle = obstacle
        return found
    }

    @Test(arguments: obstacles)
    func `ends where a provider's own tools begin`(case expected: Case) {
        #expect(Self.read(expected).obstacle == expected.obstacle)
    }

    @Test func `has no refusal in it that could be gone on with`() {
        let refusal = #"{"type":"response.refusal.delta","output_index":0,"content_index":0,"delta":"No."}"#
        #expect(Self.read(Self.responses("a refusal", refusal)).obstacle == .otherContent)
    }

    @Test(arguments: [Dialect.anthropic, .responses])
    func `is bounded`(dialect: Dialect) {
        let piece = String(repeating: "x", count: 100_000)
        let event = dialect == .anthropic ? Self.delta(#""text":"\#(piece)""#) : Self.says(piece)
        var reader = dialect.reader()
        let start = dialect == .anthropic ? Self.messages("", Self.text).events : [Self.message]
        for event in start + Array(repeating: event, count: 12) {
            _ = reader.read(data: bytes(event).span.bytes, name: bytes("").span.bytes)
        }
        #expect(reader.said.obstacle == .tooLong && reader.said.text.isEmpty)
        let call =
            dialect == .anthropic ? Self.block(#"{"type":"tool_use","id":"t"}"#, at: 1) : Self.added(#"{"type":"function_call"}"#, at: 1)
        #expect(reader.read(data: bytes(call).span.bytes, name: bytes("").span.bytes).marks == .toolCall)
    }

    @Test func `is bounded in what stands beside the text`() throws {
        var reader = Dialect.responses.reader()
        let cipher = String(repeating: "x", count: 100_000)
        for place in 0..<12 {
            let item = Self.done(#"{"type":"reasoning","id":"r\#(place)","summary":[],"encrypted_content":"\#(cipher)"}"#, at: place)
            _ = reader.read(data: bytes(item).span.bytes, name: bytes("").span.bytes)
        }
        #expect(reader.said.obstacle == .tooLong)
        // Absurd places are no reason to take room for all before them.
        var odd = Dialect.responses.reader()
        for place in ["-1", "9223372036854775807", "1e99", "\"a\"", "null"] {
            let item = #"{"type":"response.output_item.added","output_index":\#(place),"item":{"type":"message","id":"m"}}"#
            #expect(odd.read(data: bytes(item).span.bytes, name: bytes("").span.bytes).failure == nil)
        }
        let context = try CrossedReply(pair: Pair(client: .responses, provider: .chat)).context(streaming: true)
        var writer = odd.makeWriter(goingOnTo: context)
        var output: [UInt8] = []
        writer.end(into: &output)
        #expect(output.count < 10_000)
    }
}
