// SPDX-License-Identifier: Apache-2.0

/// The grammar of RFC 8259 below values: strings, numbers, literals, white space.
///
/// Each reading takes a position inside the document, which is never negative, and returns the position after what it read,
/// at most `byteCount`. Inside, `provenByte` and `provenBlock` stand only where a comparison with `byteCount` just before
/// them proves that the bytes are there.
extension RawSpan {
    /// From the opening quote to past the closing one. Most strings are short and plain: those are read in place.
    @inline(__always)
    func scanString(from start: Int) throws(ScanFault) -> Int {
        if byteCount - start > 16, let place = provenBlock(start + 1).specialInString.first, provenByte(start + 1 + place) == Byte.quote {
            return start + place + 2
        }
        return try scanAnyString(from: start)
    }

    @inline(never)
    private func scanAnyString(from start: Int) throws(ScanFault) -> Int {
        let count = byteCount
        var position = start + 1
        while true {
            while count - position >= 32, (provenBlock(position).specialInString .| provenBlock(position + 16).specialInString).isEmpty {
                position += 32
            }
            while count - position >= 16 {
                if let place = provenBlock(position).specialInString.first {
                    position += place
                    break
                }
                position += 16
            }
            guard position < count else { throw ScanFault(.openString, at: start) }
            let byte = provenByte(position)
            if byte == Byte.quote { return position + 1 }
            if byte == Byte.backslash {
                position = try scanEscape(from: position)
            } else if byte >= 0x80 {
                // Text that is not English comes in runs of such bytes: stay here until one is ASCII again.
                repeat {
                    let length = sequenceLength(at: position)
                    guard length > 0 else { throw ScanFault(.utf8, at: position) }
                    position += length
                } while position < count && provenByte(position) >= 0x80
            } else if byte < Byte.space {
                throw ScanFault(.control, at: position)
            } else {
                position += 1
            }
        }
    }

    private func scanEscape(from start: Int) throws(ScanFault) -> Int {
        guard byteCount - start >= 2 else { throw ScanFault(.unfinished, at: byteCount) }
        switch provenByte(start + 1) {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return start + 2
        case 0x75:
            for position in start + 2..<start + 6 {
                guard position < byteCount else { throw ScanFault(.unfinished, at: byteCount) }
                guard Byte.hexValue(byte(position)) != nil else { throw ScanFault(.escape, at: start) }
            }
            return start + 6
        default: throw ScanFault(.escape, at: start)
        }
    }

    /// From the minus or first digit to past the last; any other byte is no value at all.
    func scanNumber(from start: Int) throws(ScanFault) -> Int {
        var position = start
        let first = byte(start)
        if first == Byte.minus {
            position += 1
        } else if !Byte.isDigit(first) {
            throw ScanFault((first | 0x20) &- 0x61 < 26 ? .literal : .value, at: start)
        }
        let whole = position
        position = try scanDigits(from: whole)
        if position - whole > 1, byte(whole) == Byte.zero { throw ScanFault(.leadingZero, at: whole) }
        if position < byteCount, provenByte(position) == Byte.point { position = try scanDigits(from: position + 1) }
        if position < byteCount, provenByte(position) | 0x20 == 0x65 {
            position += 1
            if position < byteCount, provenByte(position) == Byte.plus || provenByte(position) == Byte.minus { position += 1 }
            position = try scanDigits(from: position)
        }
        return position
    }

    /// One digit or more.
    @inline(__always)
    private func scanDigits(from start: Int) throws(ScanFault) -> Int {
        var position = start
        while position < byteCount, Byte.isDigit(provenByte(position)) { position += 1 }
        guard position > start else { throw ScanFault(position < byteCount ? .digits : .unfinished, at: position) }
        return position
    }

    /// - Parameter text: ASCII.
    @inline(__always)
    func scanLiteral(_ text: StaticString, from start: Int) throws(ScanFault) -> Int {
        let length = text.utf8CodeUnitCount
        for offset in 0..<length {
            guard start + offset < byteCount else { throw ScanFault(.unfinished, at: byteCount) }
            guard provenByte(start + offset) == text.utf8Start[offset] else { throw ScanFault(.literal, at: start) }
        }
        return start + length
    }

    /// To the first byte that is not space, tab, line feed or carriage return (§2); `start` may be the document's end.
    @inline(__always)
    func skippingSpace(from start: Int) -> Int {
        guard start < byteCount, provenByte(start) <= Byte.space else { return start }
        return spaceEnd(from: start, limit: byteCount)
    }
}
