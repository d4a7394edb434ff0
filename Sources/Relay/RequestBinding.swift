// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

/// That a request goes on from a reply which one account keeps (`previous_response_id`), and what everybody else is asked instead.
public struct RequestBinding: Sendable {
    public var keeper: Keeper
    /// The request with the conversation so far written out. `nil`: nobody here knows that, so only who keeps the reply can be asked.
    public var writtenOut: WrittenOut?

    /// Who keeps the reply. Whoever it is must speak the client's own wire.
    public enum Keeper: Hashable, Sendable {
        case account(ProviderID, CredentialID)
        /// Nobody knows, so any provider may.
        case anybody
        /// No provider: it crossed from another wire.
        case nobody
    }

    public struct WrittenOut: Sendable {
        public var body: [UInt8]
        /// Made from `body`.
        public var index: JSONIndex

        public init(body: [UInt8], index: JSONIndex) {
            self.body = body
            self.index = index
        }
    }

    public init(_ keeper: Keeper, writtenOut: WrittenOut? = nil) {
        self.keeper = keeper
        self.writtenOut = writtenOut
    }

    /// Whether a candidate on the client's own wire has the reply at hand.
    func isKept(by candidate: Candidate) -> Bool {
        switch keeper {
        case .account(let provider, let credential): provider == candidate.model.provider && credential == candidate.credential
        case .anybody: true
        case .nobody: false
        }
    }
}

extension RelayRequest {
    /// The request as one candidate is to get it.
    ///
    /// - Parameter wire: The candidate's.
    func written(for candidate: Candidate, on wire: WireKind) -> (body: [UInt8], index: JSONIndex) {
        guard let binding, let writtenOut = binding.writtenOut, wire != self.wire || !binding.isKept(by: candidate) else {
            return (body, index)
        }
        return (writtenOut.body, writtenOut.index)
    }
}

extension NamedChain {
    /// The same with those first who have the reply that the request goes on from, and without those who could make nothing of it.
    ///
    /// - Parameter wire: The client's.
    func bound(by binding: RequestBinding, on wire: WireKind) -> NamedChain {
        var bound = self
        let keeping = chain.links.indices.filter {
            routes[$0]?.wire(for: .generate).kind == wire && binding.isKept(by: chain.links[$0].candidate)
        }
        let others = chain.links.indices.filter { !keeping.contains($0) }
        let asked = binding.writtenOut == nil ? keeping : keeping + others
        bound.chain.links = asked.map { chain.links[$0] }
        bound.routes = asked.map { routes[$0] }
        if binding.writtenOut == nil {
            bound.chain.skipped += others.map { place in
                let link = chain.links[place]
                return SkippedLink(
                    model: link.candidate.model, credential: link.candidate.credential, origin: link.origin, reason: .boundElsewhere)
            }
        }
        return bound
    }
}
