// SPDX-License-Identifier: Apache-2.0
import JSON

/// Looks for single bytes in an upstream's words, sixteen at a time: in most errors there is nothing to find.
extension UnsafeBufferPointer<UInt8> {
    typealias Block = SIMD16<Int8>

    /// The first place from `start` on, before `end`, at which `isWanted` answers.
    ///
    /// - Parameters:
    ///   - start: At least 1.
    ///   - end: At most `count`.
    ///   - isWanted: Is given sixteen bytes, signed, and the sixteen that begin one byte before them. Never answers for a 0.
    @inline(__always)
    func firstPlace(from start: Int, before end: Int, _ isWanted: (_ bytes: Block, _ before: Block) -> SIMDMask<Block>) -> Int? {
        precondition(start >= 1 && end <= count)
        let raw = UnsafeRawBufferPointer(self)
        var place = start
        while end - place >= 16 {
            let bytes = raw.loadUnaligned(fromByteOffset: place, as: Block.self)
            let before = raw.loadUnaligned(fromByteOffset: place - 1, as: Block.self)
            if let found = isWanted(bytes, before).first { return place + found }
            place += 16
        }
        guard place < end else { return nil }
        var (bytes, before) = (Block.zero, Block.zero)
        for lane in 0..<(end - place) {
            bytes[lane] = Int8(bitPattern: self[place + lane])
            before[lane] = Int8(bitPattern: self[place + lane - 1])
        }
        return isWanted(bytes, before).first.map { place + $0 }
    }
}

extension SIMD16<Int8> {
    /// Which bytes are `byte`. Whole vectors stand on both sides: compared with a single byte, the standard library takes lane after lane.
    @inline(__always)
    func equals(_ byte: Unicode.Scalar) -> SIMDMask<Self> { self .== Self(repeating: Int8(truncatingIfNeeded: byte.value)) }

    /// Which bytes are decimal digits.
    @inline(__always)
    var areDigits: SIMDMask<Self> { (self .>= Self(repeating: 0x30)) .& (self .<= Self(repeating: 0x39)) }

    /// Which bytes are 0xE0 and above: they begin a letter of three bytes or four.
    @inline(__always)
    var areHigh: SIMDMask<Self> { (self .< Self(repeating: 0)) .& (self .>= Self(repeating: -0x20)) }
}
