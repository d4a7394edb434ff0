// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a client knows of a stream that it got as it came, for a writer that goes on behind it.
struct GooglePlace: Sendable {
    private(set) var id: String?
    private var hasBegun = false

    /// - Parameter reply: The first event with a candidate has the id, as have all behind it.
    mutating func begin(_ reply: JSONSlice, in bytes: RawSpan) {
        if hasBegun { return }
        hasBegun = true
        id = reply.google("responseId", in: bytes)?.string(in: bytes).flatMap { $0.isEmpty ? nil : $0 }
    }
}
