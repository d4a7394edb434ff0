// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

@testable import Providers

/// A stream that is cut behind one of its events, and what another candidate makes of the rest for a client of its wire.
struct CutReply {
    /// What the client got as it came.
    private(set) var sent = ""
    /// Events that the reader saw.
    private(set) var events = 0
    /// The client has something of the reply.
    private(set) var hasSpoken = false
    private(set) var reader: any StreamReader
    private let dialect: Dialect

    /// - Parameter count: Events that come before the cut.
    /// - Returns: `nil` where the end is proven by then, or there are no more events than that.
    init?(_ stream: String, _ dialect: Dialect, after count: Int) {
        self.dialect = dialect
        var reader = dialect.reader()
        var sent = ""
        var (seen, isHeld, hasSpoken) = (0, false, false)
        var source = EventStreamReader()
        try? source.feed(bytes(stream).span.bytes) { raw, data, name in
            guard seen < count else { return }
            seen += 1
            let event = reader.read(data: data, name: name)
            if event.marks.contains(.toolCall) { isHeld = true }
            if event.isSpoken, !isHeld { hasSpoken = true }
            if !isHeld { sent += raw.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
        }
        guard seen == count, !reader.endIsProven else { return nil }
        self.reader = reader
        (self.sent, self.events, self.hasSpoken) = (sent, seen, hasSpoken)
    }

    /// What the client has in the end.
    struct Whole {
        var stream: String
        /// The answer as the seam has it.
        var text: String
        var position: StreamPosition
    }

    /// The whole stream after others have gone on, each but the last cut before its end.
    ///
    /// - Parameter ends: The last one is whole; if not, it is cut before its end, too.
    func resumed(by rescuers: [Rescuer], ends: Bool = true) throws -> Whole {
        let context = try CrossedReply(pair: Pair(client: dialect, provider: .chat)).context(streaming: true)
        var writer = reader.makeWriter(goingOnTo: context)
        var whole = Whole(stream: sent, text: String(decoding: reader.said.text, as: UTF8.self), position: writer.position)
        var told = reader.usage
        for (place, rescuer) in rescuers.enumerated() {
            let crossing = Crossing(from: dialect.wire, to: rescuer.dialect.wire, of: rescuer.dialect.maker)
            let seam = Seam(after: bytes(whole.text), asked: .prefill)
            var stream = ResumedStream(crossing, to: context, writer: writer, seam: seam, as: "rescuer-\(place)", told: told)
            var output: [UInt8] = []
            var (reader, usage) = (rescuer.dialect.reader(), told)
            for event in SeenEvent.events(rescuer.stream) where event.data != "[DONE]" {
                _ = reader.read(data: bytes(event.data).span.bytes, name: bytes(event.name).span.bytes)
                try stream.take(data: bytes(event.data).span.bytes, name: bytes(event.name).span.bytes, into: &output)
            }
            usage = reader.usage.map { $0.behind(told) } ?? told
            if ends, place == rescuers.count - 1 { try stream.end(into: &output) }
            whole.stream += output.text
            whole.text = String(decoding: stream.text, as: UTF8.self)
            whole.position = stream.writer.position
            (writer, told) = (stream.writer, usage)
        }
        return whole
    }
}

/// One that goes on with another's reply, as its provider streams it.
struct Rescuer: Sendable, CustomStringConvertible {
    var description: String
    var dialect: Dialect
    /// As its stream names it.
    var model: String
    var stream: String

    /// Text and no more.
    static let text = Rescuer(
        description: "text", dialect: .chat, model: "second",
        stream: #"""
            data: {"id":"c2","object":"chat.completion.chunk","created":99,"model":"second","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

            data: {"id":"c2","object":"chat.completion.chunk","created":99,"model":"second","choices":[{"index":0,"delta":{"content":" zebras"},"finish_reason":null}]}

            data: {"id":"c2","object":"chat.completion.chunk","created":99,"model":"second","choices":[{"index":0,"delta":{"content":" graze."},"finish_reason":null}]}

            data: {"id":"c2","object":"chat.completion.chunk","created":99,"model":"second","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: {"id":"c2","object":"chat.completion.chunk","created":99,"model":"second","choices":[],"usage":{"prompt_tokens":70,"completion_tokens":7,"total_tokens":77}}

            data: [DONE]


            """#)

    /// Thoughts, text in two pieces, a call.
    static let all = Rescuer(
        description: "thoughts, text and a call", dialect: .anthropic, model: "third",
        stream: #"""
            event: message_start
            data: {"type":"message_start","message":{"id":"m2","type":"message","role":"assistant","model":"third","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":70,"output_tokens":1}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Anew."}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: content_block_start
            data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" okapis"}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" doze \ud83d\ude34."}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":1}

            event: content_block_start
            data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_2","name":"wake","input":{}}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"who\":\"okapi\"}"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":2}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":7}}

            event: message_stop
            data: {"type":"message_stop"}


            """#)

    /// Only its first words: it is to be gone on with, too.
    static let cut = Rescuer(
        description: "a piece of text", dialect: .gemini, model: "fourth",
        stream: #"""
            data: {"candidates":[{"content":{"role":"model","parts":[{"text":" lynxes"}]},"index":0}],"modelVersion":"fourth","responseId":"g2"}


            """#)

    /// Nothing more was to say.
    static let nothing = Rescuer(
        description: "nothing", dialect: .chat, model: "second",
        stream: #"""
            data: {"id":"c2","object":"chat.completion.chunk","created":99,"model":"second","choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":"stop"}]}


            """#)
}
