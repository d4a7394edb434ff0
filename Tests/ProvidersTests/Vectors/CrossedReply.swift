// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Testing

@testable import Providers

/// Sends replies from one wire to clients of another, and tells what these got.
struct CrossedReply {
    var pair: Pair

    /// A request of the client's wire that the replies answer; streams ask for their usage.
    func context(streaming: Bool) throws -> ReplyContext {
        let stream = streaming ? #","stream":true"# : ""
        let text =
            switch pair.client {
            case .chat:
                #"{"model":"m","messages":[{"role":"user","content":"hi"}]\#(stream),"stream_options":{"include_usage":true}}"#
            case .responses: #"{"model":"m","input":"hi"\#(stream)}"#
            case .anthropic: #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]\#(stream)}"#
            case .gemini: #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#
            }
        let body = bytes(text)
        let index = try JSONIndex(scanning: body.span.bytes)
        let shape = try pair.client.shape(of: body, index: index, model: "m", streaming: streaming)
        let request = try pair.client.wire.translation.readRequest(body, index: index, shape: shape)
        return ReplyContext(
            id: "01JCE0000000000000000000AB", created: 1_795_262_400, model: "m", request: request, body: body, index: index)
    }

    func whole(_ reply: String) throws -> String {
        try #require(pair.crossing.reply(bytes(reply), to: context(streaming: false))).text
    }

    /// - Parameter step: Bytes that arrive at a time; `nil`: all at once.
    func stream(_ reply: String, step: Int? = nil) throws -> String {
        var events = EventStreamReader()
        var reader = pair.provider.reader()
        var crossing = pair.crossing.stream(to: try context(streaming: true))
        var output: [UInt8] = []
        var failures: [String] = []
        func take(_ data: RawSpan, _ name: RawSpan) {
            if data.byteCount == 0 { return }
            let event = reader.read(data: data, name: name)
            if let failure = event.failure { failures.append("\(failure)") }
            if !event.marks.contains(.done) || pair.provider != .chat { crossing.take(data: data, name: name, into: &output) }
        }
        let all = bytes(reply)
        for start in stride(from: 0, to: all.count, by: step ?? max(all.count, 1)) {
            let piece = Array(all[start..<min(all.count, start + (step ?? all.count))])
            try events.feed(piece.span.bytes) { _, data, name in take(data, name) }
        }
        events.finish { _, data, name in take(data, name) }
        #expect(failures.isEmpty && reader.endIsProven, "\(failures)")
        crossing.end(into: &output)
        return output.text
    }
}
