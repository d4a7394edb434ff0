// SPDX-License-Identifier: Apache-2.0
import HTTP
import Transport

/// A verifier that only we know, and the challenge that goes ahead of it (RFC 7636), so that a code that somebody else catches is worth
/// nothing.
public struct PKCE: Hashable, Sendable {
    /// 43 characters of 256 random bits (§4.1).
    public let verifier: Secret
    /// base64url(SHA-256(verifier)), the method `S256` (§4.2).
    public let challenge: String

    public init() { self.init(verifier: Base64URL.encode(Digest.randomBytes(32))) }

    init(verifier: String) {
        self.verifier = Secret(verifier)
        challenge = Base64URL.encode(Digest.sha256(Array(verifier.utf8).span.bytes))
    }

    /// For `state` (RFC 6749 §10.12): 128 random bits.
    public static func state() -> String { Base64URL.encode(Digest.randomBytes(16)) }
}

/// base64url without padding (RFC 4648 §5).
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count * 4 + 2) / 3)
        var start = 0
        while start < bytes.count {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0...group.count { output.append(alphabet[value >> (18 - 6 * place) & 63]) }
            start += 3
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Takes the alphabet of §4 as well, and padding. `nil` for anything else.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var output: [UInt8] = []
        var value = 0
        var bits = 0
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            let digit: Int
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = Int(byte - UInt8(ascii: "A"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = Int(byte - UInt8(ascii: "a")) + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = Int(byte - UInt8(ascii: "0")) + 52
            case UInt8(ascii: "-"), UInt8(ascii: "+"): digit = 62
            case UInt8(ascii: "_"), UInt8(ascii: "/"): digit = 63
            default: return nil
            }
            value = (value << 6 | digit) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: value >> bits))
            }
        }
        return bits < 6 ? output : nil
    }
}
