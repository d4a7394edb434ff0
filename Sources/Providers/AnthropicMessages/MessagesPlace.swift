// SPDX-License-Identifier: Apache-2.0

/// How far a stream has got by its grammar: which blocks are open, and which index comes next.
struct MessagesPlace: Sendable {
    enum Kind: UInt8, Sendable {
        case text, thinking
        /// Its signature has come.
        case provenThinking
        /// Of a tool of the client's.
        case call
        case other
    }

    struct Block: Sendable {
        var index: Int
        var kind: Kind
    }

    /// `message_start` has come.
    var hasBegun = false
    /// One at a time at Anthropic.
    var open: [Block] = []
    /// The next block may not be below it.
    var nextIndex = 0

    func position(ofOpen index: Int) -> Int? { open.firstIndex { $0.index == index } }
}
