// SPDX-License-Identifier: Apache-2.0

/// What a wire read from an error: all that the classifier ever sees.
///
/// It has no place for what a model said. `Classifier.classify` takes this type and no text; replies and their events are other types
/// (`ReplyVerdict`, `StreamEvent`), which hold none either, only marks, usage and, where the provider broke off, one of these. Who makes one with
/// words in it is `ErrorReader` alone, from a reply whose status says failure or an envelope that is an error's; from one with `choices` it
/// reads how they ended and nothing else. Everybody else makes faults, which have no words.
public struct ErrorObject: Hashable, Sendable {
    public var provider: ProviderID
    /// Such as `openai-completions`.
    public var wire: String
    /// As the provider calls it.
    public var model: String
    /// Of the reply, or told by the error itself where the reply claims success.
    public var status: Int?
    public var code: String?
    public var type: String?
    /// The upstream's words, at most 4 KB.
    public var message: String?
    /// Names below `code` and `type`, such as Google's `ErrorInfo.reason`; at most 16.
    public var detailReasons: [String] = []
    /// The body is a page for people: its words are not read.
    public var isHTML = false
    /// The page asks whether its reader is human.
    public var isChallenge = false
    public var bodyIsEmpty = false
    /// The error came under a success status, or as an event of a stream.
    public var insideSuccess = false
    /// What kept a whole reply from coming; `nil` where one came.
    public var transport: TransportFault?
    /// When to come back, in the provider's own word.
    public var reset: Duration?
    /// `reset` stood in `Retry-After` or its kin.
    public var retryAfterGiven = false
    /// The member of the request that the error names, such as `temperature`.
    public var namesMember: String?

    public init(provider: ProviderID, wire: String, model: String) {
        self.provider = provider
        self.wire = wire
        self.model = model
    }
}

/// What kept a whole reply from coming.
public enum TransportFault: Hashable, Sendable {
    /// The host's name has no address.
    case dns
    case refused
    /// No route to the host or its network.
    case unreachable
    /// The certificate or the handshake; the text says what of it.
    case tls(String)
    case connectTimeout
    case firstTokenTimeout
    /// The stream fell silent.
    case idleTimeout
    case plainTimeout
    /// The time of the whole request, ours and not the provider's.
    case requestDeadline
    /// `reused`: on a connection that had served before, which says nothing about the endpoint.
    case reset(reused: Bool)
    /// The connection was closed, in order or not, before the reply was over.
    case closedEarly
    /// The connection was reset in the middle of the reply.
    case resetEarly
    /// The reply has fewer bytes than it said.
    case shortBody
    /// What came broke the rules of HTTP or of the wire; the text says how.
    case malformed(String)
    case emptyReply
    /// The reply was larger than the gateway takes.
    case tooLarge
    case other(String)
}
