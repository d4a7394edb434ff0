// SPDX-License-Identifier: Apache-2.0
import Providers
import Synchronization

/// What providers hung onto their tool calls and most clients' wires have no place for, such as Google's thought signatures: kept here
/// by the call, and put back when the client sends the call again.
///
/// In memory alone, and bounded: what was used longest ago goes first. The process that comes in this one's place is given it. A provider that
/// misses a state says so, and a repair mends it.
final class ProvenanceMemory: Sendable {
    private struct Key: Hashable {
        let id: String
        /// Some providers number their calls: two conversations may have one id, but seldom for one tool.
        let tool: String
    }

    private struct Kept {
        let state: ProviderState
        var usedAt: UInt64
    }

    private struct Memory {
        var kept: [Key: Kept] = [:]
        var bytes = 0
        var time: UInt64 = 0
        /// Another process takes the requests from now on, and is told of states that still come here.
        var successor: (@Sendable (Learned.KeptState) -> Void)?
    }

    private let memory = Mutex(Memory())
    /// What clients of the provider's own wire have themselves.
    let proofs = ProofMemory()

    private static let countLimit = 4096
    private static let byteLimit = 8 << 20
    /// A state that is larger is not kept.
    private static let stateLimit = 256 << 10

    init() {}

    var count: Int { memory.withLock { $0.kept.count } }

    func note(_ reply: ConversationReply) {
        for choice in reply.choices {
            for case .toolCall(let call) in choice.parts {
                if let state = call.state { note(state, ofCall: call.id, of: call.name) }
            }
        }
    }

    func note(_ state: ProviderState, ofCall id: String, of tool: String) {
        guard let maker = state.maker, state.payload.utf8.count <= Self.stateLimit else { return }
        memory.withLock { memory in
            memory.time += 1
            let key = Key(id: id, tool: tool)
            if let old = memory.kept.updateValue(Kept(state: state, usedAt: memory.time), forKey: key) {
                memory.bytes -= Self.size(key, old.state)
            }
            memory.bytes += Self.size(key, state)
            memory.successor?(Learned.KeptState(call: id, tool: tool, maker: maker, payload: state.payload))
            if memory.kept.count > Self.countLimit || memory.bytes > Self.byteLimit { Self.forget(&memory) }
        }
    }

    /// Gives the calls of a request, where they have no state, the one that came with them.
    func putBack(_ conversation: inout Conversation) {
        if memory.withLock({ $0.kept.isEmpty }) { return }
        for turn in conversation.turns.indices where conversation.turns[turn].role == .assistant {
            for part in conversation.turns[turn].parts.indices {
                guard case .toolCall(var call) = conversation.turns[turn].parts[part], call.state == nil,
                    let state = state(ofCall: call.id, of: call.name)
                else { continue }
                call.state = state
                conversation.turns[turn].parts[part] = .toolCall(call)
            }
        }
    }

    func state(ofCall id: String, of tool: String) -> ProviderState? {
        memory.withLock { memory in
            let key = Key(id: id, tool: tool)
            memory.time += 1
            memory.kept[key]?.usedAt = memory.time
            return memory.kept[key]?.state
        }
    }

    /// - Parameter successor: Told of each state from now on; called under the lock. `nil`: nobody is, any more.
    /// - Returns: Those of until now, the one that was used longest ago first.
    func handOver(to successor: (@Sendable (Learned.KeptState) -> Void)?) -> [Learned.KeptState] {
        memory.withLock { memory in
            memory.successor = successor
            return memory.kept.sorted { $0.value.usedAt < $1.value.usedAt }.compactMap { key, kept in
                kept.state.maker.map { Learned.KeptState(call: key.id, tool: key.tool, maker: $0, payload: kept.state.payload) }
            }
        }
    }

    /// Forgets the quarter that was used longest ago, so that it is seldom done.
    private static func forget(_ memory: inout Memory) {
        let times = memory.kept.values.map(\.usedAt).sorted()
        let last = times[times.count / 4]
        for (key, kept) in memory.kept where kept.usedAt <= last {
            memory.bytes -= size(key, kept.state)
            memory.kept[key] = nil
        }
        // One large state may be left alone among few.
        if memory.bytes > byteLimit, !memory.kept.isEmpty { forget(&memory) }
    }

    private static func size(_ key: Key, _ state: ProviderState) -> Int {
        key.id.utf8.count + key.tool.utf8.count + state.payload.utf8.count + 128
    }
}
