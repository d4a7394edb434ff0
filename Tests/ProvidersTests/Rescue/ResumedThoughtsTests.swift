// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

/// Where the client has nothing but thoughts, the next candidate's own follow.
@Suite struct `Thoughts behind another's thoughts` {
    static let maker = Maker(provider: "two", wire: .anthropicMessages)

    /// Two thoughts, each with its proof, then text.
    static let events = [
        #"{"type":"message_start","message":{"id":"m","usage":{}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"First."}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"thinking_delta","thinking":"Second."}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":"bmV4dA=="}}"#,
        #"{"type":"content_block_stop","index":1}"#,
        #"{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Four."}}"#,
        #"{"type":"content_block_stop","index":2}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}"#, #"{"type":"message_stop"}"#,
    ]

    @Test func `are blocks of their own, each with its proof`() throws {
        let context = try CrossedReply(pair: Pair(client: .anthropic, provider: .anthropic)).context(streaming: true)
        var writer = Dialect.anthropic.wire.translation.makeEventWriter(to: context)
        var output: [UInt8] = []
        writer.write(ConversationEvent(.thinking("Begun")), into: &output)
        let crossing = Crossing(from: Dialect.anthropic.wire, to: Dialect.anthropic.wire, of: Self.maker)
        var stream = ResumedStream(crossing, to: context, writer: writer, seam: Seam(after: [], asked: .afresh), as: "m", told: nil)
        for event in Self.events { try stream.take(data: bytes(event).span.bytes, name: bytes("").span.bytes, into: &output) }
        try stream.end(into: &output)
        #expect(StreamGrammar.faults(in: output.text, .anthropic).isEmpty)
        var thoughts: [(text: String, signature: String)] = []
        for event in SeenEvent.events(output.text).map(\.json) {
            if event["content_block"]?["type"] == "thinking" { thoughts.append(("", "")) }
            if let text = event["delta"]?["thinking"]?.string { thoughts[thoughts.count - 1].text += text }
            if let signature = event["delta"]?["signature"]?.string { thoughts[thoughts.count - 1].signature += signature }
        }
        #expect(thoughts.map(\.text) == ["Begun", "First.", "Second."])
        #expect(thoughts.map { Seal.open($0.signature)?.payload } == [nil, "c2ln", "bmV4dA=="])
        #expect(!output.text.contains("redacted_thinking"))
    }
}
