// SPDX-License-Identifier: Apache-2.0

/// A request's id, the same in header, error body, log, store and dashboard: a ULID, 26 characters of Crockford's base 32.
public struct ReceiptID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The 128 bits that the characters stand for (https://github.com/ulid/spec).
    public struct Bits: Hashable, Sendable {
        /// 48 bits of time, so that ids sort by age, then 16 of chance.
        public var high: UInt64
        /// Chance.
        public var low: UInt64

        public init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }

        /// When the request began.
        public var time: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }
    }

    public init(_ bits: Bits) {
        let digits: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        rawValue = String(unsafeUninitializedCapacity: 26) { buffer in
            for index in 0..<26 {
                // The 128 bits are read five at a time, the first digit holding only three.
                let shift = 5 * (25 - index)
                let value: UInt64 =
                    if shift >= 64 {
                        bits.high >> (shift - 64)
                    } else if shift > 59 {
                        (bits.low >> shift) | (bits.high << (64 - shift))
                    } else {
                        bits.low >> shift
                    }
                buffer[index] = digits.utf8Start[Int(value & 31)]
            }
            return 26
        }
    }

    /// `nil` unless the text is a ULID as this type writes it: upper-case, without the letters that are read as digits.
    public var bits: Bits? {
        rawValue.utf8.withContiguousStorageIfAvailable { text in
            guard text.count == 26, text[0] <= UInt8(ascii: "7") else { return nil }
            // 50, 50 and 30 bits: each part fits into a word.
            guard let first = Self.value(of: text[0..<10]), let second = Self.value(of: text[10..<20]),
                let third = Self.value(of: text[20..<26])
            else { return nil }
            return Bits(high: first << 16 | second >> 34, low: second << 30 | third)
        } ?? nil
    }

    /// A new id.
    public static func make(at time: Timestamp, using random: inout some RandomNumberGenerator) -> ReceiptID {
        let milliseconds = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
        let chance = UInt64(random.next(upperBound: UInt32(1) << 16))
        return ReceiptID(Bits(high: milliseconds << 16 | chance, low: random.next()))
    }

    private static func value(of digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        // From 0 to Z: the value of each digit, 32 added to it, and ~ where there is no digit.
        let values: StaticString = " !\"#$%&'()~~~~~~~*+,-./01~23~45~6789:~;<=>?"
        var value: UInt64 = 0
        for digit in digits {
            let place = Int(digit) - 48
            guard place >= 0, place < values.utf8CodeUnitCount, values.utf8Start[place] < 64 else { return nil }
            value = value << 5 | UInt64(values.utf8Start[place] - 32)
        }
        return value
    }
}
