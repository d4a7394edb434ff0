// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

/// What requests have taught a relay and it keeps in memory alone, on its way to another process. The ledger and what routes need go a way
/// of their own: they are written down as well.
public enum Learned: Hashable, Sendable {
    case pins([SessionPins.Kept])
    case firstTokens([FirstTokenMemory.Kept])
    case uses([CredentialUses.Kept])
    case states([KeptState])
    case proofs([KeptProof])
    case refusedProofs([RefusedProofs])
    case quotas([QuotaRow])

    /// What came with a tool call and its maker wants back.
    public struct KeptState: Hashable, Sendable {
        public var call: String
        public var tool: String
        public var maker: Maker
        public var payload: String

        public init(call: String, tool: String, maker: Maker, payload: String) {
            (self.call, self.tool, self.maker, self.payload) = (call, tool, maker, payload)
        }
    }

    /// Who made a proof.
    public struct KeptProof: Hashable, Sendable {
        public var proof: Proof
        public var maker: ProviderID

        public init(proof: Proof, maker: ProviderID) { (self.proof, self.maker) = (proof, maker) }
    }

    /// Whose proofs a provider does not take.
    public struct RefusedProofs: Hashable, Sendable {
        public var provider: ProviderID
        public var makers: Set<ProviderID>
        /// `RelaySnapshot.fingerprint` of the settings under which it was found: under others it may be another provider.
        public var configuration: String

        public init(provider: ProviderID, makers: Set<ProviderID>, configuration: String) {
            (self.provider, self.makers, self.configuration) = (provider, makers, configuration)
        }
    }
}

extension Relay {
    /// Tells another process all of it, and from then on what requests of this one still find out.
    ///
    /// - Parameter successor: Called under locks, so it hands on and never waits. `nil`: nobody is told, any more.
    public func handOver(to successor: (@Sendable (Learned) -> Void)?) {
        guard let tell = successor else { return keepToItself() }
        let pins = pins.handOver { tell(.pins([$0])) }
        let times = firstTokens.handOver { tell(.firstTokens([$0])) }
        let uses = uses.handOver { tell(.uses([$0])) }
        let states = memory.handOver { tell(.states([$0])) }
        let proofs = memory.proofs.handOver { tell(.proofs($0)) }
        Self.inPieces(pins) { tell(.pins($0)) }
        Self.inPieces(times) { tell(.firstTokens($0)) }
        Self.inPieces(uses) { tell(.uses($0)) }
        Self.inPieces(states) { tell(.states($0)) }
        Self.inPieces(proofs) { tell(.proofs($0)) }
        let configuration = snapshot.fingerprint
        let refused = memory.proofs.allRefused.map { provider, makers in
            Learned.RefusedProofs(provider: provider, makers: makers, configuration: configuration)
        }
        Self.inPieces(refused) { tell(.refusedProofs($0)) }
    }

    private func keepToItself() {
        _ = pins.handOver(to: nil)
        _ = firstTokens.handOver(to: nil)
        _ = uses.handOver(to: nil)
        _ = memory.handOver(to: nil)
        _ = memory.proofs.handOver(to: nil)
    }

    private static func inPieces<Kept>(_ kept: [Kept], _ tell: ([Kept]) -> Void) {
        for start in stride(from: 0, to: kept.count, by: pieceLength) { tell(Array(kept[start..<min(start + pieceLength, kept.count)])) }
    }

    /// Tells another process what providers have last said of how much they still grant. The rest of it stands in a file.
    public func handOverQuotas(to successor: (Learned) -> Void) {
        let rows = quotas.rows(at: now())
        if !rows.isEmpty { successor(.quotas(rows)) }
    }

    /// Takes over what another process knew, or has found out since.
    public func take(_ learned: Learned) {
        switch learned {
        case .pins(let kept): pins.take(kept)
        case .firstTokens(let kept): firstTokens.take(kept)
        case .uses(let kept): for use in kept { uses.used(use.credential, at: use.at) }
        case .states(let kept):
            for state in kept { memory.note(ProviderState(maker: state.maker, payload: state.payload), ofCall: state.call, of: state.tool) }
        case .proofs(let kept): for proof in kept { memory.proofs.note([proof.proof], by: proof.maker) }
        case .refusedProofs(let kept):
            let configuration = snapshot.fingerprint
            for refused in kept where refused.configuration == configuration {
                memory.proofs.refuse(refused.makers, by: refused.provider)
            }
        case .quotas(let rows): for row in rows { quotas.note(row) }
        }
    }

    /// Of one kind, told at a time.
    private static let pieceLength = 256
}
