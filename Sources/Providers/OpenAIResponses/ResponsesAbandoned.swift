// SPDX-License-Identifier: Apache-2.0
import JSON

/// Ends an item that another candidate has begun and that nobody goes on with: a thought, or a message beside the last.
enum ResponsesAbandoned {
    /// - Parameter said: The text that the item's parts are ranges of.
    static func close(_ item: ResponsesPlace.Item, said: [UInt8], _ frames: inout ResponsesEventFrames, _ output: inout [UInt8]) {
        var (texts, summaries): ([[UInt8]], [[UInt8]]) = ([], [])
        for part in item.parts {
            let text = text(of: part, said: said)
            let whole: [UInt8]
            let place: (name: String, number: Int)
            switch part.kind {
            case .text: whole = ResponsesOutputItem.text(text, annotations: part.annotations)
            case .summary: whole = ResponsesOutputItem.summary(text)
            case .thought: whole = ResponsesOutputItem.thought(text)
            }
            if part.kind == .summary {
                place = ("summary_index", summaries.count)
                summaries.append(whole)
            } else {
                place = ("content_index", texts.count)
                texts.append(whole)
            }
            if part.state == .open {
                frames.event(told(part.kind), item.place, item.id, part: place, &output) { output in
                    ResponsesEventFrames.member("text", text, &output)
                    if part.kind == .text { ResponsesEventFrames.member("logprobs", json: Array("[]".utf8), &output) }
                }
            }
            if part.state != .done {
                frames.event(done(part.kind), item.place, item.id, part: place, &output) {
                    ResponsesEventFrames.member("part", json: whole, &$0)
                }
            }
        }
        switch item.kind {
        case .message: frames.done(ResponsesOutputItem.message(id: item.id, status: "completed", parts: texts), item.place, &output)
        case .reasoning:
            let whole = ResponsesOutputItem.reasoning(
                id: item.id, summary: joined(summaries), thoughts: joined(texts), sealed: Seal.seal(nil), status: "completed")
            frames.done(whole, item.place, &output)
        }
    }

    /// As it stands between a JSON string's quotes.
    static func text(of part: ResponsesPlace.Part, said: [UInt8]) -> [UInt8] {
        let bytes = part.kind == .text ? said[range(of: part, in: said)] : part.thought[...]
        return ResponsesOutputItem.escaped(String(decoding: bytes, as: UTF8.self))
    }

    /// A part that is open goes on to the end of what was said.
    static func range(of part: ResponsesPlace.Part, in said: [UInt8]) -> Range<Int> {
        let end = part.state == .open ? said.count : min(part.end, said.count)
        return min(part.start, end)..<end
    }

    private static func joined(_ parts: [[UInt8]]) -> [UInt8] { Array(parts.joined(separator: [UInt8(ascii: ",")])) }

    private static func told(_ kind: ResponsesPlace.Part.Kind) -> String {
        switch kind {
        case .text: "response.output_text.done"
        case .summary: "response.reasoning_summary_text.done"
        case .thought: "response.reasoning_text.done"
        }
    }

    private static func done(_ kind: ResponsesPlace.Part.Kind) -> String {
        kind == .summary ? "response.reasoning_summary_part.done" : "response.content_part.done"
    }
}
