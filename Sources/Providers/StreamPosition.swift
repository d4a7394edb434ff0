// SPDX-License-Identifier: Apache-2.0

/// How far a client's stream has got, for what is written behind it by somebody who has not written the rest: the event that says that
/// it broke off.
public struct StreamPosition: Hashable, Sendable {
    /// The number of the next event, on wires that number them.
    public var next: Int
    /// The reply as the client was told of it; `nil` where it was not, or needs not be known.
    public var reply: Reply?

    public struct Reply: Hashable, Sendable {
        public var id: String
        public var model: String
        /// Seconds since 1970.
        public var created: Int

        public init(id: String, model: String, created: Int) {
            self.id = id
            self.model = model
            self.created = created
        }
    }

    public init(next: Int = 0, reply: Reply? = nil) {
        self.next = next
        self.reply = reply
    }

    /// Before the last event.
    public var previous: StreamPosition { StreamPosition(next: max(0, next - 1), reply: reply) }
}

extension StreamReader {
    public var position: StreamPosition { StreamPosition() }
}

extension EventWriter {
    public var position: StreamPosition { StreamPosition() }
}

extension Wire {
    /// For a stream of which nothing is known.
    public func errorEvent(_ error: WireError) -> [UInt8] { errorEvent(error, after: StreamPosition()) }
}
