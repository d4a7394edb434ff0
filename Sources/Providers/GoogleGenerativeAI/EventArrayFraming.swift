// SPDX-License-Identifier: Apache-2.0
import HTTP

/// Turns an event stream into one JSON array, element by element, as the Gemini API streams without `alt=sse`
/// (docs/wire/google-generative-ai.md). What an event says is passed on as it is.
///
/// Comments, by which a client is told that its stream still lives, become a line feed: between two elements that means nothing.
public struct EventArrayFraming: Sendable {
    private var events = EventStreamReader()
    private var isOpen = false

    public init() {}

    /// - Parameter bytes: A part of an event stream, cut anywhere.
    public mutating func write(_ bytes: RawSpan, into output: inout [UInt8]) {
        // An event beyond the reader's limit has not come through the relay, which has the same one.
        try? events.feed(bytes) { _, data, _ in Self.append(data, &isOpen, to: &output) }
    }

    /// The stream is over: closes the array.
    public mutating func end(into output: inout [UInt8]) {
        events.finish { _, data, _ in Self.append(data, &isOpen, to: &output) }
        if !isOpen { output.append(UInt8(ascii: "[")) }
        output.append(UInt8(ascii: "]"))
    }

    private static func append(_ data: RawSpan, _ isOpen: inout Bool, to output: inout [UInt8]) {
        // What is no object is no reply: a terminator of another wire's habit, or a comment.
        let replies = replies(in: data)
        if replies.isEmpty {
            if isOpen, data.byteCount == 0 { output.append(UInt8(ascii: "\n")) }
            return
        }
        output.append(contentsOf: (isOpen ? ",\r\n" : "[").utf8)
        isOpen = true
        data.extracting(replies).withUnsafeBytes { output.append(contentsOf: $0) }
    }

    /// Where the object is, or the objects of a list of them.
    private static func replies(in data: RawSpan) -> Range<Int> {
        func byte(_ position: Int) -> UInt8 { data.unsafeLoad(fromByteOffset: position, as: UInt8.self) }
        func trimmed(_ range: Range<Int>) -> Range<Int> {
            var range = range
            while let first = range.first, byte(first) <= 0x20 { range = first + 1..<range.upperBound }
            while let last = range.last, byte(last) <= 0x20 { range = range.lowerBound..<last }
            return range
        }
        var range = trimmed(0..<data.byteCount)
        if let first = range.first, byte(first) == UInt8(ascii: "["), let last = range.last, byte(last) == UInt8(ascii: "]") {
            range = trimmed(first + 1..<last)
        }
        guard let first = range.first, byte(first) == UInt8(ascii: "{") else { return 0..<0 }
        return range
    }
}
