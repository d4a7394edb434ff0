// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// SHA-256, random bytes, and comparison that takes the same time wherever the values differ. Owns every call of libcrypto
/// that is not TLS.
public enum Digest {
    /// SHA-256 (FIPS 180-4) of `bytes`: 32 bytes.
    public static func sha256(_ bytes: RawSpan) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var size = UInt32(digest.count)
        let result = bytes.withUnsafeBytes { input in
            EVP_Digest(input.baseAddress, input.count, &digest, &size, EVP_sha256(), nil)
        }
        // It fails when libcrypto cannot provide SHA-256 at all. A wrong hash would pass for a changed secret.
        precondition(result == 1 && size == 32, "libcrypto provides no SHA-256")
        return digest
    }

    /// SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
    public static func sha256Hex(_ bytes: [UInt8]) -> String { hex(sha256(bytes.span.bytes)) }

    /// SHA-256 of the UTF-8 of `text` as 64 lower-case hexadecimal digits.
    public static func sha256Hex(_ text: String) -> String { sha256Hex(Array(text.utf8)) }

    /// `count` bytes fit for keys and tokens, from libcrypto's generator; from the kernel's, should that one have no seed.
    public static func randomBytes(_ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        if let size = Int32(exactly: count), RAND_bytes(&bytes, size) == 1 { return bytes }
        var kernel = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &kernel) }
    }

    /// Whether both hold the same bytes, in a time that depends on their counts only.
    public static func equalInConstantTime(_ one: RawSpan, _ other: RawSpan) -> Bool {
        guard one.byteCount == other.byteCount else { return false }
        if one.isEmpty { return true }
        return one.withUnsafeBytes { left in
            other.withUnsafeBytes { right in CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0 }
        }
    }

    /// Two lower-case digits a byte.
    public static func hex(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { target in
            var next = 0
            for byte in bytes {
                target[next] = digit(byte >> 4)
                target[next + 1] = digit(byte & 15)
                next += 2
            }
            return next
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}
