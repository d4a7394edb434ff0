// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

/// A client's tools that take plain text, called by a provider that was given functions.
@Suite struct `A free-form tool's call` {
    static let request = #"{"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"custom","custom":{"name":"g"}}]}"#
    static let crossing = Crossing(from: chat, to: chat, of: Maker(provider: "p", wire: .openaiCompletions))

    private func written(_ chunks: [String]) throws -> String {
        var stream = Self.crossing.stream(to: try chatContext(Self.request))
        var output: [UInt8] = []
        for chunk in chunks { stream.take(data: bytes(chunk).span.bytes, name: [UInt8]().span.bytes, into: &output) }
        stream.end(into: &output)
        return output.text
    }

    private func piece(_ call: String) -> String { #"{"choices":[{"index":0,"delta":{"tool_calls":[\#(call)]}}]}"# }

    @Test func `is opened in a whole reply`() throws {
        let body =
            #"{"choices":[{"message":{"tool_calls":[{"id":"a","function":{"name":"g","arguments":"{\"input\":\"plain\"}"}},{"id":"b","function":{"name":"h","arguments":"{\"input\":1}"}}]}}]}"#
        let text = Self.crossing.reply(bytes(body), to: try chatContext(Self.request))?.text ?? ""
        #expect(text.contains(#"{"id":"a","type":"custom","custom":{"name":"g","input":"plain"}}"#))
        #expect(text.contains(#""function":{"name":"h","arguments":"{\"input\":1}"}"#))
    }

    /// Each row: pieces, and the text that the client gets in one.
    @Test(arguments: [
        (
            [
                #"{"index":0,"id":"a","function":{"name":"g","arguments":"{\"input\":\"pl"}}"#,
                #"{"index":0,"function":{"arguments":"ain}\"}"}}"#,
            ], "plain}"
        ),
        // Not what was asked for: the text as it came.
        ([#"{"index":0,"id":"a","function":{"name":"g","arguments":"plain"}}"#], "plain"),
        ([#"{"index":0,"id":"a","function":{"name":"g","arguments":"{\"input\":\"cut"}}"#], #"{\"input\":\"cut"#),
    ])
    func `is opened in a stream once it is whole`(pieces: [String], text: String) throws {
        let output = try written(pieces.map(piece) + [#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#])
        #expect(output.contains(#""tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"g","input":""}}]"#))
        #expect(output.contains(#""tool_calls":[{"index":0,"custom":{"input":"\#(text)"}}]"#))
        #expect(!output.contains("arguments"))
        // Also where nobody said why it ended.
        #expect(try written(pieces.map(piece)).contains(#""custom":{"input":"\#(text)"}"#))
    }

    /// As long as each piece that ends in a brace has all before it read again, this takes minutes.
    @Test(.timeLimit(.minutes(5))) func `takes as long as its text is, in however many pieces`() throws {
        let count = 20_000
        let pieces =
            [#"{"index":0,"id":"a","function":{"name":"g","arguments":"{\"input\":\""}}"#]
            + Array(repeating: #"{"index":0,"function":{"arguments":"if x { y() }"}}"#, count: count)
            + [#"{"index":0,"function":{"arguments":"\"}"}}"#]
        let output = try written(pieces.map(piece))
        #expect(output.contains(#""custom":{"input":"if x { y() }if x"#))
        #expect(output.split(separator: "y() }").count - 1 == count)
    }

    @Test func `keeps others beside it apart`() throws {
        let output = try written([
            piece(
                #"{"index":0,"id":"a","function":{"name":"g","arguments":"{\"input\":"}},{"index":1,"id":"b","function":{"name":"h","arguments":"{"}}"#
            ),
            piece(#"{"index":0,"function":{"arguments":"\"x\"}"}},{"index":1,"function":{"arguments":"}"}}"#),
        ])
        #expect(output.contains(#"{"index":0,"custom":{"input":"x"}}"#))
        #expect(output.contains(#"{"index":1,"function":{"arguments":"}"}}"#))
    }
}
