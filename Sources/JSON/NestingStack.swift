// SPDX-License-Identifier: Apache-2.0

/// One bit per open container: whether it is an object. Fixed in size, so that no document can make it grow.
struct NestingStack {
    static let capacity = 512

    private var words = InlineArray<8, UInt64>(repeating: 0)

    /// - Parameter level: 0..<`capacity`, zero for the outermost container.
    @inline(__always)
    subscript(level: Int) -> Bool {
        get { words[level >> 6] & (1 << UInt64(level & 63)) != 0 }
        set {
            let bit: UInt64 = 1 << UInt64(level & 63)
            if newValue { words[level >> 6] |= bit } else { words[level >> 6] &= ~bit }
        }
    }
}
