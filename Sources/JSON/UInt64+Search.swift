// SPDX-License-Identifier: Apache-2.0

/// Eight bytes looked at as one integer, the first byte in the lowest bits.
extension UInt64 {
    /// The top bit set of the first byte that is `\`; the bits above it mean nothing, as a borrow may have run through them. Zero:
    /// none.
    @inline(__always)
    var backslashes: UInt64 {
        let backslashes = self ^ 0x5C5C_5C5C_5C5C_5C5C
        return (backslashes &- 0x0101_0101_0101_0101) & ~backslashes & 0x8080_8080_8080_8080
    }
}
