// SPDX-License-Identifier: Apache-2.0
import JSON

/// The Messages API to and from neutral values.
struct MessagesTranslation: WireTranslation {
    /// What a model does not take, its name says; `MessagesRequestWriting` notes it.
    var carries: Set<Feature> { [] }

    func readRequest(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation { Conversation() }
    func writeReply(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8] { [] }
    func makeEventWriter(to context: ReplyContext) -> any EventWriter { Silent() }
    func writeRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8] { [] }
    func readReply(_ body: [UInt8], maker: Maker) -> ConversationReply? { nil }
    func makeEventReader(maker: Maker) -> any EventReader { Silent() }

    private struct Silent: EventReader, EventWriter {
        mutating func read(data: RawSpan, name: RawSpan, into events: inout [ConversationEvent]) {}
        mutating func write(_ event: ConversationEvent, into output: inout [UInt8]) {}
        mutating func end(into output: inout [UInt8]) {}
    }
}
