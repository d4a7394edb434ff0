// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

/// That a request goes on from a reply which one account keeps (`previous_response_id`), and what everybody else is asked instead.
public struct RequestBinding: Sendable {
    /// Who made that reply. `nil`: nobody knows, so every provider of the client's own wire may.
    public var provider: ProviderID?
    public var credential: CredentialID?
    /// The request with the conversation so far written out. `nil`: nobody knows that, so nobody else can be asked.
    public var writtenOut: WrittenOut?

    public struct WrittenOut: Sendable {
        public var body: [UInt8]
        /// Made from `body`.
        public var index: JSONIndex

        public init(body: [UInt8], index: JSONIndex) {
            self.body = body
            self.index = index
        }
    }

    public init(provider: ProviderID? = nil, credential: CredentialID? = nil, writtenOut: WrittenOut? = nil) {
        self.provider = provider
        self.credential = credential
        self.writtenOut = writtenOut
    }

    /// Whether a candidate on the client's own wire has the reply at hand.
    func knows(_ candidate: Candidate) -> Bool {
        (provider == nil || provider == candidate.model.provider) && (credential == nil || credential == candidate.credential)
    }
}

extension RelayRequest {
    /// The request as one candidate is to get it.
    ///
    /// - Parameter wire: The candidate's.
    func written(for candidate: Candidate, on wire: WireKind) -> (body: [UInt8], index: JSONIndex) {
        guard let binding, let writtenOut = binding.writtenOut, wire != self.wire || !binding.knows(candidate) else { return (body, index) }
        return (writtenOut.body, writtenOut.index)
    }
}

extension NamedChain {
    /// The same with those first who have the reply that the request goes on from, and without those who could make nothing of it.
    ///
    /// - Parameter wire: The client's.
    func bound(by binding: RequestBinding, on wire: WireKind) -> NamedChain {
        var bound = self
        let knowing = chain.links.indices.filter { routes[$0]?.wire.kind == wire && binding.knows(chain.links[$0].candidate) }
        let others = chain.links.indices.filter { !knowing.contains($0) }
        let kept = binding.writtenOut == nil ? knowing : knowing + others
        bound.chain.links = kept.map { chain.links[$0] }
        bound.routes = kept.map { routes[$0] }
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
