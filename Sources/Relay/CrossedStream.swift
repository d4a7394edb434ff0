// SPDX-License-Identifier: Apache-2.0
import Providers

/// A stream from a provider of another wire than the client's: written anew event by event, or put together where the client wants a
/// whole reply. Confined to the request's loop; a class, so that the many streams that do not cross have a pointer's room for it.
final class CrossedStream {
    private let crossed: Crossed
    // One of the two. Not an enum's cases, so that they change in place.
    private var events: CrossingStream?
    private var assembly: CrossingAssembly?
    private var calls = BegunCalls()

    init(_ crossed: Crossed) {
        self.crossed = crossed
        if crossed.wantsStream {
            events = crossed.crossing.stream(to: crossed.context)
        } else {
            assembly = crossed.crossing.assembly()
        }
    }

    /// More came than a whole reply may have.
    var isTooLarge: Bool { assembly?.isTooLarge ?? false }

    /// - Parameters:
    ///   - data: Of an event that the wire's own reader found good.
    ///   - output: Takes what the client is to get for it; often nothing.
    func take(data: RawSpan, name: RawSpan, into output: inout [UInt8]) {
        // A terminator that is no JSON, such as Chat Completions' `[DONE]`, says nothing.
        guard Self.isObject(data) else { return }
        assembly?.take(data: data, name: name)
        let memory = crossed.memory
        var calls = calls
        self.calls = BegunCalls()
        events?.take(data: data, name: name, into: &output) { calls.note($0, in: memory) }
        self.calls = calls
    }

    /// The end is proven.
    func end(into output: inout [UInt8]) { events?.end(into: &output) }

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
