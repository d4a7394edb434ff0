// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import Providers
import Transport

/// What one attempt sends, and how long each part of it may take.
struct CallPlan {
    /// What a plan is made from, besides the request.
    struct Context {
        var snapshot: RelaySnapshot
        var ledger: SharedLedger
        var agent: AgentID
    }

    var request: ClientRequest
    var wire: any Wire
    var context: ErrorContext
    var streaming: Bool
    var firstToken: TimeLimits.Resolved.Limit
    var firstTokenPhase: TimeLimits.Phase
    var idle: TimeLimits.Resolved.Limit
    var plain: TimeLimits.Resolved.Limit
    /// What is left of the request's own limit.
    var remaining: TimeLimits.Resolved.Limit
    var now: Timestamp

    /// - Returns: `nil` for a link whose provider or wire the settings do not have.
    init?(
        _ request: RelayRequest, _ link: ChainLink, chain: Chain, index: Int, in context: Context, _ receipt: Receipt, now: Timestamp
    ) {
        let settings = context.snapshot.settings
        let ref = link.candidate.model
        guard let provider = settings.providers[ref.provider], let kind = WireKind(rawValue: provider.wireName(for: ref.model)) else {
            return nil
        }
        let shape = request.shape
        let limits = settings.limits(for: ref)
        let phase = Self.firstTokenPhase(
            isLocal: provider.baseURL.isLocal, reasons: shape.asksReasoning || provider.model(ref.model)?.reasons == true
        ) { context.ledger.hasSpare(chain, besides: index, in: receipt, now: now) }
        wire = kind.wire
        self.context = ErrorContext(provider: provider.id, model: ref.model)
        streaming = shape.streaming
        firstToken = limits[phase]
        firstTokenPhase = phase
        idle = limits.idle
        plain = limits.plain
        remaining = TimeLimits.Resolved.Limit(
            receipt.facts.deadline - now, setBy: request.overrides.timeout == nil ? limits.request.setBy : "x-understudy-timeout-ms")
        self.now = now
        self.request = ClientRequest(
            url: provider.baseURL.appending(wire.path(model: ref.model, streaming: shape.streaming)),
            headers: wire.headers(
                client: request.headers, credential: context.snapshot.pool.secret(link.candidate.credential, agent: context.agent),
                provider: provider, streaming: shape.streaming),
            body: wire.passthrough(
                body: request.body, index: request.index, model: ref.model, params: settings.params(for: ref, agent: context.agent)),
            connectTime: limits.connect.length,
            // A repeat after a broken connection must not meet another that the peer has closed meanwhile.
            onFreshConnection: receipt.attempts.last?.candidate == link.candidate, bypassesProxy: provider.baseURL.isLocal)
    }

    /// DESIGN, Time: a first token is waited for longer where nobody else could speak sooner, where the model thinks first, and
    /// where prompts are slow to read.
    private static func firstTokenPhase(isLocal: Bool, reasons: Bool, hasSpare: () -> Bool) -> TimeLimits.Phase {
        if isLocal { return .localFirstToken }
        return !reasons && hasSpare() ? .firstToken : .reasoningFirstToken
    }
}
