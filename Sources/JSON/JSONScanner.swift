// SPDX-License-Identifier: Apache-2.0

/// Decides whether bytes are one JSON document: the grammar of RFC 8259 and nothing beyond it, and UTF-8 (§8.1).
///
/// Refused: a byte order mark, NaN, comments, trailing commas, anything after the value. Accepted as the grammar has it:
/// numbers of any size, repeated member names, and `\u` escapes of lone surrogates, which read as U+FFFD.
public enum JSONScanner {
    /// One pass, without recursion and without allocation.
    ///
    /// - Throws: `JSONProblem` at the first byte that cannot continue a document.
    public static func scan(_ bytes: RawSpan, limits: JSONLimits = .standard) throws(JSONProblem) -> JSONSlice {
        var pass = ScanPass(limits: limits, collecting: false)
        do {
            return try pass.run(bytes)
        } catch {
            throw JSONProblem(error.message, at: pass.position, in: bytes)
        }
    }
}

/// The pass behind `JSONScanner` and `JSONIndex`. Call `run` once.
struct ScanPass {
    /// Bytes read so far; after a throw, the place of the fault.
    private(set) var position = 0
    /// The top-level object's members so far, if they are collected.
    private(set) var members: [JSONIndex.Member] = []

    private let limits: JSONLimits
    private let depthLimit: Int
    private let collecting: Bool
    private var nesting = NestingStack()

    init(limits: JSONLimits, collecting: Bool) {
        self.limits = limits
        self.depthLimit = limits.boundedDepth
        self.collecting = collecting
    }

    mutating func run(_ bytes: RawSpan) throws(ScanFault) -> JSONSlice {
        guard bytes.byteCount <= limits.bytes else { throw .tooBig }
        skipSpace(bytes)
        guard position < bytes.byteCount else { throw .empty }
        let start = position
        let first = bytes.byte(start)
        if first == 0xEF, bytes.byteCount - start >= 3, bytes.byte(start + 1) == 0xBB, bytes.byte(start + 2) == 0xBF {
            throw .byteOrderMark
        }
        if collecting, first == Byte.openBrace { members.reserveCapacity(16) }
        try values(bytes)
        let root = JSONSlice(start: start, end: position, kind: JSONKind(firstByte: first))
        skipSpace(bytes)
        guard position == bytes.byteCount else { throw .trailing }
        return root
    }

    /// Reads one value and all in it. Each turn of the outer loop begins at a value's first byte and reads a scalar or
    /// opens a container; the inner loop then reads what may follow a value, closing containers as they end.
    private mutating func values(_ bytes: RawSpan) throws(ScanFault) {
        var depth = 0
        var inObject = false
        var topKey = 0..<0
        var topStart = 0
        while true {
            guard position < bytes.byteCount else { throw .unfinished }
            if depth == 1 { topStart = position }
            let byte = bytes.byte(position)
            switch byte {
            case Byte.quote:
                try string(bytes)
            case Byte.openBrace, Byte.openBracket:
                guard depth < depthLimit else { throw .tooDeep }
                inObject = byte == Byte.openBrace
                nesting[depth] = inObject
                depth += 1
                position += 1
                skipSpace(bytes)
                guard position < bytes.byteCount else { throw .unfinished }
                if bytes.byte(position) == (inObject ? Byte.closeBrace : Byte.closeBracket) {
                    position += 1
                    depth -= 1
                    inObject = depth > 0 && nesting[depth - 1]
                } else {
                    if inObject {
                        let key = try memberKey(bytes)
                        if depth == 1 { topKey = key }
                    }
                    continue
                }
            case 0x74: try literal(0x6575_7274, length: 4, bytes)  // true
            case 0x66: try literal(0x65_736C_6166, length: 5, bytes)  // false
            case 0x6E: try literal(0x6C6C_756E, length: 4, bytes)  // null
            default: try number(bytes)
            }

            while true {
                if depth == 0 { return }
                if depth == 1, collecting, inObject { try collect(topKey, topStart, bytes) }
                skipSpace(bytes)
                guard position < bytes.byteCount else { throw .unfinished }
                let next = bytes.byte(position)
                if next == Byte.comma {
                    position += 1
                    skipSpace(bytes)
                    guard position < bytes.byteCount else { throw .unfinished }
                    if inObject {
                        if bytes.byte(position) == Byte.closeBrace { throw .trailingComma }
                        let key = try memberKey(bytes)
                        if depth == 1 { topKey = key }
                    } else if bytes.byte(position) == Byte.closeBracket {
                        throw .trailingComma
                    }
                    break
                }
                guard next == (inObject ? Byte.closeBrace : Byte.closeBracket) else {
                    throw inObject ? .commaOrBrace : .commaOrBracket
                }
                position += 1
                depth -= 1
                inObject = depth > 0 && nesting[depth - 1]
            }
        }
    }

    private mutating func collect(_ key: Range<Int>, _ start: Int, _ bytes: RawSpan) throws(ScanFault) {
        guard members.count < limits.members else {
            position = key.lowerBound - 1
            throw .tooManyMembers
        }
        let kind = JSONKind(firstByte: bytes.byte(start))
        members.append(.init(key: key, value: JSONSlice(start: start, end: position, kind: kind)))
    }

    /// Reads `"name" :` and the space after it. The result is inside the quotes.
    @inline(__always)
    private mutating func memberKey(_ bytes: RawSpan) throws(ScanFault) -> Range<Int> {
        guard bytes.byte(position) == Byte.quote else { throw .key }
        let start = position + 1
        try string(bytes)
        let end = position - 1
        skipSpace(bytes)
        guard position < bytes.byteCount else { throw .unfinished }
        guard bytes.byte(position) == Byte.colon else { throw .colon }
        position += 1
        skipSpace(bytes)
        return start..<end
    }

    /// Space, tab, line feed, carriage return (RFC 8259 §2). Long runs, as indented documents have, go eight at a time.
    @inline(__always)
    private mutating func skipSpace(_ bytes: RawSpan) {
        guard position < bytes.byteCount, bytes.byte(position) <= Byte.space else { return }
        position = bytes.spaceEnd(from: position, limit: bytes.byteCount)
    }

    /// Reads a string from its opening quote on.
    private mutating func string(_ bytes: RawSpan) throws(ScanFault) {
        let start = position
        let count = bytes.byteCount
        position += 1
        while true {
            while position <= count - 8 {
                let special = bytes.word(position).specialInString
                if special == 0 {
                    position += 8
                } else {
                    position += special.trailingZeroBitCount >> 3
                    break
                }
            }
            guard position < count else {
                position = start
                throw .openString
            }
            let byte = bytes.byte(position)
            if byte == Byte.quote {
                position += 1
                return
            }
            if byte == Byte.backslash {
                try escape(bytes)
            } else if byte >= 0x80 {
                // Text that is not English comes in runs of such bytes: stay here until one is ASCII again.
                repeat {
                    let length = bytes.sequenceLength(at: position)
                    guard length > 0 else { throw .utf8 }
                    position += length
                } while position < count && bytes.byte(position) >= 0x80
            } else if byte < Byte.space {
                throw .control
            } else {
                position += 1
            }
        }
    }

    private mutating func escape(_ bytes: RawSpan) throws(ScanFault) {
        guard position + 1 < bytes.byteCount else { throw .unfinished }
        switch bytes.byte(position + 1) {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            position += 2
        case 0x75:
            guard position + 6 <= bytes.byteCount else { throw .escape }
            for digit in 2..<6 where Byte.hexValue(bytes.byte(position + digit)) == nil { throw .escape }
            position += 6
        default:
            throw .escape
        }
    }

    private mutating func number(_ bytes: RawSpan) throws(ScanFault) {
        if bytes.byte(position) == Byte.minus {
            position += 1
        } else if !Byte.isDigit(bytes.byte(position)) {
            throw bytes.byte(position) | 0x20 &- 0x61 < 26 ? .literal : .value
        }
        let start = position
        try digits(bytes)
        if bytes.byte(start) == Byte.zero, position - start > 1 {
            position = start
            throw .leadingZero
        }
        if position < bytes.byteCount, bytes.byte(position) == Byte.point {
            position += 1
            try digits(bytes)
        }
        if position < bytes.byteCount, bytes.byte(position) | 0x20 == 0x65 {
            position += 1
            if position < bytes.byteCount, bytes.byte(position) == Byte.plus || bytes.byte(position) == Byte.minus { position += 1 }
            try digits(bytes)
        }
    }

    /// One digit or more.
    private mutating func digits(_ bytes: RawSpan) throws(ScanFault) {
        let start = position
        while position < bytes.byteCount, Byte.isDigit(bytes.byte(position)) { position += 1 }
        guard position > start else { throw position < bytes.byteCount ? .digits : .unfinished }
    }

    /// - Parameter word: The literal's bytes, the first in the lowest bits.
    private mutating func literal(_ word: UInt64, length: Int, _ bytes: RawSpan) throws(ScanFault) {
        for offset in 0..<length {
            guard position + offset < bytes.byteCount else { throw .unfinished }
            guard bytes.byte(position + offset) == UInt8(truncatingIfNeeded: word >> UInt64(8 * offset)) else { throw .literal }
        }
        position += length
    }
}
