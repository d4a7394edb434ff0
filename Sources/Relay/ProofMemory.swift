// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Synchronization

/// Who made the proofs of thoughts that clients were given as they came, and which provider has refused whose.
///
/// Some providers of one wire take each other's proofs, as the clouds that serve one maker's models do, and others do not: so all go up
/// until one refuses them. After that it gets none of that maker's any more, and keeps its own. In memory alone, and bounded: what is
/// forgotten is refused once more, and a repair mends it. The process that comes in this one's place is given it.
final class ProofMemory: Sendable {
    fileprivate struct Memory {
        /// By age: when the newer one is full the older is forgotten.
        var newer: [Proof: ProviderID] = [:]
        var older: [Proof: ProviderID] = [:]
        var refused: [ProviderID: Set<ProviderID>] = [:]
        /// Another process takes the requests from now on, and is told of proofs that still come here.
        var successor: (@Sendable ([Learned.KeptProof]) -> Void)?
    }

    private let memory = Mutex(Memory())

    /// Proofs of each age.
    static let limit = 4096
    /// Providers that refuse some, and makers refused by each.
    private static let providerLimit = 256

    init() {}

    var count: Int { memory.withLock { $0.newer.count + $0.older.count } }

    func note(_ proofs: [Proof], by maker: ProviderID) {
        guard !proofs.isEmpty else { return }
        memory.withLock { memory in
            for proof in proofs { memory.note(proof, by: maker) }
            memory.successor?(proofs.map { Learned.KeptProof(proof: $0, maker: maker) })
        }
    }

    /// - Parameter successor: Told of proofs from now on; called under the lock. `nil`: nobody is, any more.
    /// - Returns: Those of until now, the older ones first.
    func handOver(to successor: (@Sendable ([Learned.KeptProof]) -> Void)?) -> [Learned.KeptProof] {
        memory.withLock { memory in
            memory.successor = successor
            let older = memory.older.filter { memory.newer[$0.key] == nil }
            return (Array(older) + Array(memory.newer)).map { Learned.KeptProof(proof: $0.key, maker: $0.value) }
        }
    }

    /// By who refuses, whose proofs are refused.
    var allRefused: [ProviderID: Set<ProviderID>] { memory.withLock { $0.refused } }

    /// `nil`: nobody that is known.
    func maker(of proof: Proof) -> ProviderID? {
        memory.withLock { memory in
            if let maker = memory.newer[proof] { return maker }
            guard let maker = memory.older[proof] else { return nil }
            // Still in use: it grows no older.
            memory.note(proof, by: maker)
            return maker
        }
    }

    /// The makers whose proofs `provider` does not take.
    func refused(by provider: ProviderID) -> Set<ProviderID> { memory.withLock { $0.refused.isEmpty ? [] : $0.refused[provider] ?? [] } }

    func refuse(_ makers: Set<ProviderID>, by provider: ProviderID) {
        let others = makers.subtracting([provider])
        guard !others.isEmpty else { return }
        memory.withLock { memory in
            guard memory.refused.count < Self.providerLimit || memory.refused[provider] != nil else { return }
            let known = memory.refused[provider] ?? []
            memory.refused[provider] = Set(known.union(others).prefix(Self.providerLimit))
        }
    }

    /// The settings have changed: a provider may be another one than it was.
    func forgetRefusals() { memory.withLock { $0.refused = [:] } }
}

extension ProofMemory.Memory {
    fileprivate mutating func note(_ proof: Proof, by maker: ProviderID) {
        newer[proof] = maker
        guard newer.count >= ProofMemory.limit else { return }
        older = newer
        newer = [:]
    }
}

extension ProofMemory {
    /// `body` without what `provider` has refused before.
    ///
    /// - Returns: `nil` if nothing of it goes.
    func without(_ body: [UInt8], for provider: ProviderID, on wire: any Wire) -> [UInt8]? {
        let refused = refused(by: provider)
        guard !refused.isEmpty else { return nil }
        return wire.withoutProofs(body) { proof in maker(of: proof).map(refused.contains) ?? false }
    }

    /// Learns from a request that was refused for its proofs, and answered without them.
    func learn(from body: [UInt8], refusedBy provider: ProviderID, on wire: any Wire) {
        var makers: Set<ProviderID> = []
        _ = wire.withoutProofs(body) { proof in
            if let maker = maker(of: proof) { makers.insert(maker) }
            return false
        }
        refuse(makers, by: provider)
    }
}
