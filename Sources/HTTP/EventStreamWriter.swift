// SPDX-License-Identifier: Apache-2.0

/// Writes an event stream (WHATWG HTML §9.2.5), with lines that end in LF.
public enum EventStreamWriter {
    /// Appends one event. Each line of `data`, whatever it ends in, becomes a data line, so that data can never end the event.
    public static func event(data: RawSpan, name: StaticString? = nil, into output: inout [UInt8]) {
        if let name { field("event: ", name, &output) }
        var start = 0
        while true {
            let end = data.firstLineEnd(in: start..<data.byteCount) ?? data.byteCount
            append("data: ", to: &output)
            data.extracting(start..<end).withUnsafeBytes { output.append(contentsOf: $0) }
            output.append(0x0A)
            guard end < data.byteCount else { break }
            let isPair = data.byte(end) == 0x0D && end + 1 < data.byteCount && data.byte(end + 1) == 0x0A
            start = end + (isPair ? 2 : 1)
        }
        output.append(0x0A)
    }

    /// Appends a comment and an empty line: clients skip it, and what stands between sees life.
    public static func comment(_ text: StaticString, into output: inout [UInt8]) {
        field(": ", text, &output)
        output.append(0x0A)
    }

    private static func field(_ field: StaticString, _ value: StaticString, _ output: inout [UInt8]) {
        append(field, to: &output)
        append(value, to: &output)
        output.append(0x0A)
    }

    private static func append(_ text: StaticString, to output: inout [UInt8]) {
        text.withUTF8Buffer { output.append(contentsOf: $0) }
    }
}
