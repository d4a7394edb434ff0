// SPDX-License-Identifier: Apache-2.0

/// What the policy needs to know of a request. Nothing of what it says.
public struct RequestFacts: Hashable, Sendable {
    public var id: ReceiptID
    public var startedAt: Timestamp
    /// When the time for all attempts is over.
    public var deadline: Timestamp
    /// As the client wrote it.
    public var requestedModel: String
    public var agent: AgentID?
    public var session: SessionID?
    /// The client's.
    public var wire: String
    public var streaming: Bool
    /// Of the prompt; 0 where nobody counted.
    public var estimatedTokens: Int
    public var hasImages: Bool
    public var hasTools: Bool
    /// The body goes up as the client wrote it, so that a refusal of its form is the client's to know.
    public var sentAsWritten: Bool
    /// From the start of an attempt to its first content: how long a lease must last.
    public var firstTokenLimit: Duration
    /// Requests under way in this process, for the share of quick repeats. 0: nobody counted.
    public var activeRequests: Int

    public init(
        id: ReceiptID, startedAt: Timestamp, deadline: Timestamp, requestedModel: String, agent: AgentID? = nil, session: SessionID? = nil,
        wire: String, streaming: Bool = false, estimatedTokens: Int = 0, hasImages: Bool = false, hasTools: Bool = false,
        sentAsWritten: Bool = true, firstTokenLimit: Duration = .seconds(12), activeRequests: Int = 0
    ) {
        self.id = id
        self.startedAt = startedAt
        self.deadline = deadline
        self.requestedModel = requestedModel
        self.agent = agent
        self.session = session
        self.wire = wire
        self.streaming = streaming
        self.estimatedTokens = estimatedTokens
        self.hasImages = hasImages
        self.hasTools = hasTools
        self.sentAsWritten = sentAsWritten
        self.firstTokenLimit = firstTokenLimit
        self.activeRequests = activeRequests
    }
}
