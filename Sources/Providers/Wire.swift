// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// What a protocol must offer so that requests can be routed, sent, judged and answered on it.
///
/// Pure: bytes in, values and bytes out. A request's body is scanned once (`JSONIndex`) and never decoded whole.
public protocol Wire: Sendable {
    var kind: WireKind { get }

    /// The wire whose clients' requests `passthrough` takes, and whose events those of this one are: its own kind, but for a variant.
    var family: WireKind { get }

    /// The path below the base URL, with its query, such as `/chat/completions`.
    ///
    /// - Parameter base: A version that it ends with already, such as `/v1`, is not repeated.
    /// - Returns: `nil` where the wire has no such operation.
    func path(_ operation: Operation, model: String, streaming: Bool, base: BaseURL) -> String?

    /// What goes up. Of the client's headers only the wire's own list does, and the provider's configured headers win.
    ///
    /// - Parameter credential: `nil` sends none.
    func headers(client: Headers, credential: Secret?, provider: Provider, streaming: Bool) -> Headers

    /// What routing needs to know of a client's request.
    ///
    /// - Parameters:
    ///   - body: As the client sent it.
    ///   - index: Made from `body`.
    ///   - target: What the request's path says, on wires that name the model there.
    /// - Throws: `RequestProblem` at the first member that is not what the wire says it is.
    func facts(_ operation: Operation, body: [UInt8], index: JSONIndex, target: PathFacts) throws(RequestProblem) -> RequestShape

    /// The body for a provider on the client's own wire: `body` with another model name, without what is meant for us, and with
    /// the `params` that the client left out. Every other byte stays.
    func passthrough(body: [UInt8], index: JSONIndex, model: String, params: JSONObject?) -> [UInt8]

    /// `body` without what only other providers could read: thinking signatures, encrypted reasoning and the like that this gateway
    /// sealed for a client when a provider of another wire had answered it (`Seal`).
    ///
    /// - Returns: `nil` if there is none.
    func withoutSeals(_ body: [UInt8]) -> [UInt8]?

    /// The proofs of thoughts in a whole reply of a provider's, by which they are told from another's when a client sends them back.
    func proofs(inReply body: [UInt8]) -> [Proof]

    /// `body` without thoughts, or what hangs onto them, by their proofs. Every other byte stays.
    ///
    /// - Parameters:
    ///   - body: As `passthrough` made it.
    ///   - isGone: Is asked of each proof in `body`.
    /// - Returns: `nil` if none goes, or this wire has no such proofs.
    func withoutProofs(_ body: [UInt8], where isGone: (Proof) -> Bool) -> [UInt8]?

    /// `body` with one thing changed that a route refuses. Every other byte stays.
    ///
    /// - Parameter body: As `passthrough` made it, or another repair.
    /// - Returns: `nil` if the repair would change nothing in it, or this wire has no such repair.
    func repaired(_ body: [UInt8], by repair: Repair) -> [UInt8]?

    /// `body` with its cache marks as the settings want them.
    ///
    /// - Parameter placing: The route is known to take marks: where the client wrote none, `short` and `long` put some.
    /// - Returns: `nil` if that changes nothing, or this wire has no marks.
    func marked(_ body: [UInt8], for retention: CacheRetention, placing: Bool) -> [UInt8]?

    /// `body` asking its provider to go on with a reply that the client has part of, in place of answering anew.
    ///
    /// - Parameter body: As `passthrough` made it, or a writer, or a repair.
    /// - Returns: `nil` if it has no place for that.
    func continued(_ body: [UInt8], by continuation: Continuation) -> ContinuedBody?

    /// Judges a whole reply whose status says success.
    func readReply(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ReplyVerdict

    /// Describes a reply whose status says failure.
    func readError(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ErrorObject

    /// A reader for one reply's events.
    ///
    /// - Parameter nowMilliseconds: When the attempt began. Errors that say when to come back are read against it.
    func makeStreamReader(context: ErrorContext, nowMilliseconds: Int64) -> any StreamReader

    /// The body of an answer that is an error, in the shape that this wire's clients expect.
    func errorBody(_ error: WireError) -> [UInt8]

    /// An upstream's own error body with a receipt put in where `errorBody` puts it. Every other byte stays; a body that is not
    /// in this wire's shape is returned as it is.
    ///
    /// - Parameter receipt: JSON, put in as it is under `understudy`, in the place of another gateway's if there is one.
    func errorBody(_ upstream: [UInt8], adding receipt: [UInt8]) -> [UInt8]

    /// The same as `errorBody(_:)`, as an event within a stream: the wire's true error event, after which the stream ends. It may stand
    /// between any two events.
    ///
    /// - Parameter position: How far the client's stream has got.
    func errorEvent(_ error: WireError, after position: StreamPosition) -> [UInt8]

    /// What is sent to a client while an upstream is silent. Clients skip it.
    var keepAlive: [UInt8] { get }

    /// What is sent after a proven end that lacks it; `nil` on a wire that needs none.
    var doneTerminator: [UInt8]? { get }

    /// Its providers answer with a stream whatever they are asked for: a whole reply is put together from it.
    var onlyStreams: Bool { get }

    /// Its requests, replies and streams to and from neutral values.
    var translation: any WireTranslation { get }
}

extension Wire {
    public var family: WireKind { kind }

    public var onlyStreams: Bool { false }

    public func proofs(inReply body: [UInt8]) -> [Proof] { [] }

    public func withoutProofs(_ body: [UInt8], where isGone: (Proof) -> Bool) -> [UInt8]? { nil }
}

/// What a client asks of a wire.
public enum Operation: String, Hashable, Sendable, CaseIterable {
    /// The next message of a conversation.
    case generate
    /// How many tokens the request has, without an answer.
    case countTokens = "count_tokens"
    case embeddings
}

/// What the path of a request says, on wires that name the model there.
public struct PathFacts: Hashable, Sendable {
    /// `nil`: the body says.
    public var model: String?
    public var streaming: Bool?

    public init(model: String? = nil, streaming: Bool? = nil) {
        self.model = model
        self.streaming = streaming
    }
}

/// Who was asked: what an `ErrorObject` says about its origin.
public struct ErrorContext: Hashable, Sendable {
    public var provider: ProviderID
    public var model: String
    /// How many choices it was asked for: a stream may tell them one after the other.
    public var choices: Int

    public init(provider: ProviderID, model: String, choices: Int = 1) {
        self.provider = provider
        self.model = model
        self.choices = choices
    }
}

/// A request that its own wire forbids: the client's mistake, answered with 400 and no attempt.
public struct RequestProblem: Error, Hashable, Sendable {
    /// The member, such as `messages[2].content`; empty for the body itself.
    public var path: String
    /// What was expected and what came, as a sentence.
    public var message: String
    /// In the wire's own vocabulary, such as `invalid_type`.
    public var code: String

    public init(path: String, message: String, code: String) {
        self.path = path
        self.message = message
        self.code = code
    }
}

/// What a whole reply turned out to be.
public enum ReplyVerdict: Hashable, Sendable {
    /// A reply in the wire's grammar. `finish` is the first choice's reason, `nil` where the provider gives none.
    case good(usage: Usage?, finish: String?)
    /// An error in disguise, or not a reply at all. `insideSuccess` is set.
    case bad(ErrorObject)
}

/// An error as a client is told of it.
public struct WireError: Error, Hashable, Sendable {
    public var status: Int
    public var message: String
    /// `nil`: the wire's usual type for `status`.
    public var type: String?
    public var code: String?
    public var param: String?
    /// A receipt as JSON, put in as it is under `understudy`.
    public var receipt: [UInt8]?

    public init(
        status: Int, message: String, type: String? = nil, code: String? = nil, param: String? = nil, receipt: [UInt8]? = nil
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.receipt = receipt
    }

    /// 400 for a request that its wire forbids.
    public init(_ problem: RequestProblem) {
        self.init(status: 400, message: problem.message, code: problem.code, param: problem.path.isEmpty ? nil : problem.path)
    }
}
