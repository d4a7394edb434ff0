// SPDX-License-Identifier: Apache-2.0
import Failover

/// A piece of a streamed reply in neutral values.
///
/// A reader tells what it learned, in order; a writer keeps what its own grammar needs (open blocks, indexes, sequence numbers).
/// Within a choice a new kind of piece ends the one before it; two pieces of the same kind are one, unless `boundary` stands between
/// them. Pieces of several tool calls may come interleaved.
public struct ConversationEvent: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Comes first, once; a later one adds what was not known yet.
        case head(ReplyHead)
        case text(String)
        case citation(Citation)
        case logprobs([TokenLikelihood])
        case refusal(String)
        case thinking(String)
        /// What belongs to the thinking told since the last boundary, or stands alone as thinking that is not shown.
        case thinkingState(ProviderState)
        /// A call begins. `call` counts within the choice from 0, in the order in which calls begin.
        case toolCall(call: Int, id: String, name: String, isFreeForm: Bool)
        case toolArguments(call: Int, String)
        case toolCallState(call: Int, ProviderState)
        case textState(ProviderState)
        case media(Media)
        /// Something of the provider's own, by its name.
        case foreign(String)
        /// The piece before it is whole: what follows is another one, if of the same kind.
        case boundary
        case finish(Finish)
        /// Counts so far: the last one told of each counts.
        case usage(Usage)
    }

    /// Counts the replies from 0; the reply as a whole has 0.
    public var choice: Int
    public var kind: Kind

    public init(_ kind: Kind, choice: Int = 0) {
        self.kind = kind
        self.choice = choice
    }
}
