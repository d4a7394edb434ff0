// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// What a wire must offer so that others can be crossed to it and from it: its requests, replies and streams, to and from
/// neutral values. It knows no other wire.
///
/// Readers meet only what `Wire.facts` or the wire's stream reader has found to be in its grammar, but a member deeper down may
/// still be anything: they refuse what they would have to guess at, and keep the rest.
public protocol WireTranslation: Sendable {
    /// What this wire has members for.
    var carries: Set<Feature> { get }

    /// Which names of tools this wire's providers take.
    var toolNames: ToolNameRule { get }

    // MARK: As a client's wire

    /// - Throws: `RequestProblem` at the first member that is not what the wire says it is.
    func readRequest(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation

    func writeReply(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8]

    func makeEventWriter(to context: ReplyContext) -> any EventWriter

    /// The answer to a request for the number of its tokens.
    func writeTokenCount(_ count: Int) -> [UInt8]

    // MARK: As a provider's wire

    /// - Parameter losses: What `conversation` holds and this wire, or this target, has no member for. What `carries` does not have
    ///   is noted already; a writer adds what it finds out itself.
    func writeRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8]

    /// - Parameter body: A reply that `Wire.readReply` found good.
    /// - Returns: `nil` if it is no reply after all.
    func readReply(_ body: [UInt8], maker: Maker) -> ConversationReply?

    func makeEventReader(maker: Maker) -> any EventReader

    /// A request for the number of tokens that `conversation` has.
    ///
    /// - Returns: `nil`: this wire counts none.
    func writeCountRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8]?

    /// - Returns: `nil` if `body` is no count, or this wire counts none.
    func readTokenCount(_ body: [UInt8]) -> Int?
}

extension WireTranslation {
    public func writeTokenCount(_ count: Int) -> [UInt8] { Array(#"{"input_tokens":\#(count)}"#.utf8) }

    public func writeCountRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8]? { nil }

    public func readTokenCount(_ body: [UInt8]) -> Int? { nil }
}

/// Follows one upstream's stream and tells what its events say.
public protocol EventReader: Sendable {
    /// - Parameters:
    ///   - data: An event's joined data lines, never empty; valid JSON that the wire's `StreamReader` found no fault with.
    ///   - name: Its `event` field, mostly empty.
    ///   - events: Takes what it says, in order; often nothing.
    mutating func read(data: RawSpan, name: RawSpan, into events: inout [ConversationEvent])
}

/// Writes one client's stream.
public protocol EventWriter: Sendable {
    /// Appends what the client is to get, whole events in the wire's framing; often nothing, sometimes several.
    mutating func write(_ event: ConversationEvent, into output: inout [UInt8])

    /// The end is proven and everything has been told: closes what is open and appends the wire's own end.
    mutating func end(into output: inout [UInt8])

    /// How far the client's stream has got.
    var position: StreamPosition { get }

    /// Another model goes on with the reply from here. What follows names it, where the wire names a model; text goes on in the piece
    /// that is open, and a thought that is open ends. Its `head` changes nothing else of what the client was told.
    mutating func goOn(as model: String)
}

/// What a reply's writer has to know of its request.
public struct ReplyContext: Sendable {
    /// The receipt's: the reply's id is made from it, in the wire's manner.
    public var id: String
    /// Seconds since 1970, for replies that do not tell theirs.
    public var created: Int
    /// Who answers, for replies that do not tell.
    public var model: String
    /// What the client asked, without its turns.
    public var request: Conversation
    /// As the client sent it, for wires that repeat parts of it.
    public var body: [UInt8]
    public var index: JSONIndex

    public init(id: String, created: Int, model: String, request: Conversation, body: [UInt8], index: JSONIndex) {
        self.id = id
        self.created = created
        self.model = model
        self.request = request
        self.body = body
        self.index = index
    }
}

/// Whom a request is written for.
public struct RequestTarget: Sendable {
    public var provider: ProviderID
    /// The provider's own name of the model.
    public var model: String
    /// What is known of it.
    public var known: Model?
    public var quirks: Quirks
    /// Settings that only this provider's wire needs, such as a project's name.
    public var options: [String: String]

    /// The option that names a Google Cloud project.
    public static let project = "project"

    public init(provider: ProviderID, model: String, known: Model? = nil, quirks: Quirks = Quirks(), options: [String: String] = [:]) {
        self.provider = provider
        self.model = model
        self.known = known
        self.quirks = quirks
        self.options = options
    }
}
