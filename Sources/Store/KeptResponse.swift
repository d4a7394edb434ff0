// SPDX-License-Identifier: Apache-2.0
import Failover

/// A reply of the Responses API that a client may go on from (`previous_response_id`) or ask for again.
public struct KeptResponse: Hashable, Sendable {
    /// The reply's: the provider's own, or of ours where it crossed from another wire.
    public var id: String
    public var madeAt: Timestamp
    /// Who made it.
    public var model: ModelRef
    public var credential: CredentialID
    /// The wire that its maker spoke, such as `openai-responses`.
    public var wire: String
    /// The id of the reply that its request went on from.
    public var previous: String?
    /// `nil`: only who made it is kept.
    public var content: Content?

    /// What was asked and answered.
    public struct Content: Hashable, Sendable {
        /// The request's `input`, as a JSON array of items.
        public var input: [UInt8]
        /// The response object, JSON.
        public var reply: [UInt8]

        public init(input: [UInt8], reply: [UInt8]) {
            self.input = input
            self.reply = reply
        }

        var count: Int { input.count + reply.count }
    }

    public init(
        id: String, madeAt: Timestamp, model: ModelRef, credential: CredentialID, wire: String, previous: String? = nil,
        content: Content? = nil
    ) {
        self.id = id
        self.madeAt = madeAt
        self.model = model
        self.credential = credential
        self.wire = wire
        self.previous = previous
        self.content = content
    }
}
