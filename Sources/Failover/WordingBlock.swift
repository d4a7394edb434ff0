// SPDX-License-Identifier: Apache-2.0

/// Sixteen bytes of an error's words, signed: those of other letters than ASCII's are negative.
typealias WordingBlock = SIMD16<Int8>

/// Whole vectors stand on both sides: compared with a single byte, the standard library takes lane after lane.
extension SIMD16<Int8> {
    /// In lower case, with spaces for `_`.
    @inline(__always)
    var normalized: Self {
        let isUpper = (self .>= Self(repeating: 0x41)) .& (self .<= Self(repeating: 0x5A))
        return replacing(with: self | Self(repeating: 0x20), where: isUpper).replacing(with: Self(repeating: 0x20), where: self.equals("_"))
    }

    /// How many of the first bytes are normal once `normalized`: none of them begins an address, is a quote, a control or no ASCII, or a
    /// space before another one.
    ///
    /// - Parameter next: The bytes that begin one later.
    @inline(__always)
    func plainCount(next: Self) -> Int {
        let isSpaceTwice = isSpace .& next.isSpace
        let isOther = (self .< Self(repeating: 0x20)) .| equals("\u{7F}") .| equals(":")
        let isQuote = equals("'") .| equals("\"") .| equals("`")
        let found = unsafeBitCast(isSpaceTwice .| isOther .| isQuote, to: SIMD2<UInt64>.self)
        if found[0] != 0 { return found[0].littleEndian.trailingZeroBitCount >> 3 }
        return 8 + found[1].littleEndian.trailingZeroBitCount >> 3
    }

    @inline(__always)
    private var isSpace: SIMDMask<Self> { equals(" ") .| equals("_") }

    @inline(__always)
    private func equals(_ byte: Unicode.Scalar) -> SIMDMask<Self> { self .== Self(repeating: Int8(truncatingIfNeeded: byte.value)) }
}
