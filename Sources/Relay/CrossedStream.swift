// SPDX-License-Identifier: Apache-2.0
import Providers

/// A stream whose events are written anew for its client: from a provider of another wire, or from one that goes on with another's
/// reply. It is put together where the client wants a whole reply. Confined to the request's loop; a class, so that the many streams
/// that pass as they come have a pointer's room for it.
final class CrossedStream {
    private let crossed: Crossed
    // One of the three. Not an enum's cases, so that they change in place.
    private var events: CrossingStream?
    private var assembly: CrossingAssembly?
    private var resumed: ResumedStream?
    private var calls = BegunCalls()

    /// - Parameter sent: What the client has already, of a reply that broke off.
    init(_ crossed: Crossed, after sent: SentReply?, seam: Seam?, as model: String) {
        self.crossed = crossed
        if let sent, let seam {
            resumed = ResumedStream(crossed.crossing, to: sent.context, writer: sent.writer, seam: seam, as: model, told: sent.told)
        } else if crossed.wantsStream {
            events = crossed.crossing.stream(to: crossed.context)
        } else {
            assembly = crossed.crossing.assembly()
        }
    }

    /// More came than a whole reply may have.
    var isTooLarge: Bool { assembly?.isTooLarge ?? false }

    /// For whoever goes on from here, and what it goes on from; `nil` for a client that has nothing before the end.
    var writer: (any EventWriter)? { resumed?.writer ?? events?.writer }

    /// `nil` for a client that has nothing before the end.
    var position: StreamPosition? { resumed?.writer.position ?? events?.writer.position }

    /// What the client has of the answer, where that is not what this candidate's own reader knows.
    var text: [UInt8]? { resumed?.text }
    var trimmed: Int { resumed?.trimmed ?? 0 }

    /// - Parameters:
    ///   - data: Of an event that the wire's own reader found good.
    ///   - output: Takes what the client is to get for it; often nothing.
    /// - Throws: Why it does not go on with what the client has.
    func take(data: RawSpan, name: RawSpan, into output: inout [UInt8]) throws(Seam.Problem) {
        // A terminator that is no JSON, such as Chat Completions' `[DONE]`, says nothing.
        guard Self.isObject(data) else { return }
        assembly?.take(data: data, name: name)
        let memory = crossed.memory
        var calls = calls
        self.calls = BegunCalls()
        defer { self.calls = calls }
        events?.take(data: data, name: name, into: &output) { calls.note($0, in: memory) }
        try resumed?.take(data: data, name: name, into: &output) { calls.note($0, in: memory) }
    }

    /// The end is proven.
    func end(into output: inout [UInt8]) throws(Seam.Problem) {
        events?.end(into: &output)
        try resumed?.end(into: &output)
    }

    /// The whole reply, once its end is proven; `nil` for a client that has it as a stream.
    var whole: [UInt8]? {
        assembly?.reply(to: crossed.context) { crossed.memory.note($0) }
    }

    private static func isObject(_ data: RawSpan) -> Bool {
        var position = 0
        while position < data.byteCount {
            let byte = data.unsafeLoad(fromByteOffset: position, as: UInt8.self)
            if byte > 0x20 { return byte == UInt8(ascii: "{") }
            position += 1
        }
        return false
    }
}

/// The tool calls of a stream, for the states that come behind them.
private struct BegunCalls {
    private var begun: [(choice: Int, call: Int, id: String, tool: String)] = []

    private static let limit = 64

    mutating func note(_ event: ConversationEvent, in memory: ProvenanceMemory) {
        switch event.kind {
        case .toolCall(let call, let id, let tool, _):
            if begun.count < Self.limit { begun.append((event.choice, call, id, tool)) }
        case .toolCallState(let call, let state):
            if let place = begun.lastIndex(where: { $0.choice == event.choice && $0.call == call }) {
                memory.note(state, ofCall: begun[place].id, of: begun[place].tool)
            }
        case .head, .text, .citation, .logprobs, .refusal, .thinking, .thinkingState, .toolArguments, .textState, .media, .foreign,
            .boundary,
            .finish, .usage:
            break
        }
    }
}
