// SPDX-License-Identifier: Apache-2.0
import JSON

/// A proof or cipher of a thought that only its maker takes, or whoever the maker shares its secrets with: a thinking signature, encrypted
/// reasoning, a thought's signature. Known by a hash, so that many can be remembered.
public struct Proof: Hashable, Sendable {
    /// Stands for its text; the same in every process.
    public let hash: UInt64

    public init(_ text: String) { hash = StableHash.of(text.utf8) }

    public init(hash: UInt64) { self.hash = hash }

    /// - Returns: `nil` for what is no text, or an empty one.
    init?(_ value: JSONSlice?, in bytes: RawSpan) {
        guard let value, !value.isEmptyString, let text = value.string(in: bytes) else { return nil }
        self.init(text)
    }
}

/// The proofs of one reply; bounded.
struct Proofs: Sendable {
    private(set) var all: [Proof] = []

    private static let limit = 256

    mutating func note(_ value: JSONSlice?, in bytes: RawSpan) {
        guard all.count < Self.limit, let proof = Proof(value, in: bytes), all.last != proof else { return }
        all.append(proof)
    }
}
