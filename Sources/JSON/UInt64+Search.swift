// SPDX-License-Identifier: Apache-2.0

/// Eight bytes looked at as one integer, the first byte in the lowest bits. Each result has the top bit set of the first
/// byte that answers; the bits above it mean nothing, as a borrow may have run through them.
extension UInt64 {
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var tops: UInt64 { 0x8080_8080_8080_8080 }

    /// Bytes that end or interrupt the plain run of a JSON string: `"`, `\`, below 0x20, above 0x7F. Zero: none.
    @inline(__always)
    var specialInString: UInt64 {
        let quotes = self ^ 0x2222_2222_2222_2222
        let backslashes = self ^ 0x5C5C_5C5C_5C5C_5C5C
        let found =
            ((quotes &- Self.ones) & ~quotes) | ((backslashes &- Self.ones) & ~backslashes)
            | ((self &- 0x2020_2020_2020_2020) & ~self) | self
        return found & Self.tops
    }

    /// `"` and `\` alone. Zero: none.
    @inline(__always)
    var quoteOrBackslash: UInt64 {
        let quotes = self ^ 0x2222_2222_2222_2222
        let backslashes = self ^ 0x5C5C_5C5C_5C5C_5C5C
        return (((quotes &- Self.ones) & ~quotes) | ((backslashes &- Self.ones) & ~backslashes)) & Self.tops
    }

    /// `\` alone. Zero: none.
    @inline(__always)
    var backslashes: UInt64 {
        let backslashes = self ^ 0x5C5C_5C5C_5C5C_5C5C
        return (backslashes &- Self.ones) & ~backslashes & Self.tops
    }
}
