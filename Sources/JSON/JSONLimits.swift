// SPDX-License-Identifier: Apache-2.0

/// How big and how deep a document may be before it is refused unread.
public struct JSONLimits: Hashable, Sendable {
    /// Levels of arrays and objects: `[]` has one. Values outside 0...512 count as the nearest of these, so that no caller
    /// can ask for a depth at which walking the value would run out of stack.
    public var depth: Int
    /// Bytes of the whole document, white space included.
    public var bytes: Int
    /// Members of the top-level object. Only `JSONIndex`, which keeps an entry for each, asks.
    public var members: Int

    public init(depth: Int = 128, bytes: Int = 64 << 20, members: Int = 4096) {
        self.depth = depth
        self.bytes = bytes
        self.members = members
    }

    public static let standard = JSONLimits()

    /// The depth that a reader goes by.
    var boundedDepth: Int { min(max(depth, 0), NestingStack.capacity) }
}
