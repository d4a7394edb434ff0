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
        do {
            return try scan(bytes, limits) { _, _ in }
        } catch {
            throw JSONProblem(error, in: bytes)
        }
    }

    /// As `scan(_:limits:)`, and hands out the members of the top-level object on the way, so that nobody has to walk it again.
    ///
    /// - Parameter member: Called for each member once its value is known to be valid, in order; `key` is inside the quotes, as
    ///   written. What it was told holds only if the rest turns out valid too.
    public static func scan(
        _ bytes: RawSpan, limits: JSONLimits = .standard, member: (_ key: Range<Int>, _ value: JSONSlice) -> Void
    ) throws(JSONProblem) -> JSONSlice {
        do {
            return try scan(bytes, limits) { key, value in member(key, value) }
        } catch {
            throw JSONProblem(error, in: bytes)
        }
    }

    /// - Parameter member: Called for each member of the top-level object, in order.
    static func scan(
        _ bytes: RawSpan, _ limits: JSONLimits, member: (_ key: Range<Int>, _ value: JSONSlice) throws(ScanFault) -> Void
    ) throws(ScanFault) -> JSONSlice {
        guard bytes.byteCount <= limits.bytes else { throw ScanFault(.tooBig, at: max(limits.bytes, 0)) }
        let start = bytes.skippingSpace(from: 0)
        guard start < bytes.byteCount else { throw ScanFault(.empty, at: start) }
        let first = bytes.byte(start)
        let kind = JSONKind(firstByte: first)
        if first == 0xEF, bytes.byteCount - start >= 3, bytes.byte(start + 1) == 0xBB, bytes.byte(start + 2) == 0xBF {
            throw ScanFault(.byteOrderMark, at: start)
        }
        let end = try scanValue(bytes, from: start, depthLimit: limits.boundedDepth, member: member)
        let rest = bytes.skippingSpace(from: end)
        guard rest == bytes.byteCount else { throw ScanFault(.trailing, at: rest) }
        return JSONSlice(start: start, end: end, kind: kind)
    }

    /// Reads one value and all in it. Each turn of the outer loop begins at a value's first byte and reads a scalar or
    /// opens a container; the inner loop then reads what may follow a value, closing containers as they end.
    ///
    /// - Returns: The position after the value.
    @inline(__always)
    private static func scanValue(
        _ bytes: RawSpan, from start: Int, depthLimit: Int, member: (_ key: Range<Int>, _ value: JSONSlice) throws(ScanFault) -> Void
    ) throws(ScanFault) -> Int {
        let count = bytes.byteCount
        var nesting = NestingStack()
        var position = start
        var depth = 0
        var inObject = false
        var topKey = 0..<0
        var topStart = start
        while true {
            guard position < count else { throw ScanFault(.unfinished, at: count) }
            if depth == 1 { topStart = position }
            let byte = bytes.provenByte(position)
            switch byte {
            case Byte.quote:
                position = try bytes.scanString(from: position)
            case Byte.openBrace, Byte.openBracket:
                guard depth < depthLimit else { throw ScanFault(.tooDeep, at: position) }
                inObject = byte == Byte.openBrace
                nesting[depth] = inObject
                depth += 1
                position = bytes.skippingSpace(from: position + 1)
                guard position < count else { throw ScanFault(.unfinished, at: count) }
                if bytes.provenByte(position) == (inObject ? Byte.closeBrace : Byte.closeBracket) {
                    position += 1
                    depth -= 1
                    inObject = depth > 0 && nesting[depth - 1]
                } else {
                    if inObject {
                        let key = try scanKey(bytes, &position)
                        if depth == 1 { topKey = key }
                    }
                    continue
                }
            case 0x74: position = try bytes.scanLiteral("true", from: position)
            case 0x66: position = try bytes.scanLiteral("false", from: position)
            case 0x6E: position = try bytes.scanLiteral("null", from: position)
            default: position = try bytes.scanNumber(from: position)
            }

            while true {
                if depth == 0 { return position }
                if depth == 1, inObject {
                    try member(topKey, JSONSlice(start: topStart, end: position, kind: JSONKind(firstByte: bytes.byte(topStart))))
                }
                position = bytes.skippingSpace(from: position)
                guard position < count else { throw ScanFault(.unfinished, at: count) }
                let next = bytes.provenByte(position)
                if next == Byte.comma {
                    position = bytes.skippingSpace(from: position + 1)
                    guard position < count else { throw ScanFault(.unfinished, at: count) }
                    if bytes.provenByte(position) == (inObject ? Byte.closeBrace : Byte.closeBracket) {
                        throw ScanFault(.trailingComma, at: position)
                    }
                    if inObject {
                        let key = try scanKey(bytes, &position)
                        if depth == 1 { topKey = key }
                    }
                    break
                }
                guard next == (inObject ? Byte.closeBrace : Byte.closeBracket) else {
                    throw ScanFault(inObject ? .commaOrBrace : .commaOrBracket, at: position)
                }
                position += 1
                depth -= 1
                inObject = depth > 0 && nesting[depth - 1]
            }
        }
    }

    /// Reads `"name" :` and the space after it.
    ///
    /// - Parameter position: Inside the document.
    /// - Returns: What is inside the quotes.
    @inline(__always)
    private static func scanKey(_ bytes: RawSpan, _ position: inout Int) throws(ScanFault) -> Range<Int> {
        guard bytes.provenByte(position) == Byte.quote else { throw ScanFault(.key, at: position) }
        let start = position + 1
        let end = try bytes.scanString(from: position)
        position = bytes.skippingSpace(from: end)
        guard position < bytes.byteCount else { throw ScanFault(.unfinished, at: position) }
        guard bytes.provenByte(position) == Byte.colon else { throw ScanFault(.colon, at: position) }
        position = bytes.skippingSpace(from: position + 1)
        return Range(uncheckedBounds: (start, end - 1))
    }
}
