// SPDX-License-Identifier: Apache-2.0

/// Cuts an event stream (WHATWG HTML §9.2.6) into its events, fed any split of bytes, with lines that end in LF, CR or CRLF.
///
/// No byte is lost: the `raw` parts, one after another, are the stream, so a reader may look at events and pass the stream on
/// unchanged. An event that lies whole in the bytes it came with and has one data line is handed out without a copy.
public struct EventStreamReader: Sendable {
    private let limit: Int
    /// The beginning of an event whose end has not come.
    private var partial: [UInt8] = []
    /// Where the data lines of one event are joined.
    private var joined: [UInt8] = []
    private var isFirst = true
    /// The last event ended with a carriage return: a line feed that comes next belongs to it.
    private var owesLineFeed = false

    /// A buffer that has grown beyond this is given back once its event is through.
    private static let keptCapacity = 64 << 10

    /// - Parameter limit: Bytes of one event, its empty line included.
    public init(limit: Int = 8 << 20) { self.limit = limit }

    /// Whether an event has begun and not ended.
    public var hasPartial: Bool { !partial.isEmpty }

    /// Calls `event` for every event that `bytes` end, in order.
    ///
    /// - Parameters:
    ///   - raw: The event as it came, with the empty line that ends it.
    ///   - data: Its data lines, joined by line feeds. Empty for a comment, for an empty line that ends nothing, and for a line
    ///     feed that came later than the carriage return it belongs to: none of these is an event to a client.
    ///   - name: Its last `event` field; mostly empty.
    /// - Throws: 502 `event_too_large`, after the events before it. After that the reader is of no use.
    public mutating func feed(
        _ bytes: RawSpan, _ event: (_ raw: RawSpan, _ data: RawSpan, _ name: RawSpan) -> Void
    ) throws(HTTPProblem) {
        guard bytes.byteCount > 0 else { return }
        var start = 0
        if owesLineFeed, bytes.byte(0) == 0x0A {
            start = 1
            event(bytes.extracting(0..<1), RawSpan(), RawSpan())
        }
        owesLineFeed = false
        if !partial.isEmpty {
            guard let end = EventBlock.end(in: bytes, after: partial.last) else { return try keep(bytes) }
            try keep(bytes.extracting(0..<end))
            passPartial(event)
            start = end
        }
        while start < bytes.byteCount, let block = EventBlock(in: bytes, from: start, isFirst: isFirst) {
            guard block.end - start <= limit else { throw Self.tooLarge(limit) }
            pass(block, of: bytes, event)
            start = block.end
        }
        if start < bytes.byteCount {
            try keep(bytes.extracting(start..<bytes.byteCount))
        } else {
            owesLineFeed = bytes.byte(start - 1) == 0x0D
        }
    }

    /// Hands out what came after the last empty line, as if one followed. WHATWG drops it; some providers forget the line, so the
    /// caller has to judge whether the data is whole.
    public mutating func finish(_ event: (_ raw: RawSpan, _ data: RawSpan, _ name: RawSpan) -> Void) {
        passPartial(event)
        owesLineFeed = false
    }

    private mutating func keep(_ bytes: RawSpan) throws(HTTPProblem) {
        guard partial.count + bytes.byteCount <= limit else { throw Self.tooLarge(limit) }
        bytes.withUnsafeBytes { partial.append(contentsOf: $0) }
    }

    /// Hands out all of `partial`: one event, or two if a byte order mark hid an empty line.
    private mutating func passPartial(_ event: (RawSpan, RawSpan, RawSpan) -> Void) {
        var whole: [UInt8] = []
        swap(&whole, &partial)
        var start = 0
        while start < whole.count, let block = EventBlock(in: whole.span.bytes, from: start, isFirst: isFirst, isEnded: true) {
            pass(block, of: whole.span.bytes, event)
            start = block.end
        }
        guard whole.capacity <= Self.keptCapacity else { return }
        whole.removeAll(keepingCapacity: true)
        swap(&whole, &partial)
    }

    private mutating func pass(_ block: EventBlock, of bytes: RawSpan, _ event: (RawSpan, RawSpan, RawSpan) -> Void) {
        isFirst = false
        let raw = bytes.extracting(block.start..<block.end)
        let name = bytes.extracting(block.name)
        guard block.dataLines > 1 else { return event(raw, bytes.extracting(block.data), name) }
        block.join(bytes, into: &joined)
        event(raw, joined.span.bytes, name)
        if joined.capacity > Self.keptCapacity { joined = [] }
    }

    private static func tooLarge(_ limit: Int) -> HTTPProblem {
        HTTPProblem(status: 502, code: "event_too_large", message: "An event of the stream is larger than \(limit) bytes.")
    }
}
