// SPDX-License-Identifier: Apache-2.0
import Failover

/// How a provider's state travels through a client of another wire: as text that names its maker, so that it comes back to that one
/// and can be told from what the client's own wire makes.
///
/// Base64 throughout, since Google's clients decode what stands in `thoughtSignature`. A seal hides nothing and proves nothing: the
/// state is the provider's to check.
public enum Seal {
    /// What every sealed text begins with: the base64 of `understudy:1`.
    public static let mark = "dW5kZXJzdHVkeTox"

    /// - Parameter state: `nil` or without a maker: a seal that says only that nobody wants this back.
    public static func seal(_ state: ProviderState?) -> String {
        let maker = state?.maker.map { "\($0.provider.rawValue):\($0.wire.rawValue)" } ?? ":"
        return Base64.encode(Array("understudy:1:\(maker):\(state?.payload ?? "")".utf8))
    }

    /// Reads what a client sends back.
    ///
    /// - Returns: A state without a maker for text that we did not seal: its client's own wire made it. `nil` for a seal of nothing.
    public static func open(_ text: String) -> ProviderState? {
        guard isSealed(text) else { return ProviderState(maker: nil, payload: text) }
        guard let bytes = Base64.decode(text) else { return nil }
        let fields = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count == 5, let wire = WireKind(rawValue: String(decoding: fields[3], as: UTF8.self)) else { return nil }
        let provider = ProviderID(rawValue: String(decoding: fields[2], as: UTF8.self))
        return ProviderState(maker: Maker(provider: provider, wire: wire), payload: String(decoding: fields[4], as: UTF8.self))
    }

    public static func isSealed(_ text: String) -> Bool { text.utf8.starts(with: mark.utf8) }
}

/// RFC 4648 §4, with padding.
enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        // The alphabet for URLs and file names (§5) is read as well.
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var position = 0
        while position < bytes.count {
            let left = bytes.count - position
            let first = UInt32(bytes[position]) << 16
            let second = left > 1 ? UInt32(bytes[position + 1]) << 8 : 0
            let third = left > 2 ? UInt32(bytes[position + 2]) : 0
            let group = first | second | third
            text.append(letters[Int(group >> 18)])
            text.append(letters[Int(group >> 12 & 63)])
            text.append(left > 1 ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            text.append(left > 2 ? letters[Int(group & 63)] : UInt8(ascii: "="))
            position += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: `nil` for what is not base64; padding may be missing.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 4)
        var group: UInt32 = 0
        var bits = 0
        for letter in text.utf8 {
            if letter == UInt8(ascii: "=") { break }
            let value = values[Int(letter)]
            guard value != 0xFF else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
                group &= (1 << UInt32(bits)) - 1
            }
        }
        return bytes
    }
}
