// SPDX-License-Identifier: Apache-2.0

/// A hash that is the same in every process, so that what is made from a text is the same in every turn of a conversation: ids and names
/// that were made with it are in conversations that go on, so it never changes.
enum StableHash {
    /// FNV-1a (draft-eastlake-fnv). Its last bytes reach only the low bits.
    static func plain(_ bytes: some Sequence<UInt8>, salt: UInt64 = 0) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325 ^ salt) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The same, stirred as SplitMix64 ends, so that each byte reaches all bits.
    static func of(_ bytes: some Sequence<UInt8>, salt: UInt64 = 0) -> UInt64 {
        var hash = plain(bytes, salt: salt)
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }

    private static let letters = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

    /// Eight letters and digits: 41 bits.
    static func word(_ text: String, salt: UInt64 = 0) -> [UInt8] {
        var hash = of(text.utf8, salt: salt)
        return (0..<8).map { _ in
            defer { hash /= 36 }
            return letters[Int(hash % 36)]
        }
    }
}
