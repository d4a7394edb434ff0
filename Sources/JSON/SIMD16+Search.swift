// SPDX-License-Identifier: Apache-2.0

/// Sixteen bytes of a string looked at together. Signed, so that bytes above 0x7F, which are negative, are below a space too.
///
/// Whole vectors stand on both sides: compared with a single byte, the standard library takes lane after lane.
extension SIMD16<Int8> {
    /// Which bytes end or interrupt the plain run of a JSON string: `"`, `\`, below 0x20, above 0x7F.
    @inline(__always)
    var specialInString: SIMDMask<Self> { quoteOrBackslash .| (self .< Self(repeating: 0x20)) }

    /// Which bytes are `"` or `\`.
    @inline(__always)
    var quoteOrBackslash: SIMDMask<Self> { (self .== Self(repeating: 0x22)) .| (self .== Self(repeating: 0x5C)) }
}

extension SIMDMask<SIMD16<Int8>> {
    @inline(__always)
    var isEmpty: Bool {
        let words = words
        return words[0] | words[1] == 0
    }

    /// The first place, 0...15, that answers. `nil`: none.
    @inlinable
    @inline(__always)
    package var first: Int? {
        let words = words
        if words[0] | words[1] == 0 { return nil }
        let bit = words[0] != 0 ? words[0].littleEndian.trailingZeroBitCount : 64 + words[1].littleEndian.trailingZeroBitCount
        return bit >> 3
    }

    /// A mask is all ones where it answers and all zeros elsewhere, in as many bytes as the vector has.
    @usableFromInline
    @inline(__always)
    var words: SIMD2<UInt64> { unsafeBitCast(self, to: SIMD2<UInt64>.self) }
}
