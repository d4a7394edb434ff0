// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing

@Suite struct `A secret` {
    static let key = Secret("sk-proj-abcdefghijkl1a2b")
    struct Holder {
        var name = "holder"
        var secret = key
        var optional: Secret? = key
        var list = [key]
        var dictionary = ["a": key]
    }

    @Test func `never prints`() {
        var dumped = ""
        dump(Self.key, to: &dumped)
        dump(Holder(), to: &dumped)
        var reflected = ""
        for child in Mirror(reflecting: Self.key).children { reflected += "\(child)" }
        let printed = [
            "\(Self.key)", Self.key.description, Self.key.debugDescription, String(describing: Self.key), String(reflecting: Self.key),
            "\(Holder())", String(reflecting: Holder()), "\([Self.key])", "\(Optional(Self.key) as Any)", dumped,
        ]
        for text in printed { #expect(text.contains("<secret>") && !text.contains("proj") && !text.contains("1a2b")) }
        #expect(reflected.isEmpty)
    }

    @Test func `is read in one way`() {
        #expect(Self.key.withExposed { $0 } == "sk-proj-abcdefghijkl1a2b")
        #expect(Self.key == Secret("sk-proj-abcdefghijkl1a2b") && Self.key != Secret("sk-proj-abcdefghijkl1a2c"))
    }

    @Test(arguments: [
        ("sk-proj-abcdefghijkl1a2b", "sk-…1a2b"), ("0123456789abcdef", "012…cdef"), ("0123456789abcde", "<secret>"), ("", "<secret>"),
        ("ключключключключ", "<secret>"), ("sk-abc\ndefghijklmnop", "<secret>"), ("sk-abc defghijklmnop", "<secret>"),
    ])
    func `is told apart by its ends, if it is long enough`(text: String, masked: String) {
        #expect(Secret(text).masked == masked)
    }

    @Test(arguments: [
        ("token", "token", true), ("token", "tokem", false), ("token", "Token", false), ("token", "toke", false),
        ("token", "tokentoken", false),
        ("token", "tokent", false), ("token", "", false), ("", "", false), ("", "a", false), ("ключ", "ключ", true), ("a\0b", "a\0b", true),
        ("a\0b", "a\0c", false),
    ])
    func `is compared whole, and an empty one equals nothing`(secret: String, guess: String, isSame: Bool) {
        #expect(Secret(secret).equals(constantTime: Array(guess.utf8).span.bytes) == isSame)
    }

    @Test func `knows whether it is empty`() { #expect(Secret("").isEmpty && !Secret(" ").isEmpty) }
}
