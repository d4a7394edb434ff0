// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

/// What a reader of `dialect` tells of events that have `pieces`, written as they are, as their text.
private func text(_ pieces: [String], _ dialect: Dialect, ends: Bool = true) -> [ConversationEvent.Kind] {
    var reader = dialect.wire.translation.makeEventReader(maker: dialect.maker)
    var events: [ConversationEvent] = []
    let (begin, end): ([String], [String]) =
        switch dialect {
        case .chat: ([], [#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#])
        case .responses: ([], [#"{"type":"response.content_part.done","output_index":0}"#])
        case .anthropic:
            (
                [#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#],
                [#"{"type":"content_block_stop","index":0}"#]
            )
        case .gemini: ([], [#"{"candidates":[{"content":{"parts":[]},"finishReason":"STOP"}]}"#])
        }
    let deltas = pieces.map { piece in
        switch dialect {
        case .chat: #"{"choices":[{"index":0,"delta":{"content":"\#(piece)"}}]}"#
        case .responses: #"{"type":"response.output_text.delta","output_index":0,"delta":"\#(piece)"}"#
        case .anthropic: #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#(piece)"}}"#
        case .gemini: #"{"candidates":[{"content":{"parts":[{"text":"\#(piece)"}]}}]}"#
        }
    }
    for event in begin + deltas + (ends ? end : []) {
        reader.read(data: bytes(event).span.bytes, name: [UInt8]().span.bytes, into: &events)
    }
    return events.map(\.kind).filter { kind in
        switch kind {
        case .text: true
        default: false
        }
    }
}

private func joined(_ kinds: [ConversationEvent.Kind]) -> String {
    kinds.reduce(into: "") { if case .text(let piece) = $1 { $0 += piece } }
}

@Suite struct `A pair of escapes that a stream splits` {
    /// Units between which a provider may cut.
    static let units = ["a", #"\ud83d"#, #"\ude00"#, #"\\"#, "ud83d", #"\uD83D"#, #"\uDE00"#, "é", #"\n"#]

    @Test(arguments: Dialect.allCases)
    func `is one character at every cut`(dialect: Dialect) {
        let whole = "a😀\\ud83d😀é\n"
        for mask in 0..<(1 << (Self.units.count - 1)) {
            var pieces = [""]
            for (place, unit) in Self.units.enumerated() {
                if place > 0, mask >> (place - 1) & 1 == 1 { pieces.append("") }
                pieces[pieces.count - 1] += unit
            }
            #expect(joined(text(pieces, dialect)) == whole, "\(pieces)")
        }
    }

    @Test(arguments: Dialect.allCases)
    func `that is never whole is U+FFFD`(dialect: Dialect) {
        #expect(joined(text([#"a\ud83d"#], dialect)) == "a\u{FFFD}")
        #expect(joined(text([#"a\ud83d"#, "b"], dialect)) == "a\u{FFFD}b")
        #expect(joined(text([#"\ud83d"#, "", #"\ude00"#], dialect)) == "😀")
        #expect(joined(text([#"\ud83d"#, #"\ud83d"#, #"\ude00"#], dialect)) == "\u{FFFD}😀")
        #expect(joined(text([#"\ude00"#, "b"], dialect)) == "\u{FFFD}b")
        #expect(text([#"\ud83d"#], dialect, ends: false).isEmpty)
    }

    @Test func `is joined in the arguments of each of several calls`() {
        var reader = chat.translation.makeEventReader(maker: Dialect.chat.maker)
        var events: [ConversationEvent] = []
        func call(_ index: Int, _ members: String) -> String {
            #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":\#(index),\#(members)}]}}]}"#
        }
        for chunk in [
            #"{"choices":[{"index":0,"delta":{"content":"t\ud83d"}}]}"#,
            call(0, #""id":"a","function":{"name":"f","arguments":"{\"x\":\"\ud83d"}"#),
            call(1, #""id":"b","function":{"name":"g","arguments":"{\"x\":\"\ud83e"}"#), call(0, #""function":{"arguments":"\ude00\"}"}"#),
            call(1, #""function":{"arguments":"\udd16\"}"}"#), #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
        ] { reader.read(data: bytes(chunk).span.bytes, name: [UInt8]().span.bytes, into: &events) }
        var assembly = ReplyAssembly()
        for event in events { assembly.take(event) }
        #expect(
            assembly.reply.choices[0].parts == [
                .text("t\u{FFFD}"), .toolCall(ToolCall(id: "a", name: "f", arguments: #"{"x":"😀"}"#)),
                .toolCall(ToolCall(id: "b", name: "g", arguments: #"{"x":"🤖"}"#)),
            ])
    }
}
