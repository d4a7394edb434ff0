// SPDX-License-Identifier: Apache-2.0
import Failover

/// Follows one streamed reply on one wire, event by event. It reads and never writes: the event's bytes are the relay's.
public protocol StreamReader: Sendable {
    /// Says what one event is. On the hot path: the usual events cost a validating scan and no allocation.
    ///
    /// - Parameters:
    ///   - data: The event's joined data lines; empty for a comment.
    ///   - name: Its `event` field, mostly empty.
    mutating func read(data: RawSpan, name: RawSpan) -> StreamEvent

    /// The upstream closed the stream, in order or not.
    ///
    /// - Returns: `nil` if the end is proven, else why this was no whole reply.
    mutating func upstreamEnded() -> ErrorObject?

    /// Each choice that began has a finish reason: the reply is whole, whatever becomes of the connection.
    var endIsProven: Bool { get }

    /// Why the first choice ended; `nil` until it did.
    var finish: String? { get }

    /// The last usage that the provider told.
    var usage: Usage? { get }

    /// What the first choice has said so far.
    var said: Said { get }

    /// Proofs of thoughts that have come so far, as `Wire.proofs(inReply:)` finds them.
    var proofs: [Proof] { get }

    /// How far the stream has got, as its provider numbers it.
    var position: StreamPosition { get }

    /// A writer for a client of this wire that has got the events read so far as they came, up to the first with a tool call: it goes on
    /// where they end, with their ids, indexes and numbers.
    func makeWriter(goingOnTo context: ReplyContext) -> any EventWriter
}

extension StreamReader {
    public var proofs: [Proof] { [] }

    /// Reads an event and says what the reply has come to with it: in one call, since every look at a reader whose wire is not known
    /// copies it.
    public mutating func follow(data: RawSpan, name: RawSpan) -> FollowedEvent {
        let event = read(data: data, name: name)
        return FollowedEvent(
            event: event, endIsProven: endIsProven, endsInHalf: event.marks.contains(.content) && said.endsInHalf)
    }
}

/// One event of a stream, and the reply up to it.
public struct FollowedEvent: Sendable {
    public var event: StreamEvent
    /// `StreamReader.endIsProven` from this event on.
    public var endIsProven: Bool
    /// It is text and ends in the middle of a character.
    public var endsInHalf: Bool
}

/// What one event of a stream turned out to be. One event may be several things.
public struct StreamEvent: Sendable {
    public struct Marks: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A piece of the reply's text.
        public static let content = Marks(rawValue: 1)
        /// A piece of what the model thinks first.
        public static let reasoning = Marks(rawValue: 2)
        /// A piece of a tool call.
        public static let toolCall = Marks(rawValue: 4)
        /// A choice's finish reason.
        public static let finish = Marks(rawValue: 8)
        /// What the reply cost.
        public static let usage = Marks(rawValue: 16)
        /// The wire's terminator.
        public static let done = Marks(rawValue: 32)
        /// The provider's error, or a break of the wire's grammar: `failure` says which.
        public static let failure = Marks(rawValue: 64)

        /// Something that a model said. The first such event sent commits the reply; an event with no mark at all, such as a
        /// role or a comment, does not.
        public static let spoken: Marks = [.content, .reasoning, .toolCall]
    }

    public var marks: Marks
    private var boxed: Boxed?

    /// Kept behind a pointer, so that the many events without one stay two words.
    private indirect enum Boxed: Sendable {
        case failure(ErrorObject)
    }

    public init(_ marks: Marks = []) { self.marks = marks }

    public init(failure: ErrorObject) {
        marks = .failure
        boxed = .failure(failure)
    }

    public var failure: ErrorObject? {
        guard case .failure(let failure)? = boxed else { return nil }
        return failure
    }

    /// The model spoke.
    public var isSpoken: Bool { !marks.isDisjoint(with: .spoken) }
}
