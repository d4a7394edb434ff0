// SPDX-License-Identifier: Apache-2.0

/// Reads a chunked body (RFC 9112 §7.1), fed any split of bytes.
///
/// What the RFC lets a recipient repair is refused: bare line feeds, signs or white space in a size, empty sizes. Extensions and
/// trailers are checked, bounded and left out, as nobody here reads them.
public struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        /// In a chunk's size, of which `digits` were read.
        case size(value: Int, digits: Int)
        /// Behind white space that follows a size: an extension must come.
        case blank(value: Int)
        /// In an extension.
        case extensions(value: Int)
        /// Behind the carriage return of a size line.
        case sizeEnd(value: Int)
        /// In a chunk, of which `left` bytes are to come; at least one.
        case data(left: Int)
        /// Behind a chunk: a carriage return must come, then a line feed.
        case dataReturn, dataFeed
        /// At the beginning of a trailer line, in a trailer's name, in its value.
        case trailerStart, trailerName, trailerValue
        /// Behind the carriage return of a trailer line, or of the empty line that ends the body.
        case trailerEnd(isLast: Bool)
        case complete
    }

    /// Bytes of the extensions and trailers of a whole body.
    public static let maxOverhead = 16 << 10
    /// Digits of a size: 4 GB less one is as much as one chunk may announce.
    private static let maxDigits = 8

    private let limit: Int
    private var state = State.size(value: 0, digits: 0)
    private var announced = 0
    private var overhead = 0

    /// - Parameter limit: Decoded bytes of the whole body; beyond: 413.
    public init(limit: Int) { self.limit = limit }

    public var isComplete: Bool {
        if case .complete = state { true } else { false }
    }

    /// Appends to `output` what `bytes` hold of the body.
    ///
    /// - Returns: How many bytes were taken: all, unless the body ended before the last of them.
    /// - Throws: 400 for bytes that are no chunks, 413 and 431 for a limit. After that the decoder is of no use.
    public mutating func decode(_ bytes: RawSpan, into output: inout [UInt8]) throws(HTTPProblem) -> Int {
        var offset = 0
        while offset < bytes.byteCount {
            switch state {
            case .data(let left):
                let part = min(left, bytes.byteCount - offset)
                bytes.extracting(offset..<(offset + part)).withUnsafeBytes { output.append(contentsOf: $0) }
                offset += part
                state = part == left ? .dataReturn : .data(left: left - part)
            case .complete:
                return offset
            default:
                state = try next(bytes.byte(offset))
                offset += 1
            }
        }
        return offset
    }

    /// The state behind one byte of what is not data.
    private mutating func next(_ byte: UInt8) throws(HTTPProblem) -> State {
        switch state {
        case .size(let value, let digits):
            if let digit = Self.digit(byte), digits < Self.maxDigits { return .size(value: value << 4 | digit, digits: digits + 1) }
            guard digits > 0 else { throw Self.malformed }
            return try afterSize(byte, value: value)
        case .blank(let value):
            guard byte != 0x0D else { throw Self.malformed }
            return try afterSize(byte, value: value)
        case .extensions(let value):
            if byte == 0x0D { return .sizeEnd(value: value) }
            try spend(byte)
            return state
        case .sizeEnd(let value):
            guard byte == 0x0A else { throw Self.malformed }
            return try begin(value)
        case .dataReturn: return try expect(0x0D, byte, .dataFeed)
        case .dataFeed: return try expect(0x0A, byte, .size(value: 0, digits: 0))
        case .trailerStart, .trailerName, .trailerValue: return try trailer(byte)
        case .trailerEnd(let isLast): return try expect(0x0A, byte, isLast ? .complete : .trailerStart)
        case .data, .complete: return state
        }
    }

    private mutating func afterSize(_ byte: UInt8, value: Int) throws(HTTPProblem) -> State {
        if byte == 0x0D { return .sizeEnd(value: value) }
        guard byte == UInt8(ascii: ";") || FieldBytes.isBlank(byte) else { throw Self.malformed }
        try spend(byte)
        return byte == UInt8(ascii: ";") ? .extensions(value: value) : .blank(value: value)
    }

    private mutating func begin(_ size: Int) throws(HTTPProblem) -> State {
        guard size > 0 else { return .trailerStart }
        guard size <= limit - announced else {
            throw HTTPProblem(status: 413, code: "body_too_large", message: "The body is larger than \(limit) bytes.")
        }
        announced += size
        return .data(left: size)
    }

    private mutating func trailer(_ byte: UInt8) throws(HTTPProblem) -> State {
        if byte == 0x0D {
            switch state {
            case .trailerStart: return .trailerEnd(isLast: true)
            case .trailerValue: return .trailerEnd(isLast: false)
            default: throw Self.malformed
            }
        }
        try spend(byte)
        if case .trailerValue = state { return .trailerValue }
        if case .trailerName = state, byte == UInt8(ascii: ":") { return .trailerValue }
        guard FieldBytes.isToken(byte) else { throw Self.malformed }
        return .trailerName
    }

    private func expect(_ wanted: UInt8, _ byte: UInt8, _ then: State) throws(HTTPProblem) -> State {
        guard byte == wanted else { throw Self.malformed }
        return then
    }

    private mutating func spend(_ byte: UInt8) throws(HTTPProblem) {
        guard FieldBytes.isValue(byte) else { throw Self.malformed }
        overhead += 1
        guard overhead <= Self.maxOverhead else {
            throw HTTPProblem(
                status: 431, code: "trailers_too_large", message: "Chunk extensions and trailers are larger than \(Self.maxOverhead) bytes."
            )
        }
    }

    private static func digit(_ byte: UInt8) -> Int? {
        switch FieldBytes.lower(byte) {
        case let digit where FieldBytes.isDigit(digit): Int(digit - UInt8(ascii: "0"))
        case let letter where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(letter): Int(letter - UInt8(ascii: "a")) + 10
        default: nil
        }
    }

    private static let malformed = HTTPProblem(status: 400, code: "bad_chunk", message: "The chunked body is malformed.")
}
