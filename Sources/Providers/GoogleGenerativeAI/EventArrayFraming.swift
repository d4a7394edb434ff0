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
        guard data.byteCount > 0, data.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == UInt8(ascii: "{") else {
            if isOpen, data.byteCount == 0 { output.append(UInt8(ascii: "\n")) }
            return
        }
        output.append(contentsOf: (isOpen ? ",\r\n" : "[").utf8)
        isOpen = true
        data.withUnsafeBytes { output.append(contentsOf: $0) }
    }
}
