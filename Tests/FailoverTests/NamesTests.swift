// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@Suite struct `A model ref` {
    @Test(arguments: [
        ("openai/gpt-5.4", "openai", "gpt-5.4"),
        ("openrouter/anthropic/claude-sonnet-4", "openrouter", "anthropic/claude-sonnet-4"),
        ("  OpenAI / gpt-5 ", "openai", "gpt-5"),
        ("nvidia/z-ai/glm4.7", "nvidia", "z-ai/glm4.7"),
    ])
    func `is split at its first slash`(text: String, provider: String, model: String) throws {
        let ref = try #require(ModelRef(text))
        #expect(ref.provider.rawValue == provider)
        #expect(ref.model == model)
    }

    @Test(arguments: ["", "/", "gpt-5", "openai/", "/gpt-5", " / ", "openai/ "])
    func `needs both sides`(text: String) {
        #expect(ModelRef(text) == nil)
    }

    @Test(arguments: [
        ("openai/gpt-5@openai:backup", "openai/gpt-5", "openai:backup"),
        ("anthropic/opus@anthropic:me@example.com", "anthropic/opus@anthropic:me", "example.com"),
        ("google-vertex/claude-sonnet-4@20250514", "google-vertex/claude-sonnet-4@20250514", nil),
        ("google-vertex/claude-opus@default", "google-vertex/claude-opus@default", nil),
        ("openai/gpt-5", "openai/gpt-5", nil),
    ])
    func `may name a credential, which a version is not`(text: String, model: String, credential: String?) throws {
        let pinned = try #require(PinnedModelRef(text))
        #expect(pinned.ref.description == model)
        #expect(pinned.credential?.rawValue == credential)
        #expect(pinned.description == text)
    }

    @Test(arguments: ["", "openai/gpt-5@", "@openai:backup", "gpt-5@openai:backup"])
    func `with a credential needs all parts`(text: String) {
        #expect(PinnedModelRef(text) == nil)
    }
}

@Suite struct `A receipt's id` {
    @Test func `is the ULID of its moment and chance`() {
        struct Zeros: RandomNumberGenerator { func next() -> UInt64 { 0 } }
        struct Ones: RandomNumberGenerator { func next() -> UInt64 { .max } }
        var zeros = Zeros()
        var ones = Ones()
        // 1469918176385 ms is 01ARYZ6S41 in the ULID specification's own example.
        #expect(ReceiptID.make(at: Timestamp(milliseconds: 1_469_918_176_385), using: &zeros).rawValue == "01ARYZ6S410000000000000000")
        #expect(ReceiptID.make(at: Timestamp(milliseconds: 1_469_918_176_385), using: &ones).rawValue == "01ARYZ6S41ZZZZZZZZZZZZZZZZ")
        #expect(ReceiptID.make(at: Timestamp(milliseconds: -1), using: &zeros).rawValue == "00000000000000000000000000")
    }

    @Test func `sorts by age and does not repeat`() {
        var random = SeededRandom(seed: 7)
        let ids = (0..<1000).map { ReceiptID.make(at: .at(Double($0)), using: &random) }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { $0.rawValue.utf8.count == 26 })
    }
}

@Suite struct `A timestamp` {
    @Test func `stops at the end of writable time`() {
        #expect(Timestamp.at(0) + .seconds(Int64.max) == .distantFuture)
        #expect(Timestamp.distantFuture + .seconds(1) == .distantFuture)
    }

    @Test func `counts in milliseconds`() {
        #expect(Timestamp(milliseconds: 1500) - Timestamp(milliseconds: 200) == .milliseconds(1300))
        #expect(Timestamp(milliseconds: 1500) - .milliseconds(1) == Timestamp(milliseconds: 1499))
        #expect(Timestamp(milliseconds: 0) + .microseconds(1999) == Timestamp(milliseconds: 1))
    }
}

@Suite struct `A candidate` {
    @Test func `is its model, its credential and its endpoint`() throws {
        let ref = try #require(ModelRef("openai/gpt-5"))
        let one = Candidate(ref, credential: "openai:main", endpoint: "https://api.openai.com:443")
        #expect(one == Candidate(ref, credential: "openai:main", endpoint: "https://api.openai.com:443"))
        #expect(one != Candidate(ref, credential: "openai:backup", endpoint: "https://api.openai.com:443"))
        #expect(one != Candidate(ref, credential: "openai:main", endpoint: "http://localhost:8080"))
        #expect(one.description == "openai/gpt-5@openai:main")
    }

    @Test func `is not confused with another whose names join to the same text`() throws {
        let one = Candidate(ModelRef(provider: "a", model: "bc"), credential: "k", endpoint: "e")
        let other = Candidate(ModelRef(provider: "ab", model: "c"), credential: "k", endpoint: "e")
        #expect(one != other)
        #expect(Set([one, other]).count == 2)
    }
}
