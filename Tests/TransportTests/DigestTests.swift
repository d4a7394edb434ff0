// SPDX-License-Identifier: Apache-2.0
import Testing
import Transport

@Suite struct `A digest` {
    // FIPS 180-4 examples (https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values).
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `is SHA-256`(text: String, hex: String) {
        #expect(Digest.sha256Hex(text) == hex)
        #expect(Digest.sha256Hex(Array(text.utf8)) == hex)
    }

    @Test(arguments: [0, 1, 31, 4_096])
    func `has as many random bytes as were asked for`(count: Int) {
        let (one, other) = (Digest.randomBytes(count), Digest.randomBytes(count))
        #expect(one.count == count)
        #expect(count < 16 || one != other)
    }

    @Test(arguments: [("", "", true), ("a", "", false), ("token", "token", true), ("token", "tokem", false), ("token", "tokens", false)])
    func `compares whole values`(one: String, other: String, equal: Bool) {
        #expect(Digest.equalInConstantTime(Array(one.utf8).span.bytes, Array(other.utf8).span.bytes) == equal)
    }
}
