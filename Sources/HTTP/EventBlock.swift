// SPDX-License-Identifier: Apache-2.0

/// Where the parts of one event stand in the bytes it was read from: some lines and the empty line behind them.
struct EventBlock {
    let start: Int
    /// The first line, behind a byte order mark.
    private let firstLine: Int
    /// Behind the empty line.
    private(set) var end: Int
    /// The value of the last `event` field.
    private(set) var name = 0..<0
    /// The value of the first data line.
    private(set) var data = 0..<0
    private(set) var dataLines = 0

    /// - Parameters:
    ///   - isFirst: A byte order mark may stand before it.
    ///   - isEnded: The end of `bytes` is the end of the event, whether an empty line stands there or not.
    /// - Returns: `nil` if the event does not end within `bytes`.
    init?(in bytes: RawSpan, from start: Int, isFirst: Bool, isEnded: Bool = false) {
        self.start = start
        end = start
        firstLine = isFirst ? start + Self.mark(in: bytes, at: start) : start
        var position = firstLine
        while position < bytes.byteCount {
            guard let lineEnd = bytes.firstLineEnd(in: position..<bytes.byteCount) else { break }
            let next = Self.next(in: bytes, lineEnd)
            if lineEnd == position {
                end = next
                return
            }
            read(bytes, position..<lineEnd)
            position = next
        }
        guard isEnded else { return nil }
        if position < bytes.byteCount { read(bytes, position..<bytes.byteCount) }
        end = bytes.byteCount
    }

    /// Where an event that began before `bytes` ends in them: behind the first empty line. `nil`: it does not.
    ///
    /// - Parameter last: The byte before them.
    static func end(in bytes: RawSpan, after last: UInt8?) -> Int? {
        var position = 0
        var isAtLineStart = last == 0x0A || last == 0x0D
        if last == 0x0D, bytes.byteCount > 0, bytes.byte(0) == 0x0A { position = 1 }
        while let lineEnd = bytes.firstLineEnd(in: position..<bytes.byteCount) {
            if isAtLineStart, lineEnd == position { return next(in: bytes, lineEnd) }
            isAtLineStart = true
            position = next(in: bytes, lineEnd)
        }
        return nil
    }

    /// Makes `output` the event's data lines, joined by line feeds.
    func join(_ bytes: RawSpan, into output: inout [UInt8]) {
        output.removeAll(keepingCapacity: true)
        var position = firstLine
        var count = 0
        while position < end {
            let lineEnd = bytes.firstLineEnd(in: position..<end) ?? end
            if let value = Self.value(of: "data", in: bytes, position..<lineEnd) {
                if count > 0 { output.append(0x0A) }
                bytes.extracting(value).withUnsafeBytes { output.append(contentsOf: $0) }
                count += 1
            }
            position = lineEnd < end ? Self.next(in: bytes, lineEnd) : end
        }
    }

    private mutating func read(_ bytes: RawSpan, _ line: Range<Int>) {
        if let value = Self.value(of: "data", in: bytes, line) {
            if dataLines == 0 { data = value }
            dataLines += 1
        } else if let value = Self.value(of: "event", in: bytes, line) {
            name = value
        }
    }

    /// Behind the line end that begins at `lineEnd`.
    private static func next(in bytes: RawSpan, _ lineEnd: Int) -> Int {
        let isPair = bytes.byte(lineEnd) == 0x0D && lineEnd + 1 < bytes.byteCount && bytes.byte(lineEnd + 1) == 0x0A
        return lineEnd + (isPair ? 2 : 1)
    }

    /// The length of a byte order mark at `start`.
    private static func mark(in bytes: RawSpan, at start: Int) -> Int {
        guard bytes.byteCount - start >= 3, bytes.byte(start) == 0xEF else { return 0 }
        return bytes.byte(start + 1) == 0xBB && bytes.byte(start + 2) == 0xBF ? 3 : 0
    }

    /// The value of `line` if its field is `field`: what follows the colon and one space.
    private static func value(of field: StaticString, in bytes: RawSpan, _ line: Range<Int>) -> Range<Int>? {
        let count = field.utf8CodeUnitCount
        guard line.count >= count else { return nil }
        for offset in 0..<count where bytes.byte(line.lowerBound + offset) != field.utf8Start[offset] { return nil }
        var start = line.lowerBound + count
        if start == line.upperBound { return start..<start }
        guard bytes.byte(start) == UInt8(ascii: ":") else { return nil }
        start += 1
        if start < line.upperBound, bytes.byte(start) == 0x20 { start += 1 }
        return start..<line.upperBound
    }
}
