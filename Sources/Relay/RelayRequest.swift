// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers

/// What every door hands over: one request, in its client's wire, and what may change its chain.
///
/// A class, so that all that is done with it passes a pointer on. `@unchecked Sendable`: confined to the request's loop.
public final class RelayRequest: @unchecked Sendable {
    public var id: ReceiptID
    public var startedAt: Timestamp
    public var wire: WireKind
    /// As the client sent it.
    public var body: [UInt8]
    /// Made from `body`.
    public var index: JSONIndex
    public var shape: RequestShape
    /// The client's headers; each wire picks what goes up.
    public var headers: Headers
    public var overrides: Overrides
    public var session: SessionID?
    /// Where it goes on from a reply that a provider keeps.
    public var binding: RequestBinding?
    /// Goes up without the settings' `params`, as probes do.
    var isBare = false

    public init(
        id: ReceiptID, startedAt: Timestamp, wire: WireKind, body: [UInt8], index: JSONIndex, shape: RequestShape, headers: Headers,
        overrides: Overrides = Overrides(), session: SessionID? = nil
    ) {
        self.id = id
        self.startedAt = startedAt
        self.wire = wire
        self.body = body
        self.index = index
        self.shape = shape
        self.headers = headers
        self.overrides = overrides
        self.session = session
    }

    /// What a client may ask for, for one request.
    public struct Overrides: Hashable, Sendable {
        /// Instead of the configured fallbacks: `models` in the body or `x-understudy-fallbacks`.
        public var fallbacks: [String]?
        /// Which of the two it was: shown where a setting's path would be.
        public var fallbacksOrigin = "request.models"
        /// `x-understudy-no-fallback`: the requested model alone, with all its credentials.
        public var noFallback = false
        /// `x-understudy-timeout-ms`: instead of the configured limit of the whole request.
        public var timeout: Duration?
        /// Which header said so.
        public var timeoutOrigin = "x-understudy-timeout-ms"
        /// The client leaves when it has heard nothing for longer: its whole reply, or the beginning of its stream, comes within.
        public var silence: Duration?
        /// Which header said so.
        public var silenceOrigin = "x-stainless-read-timeout"
        /// `x-understudy-keep-alive`: instead of `gateway.keepAliveSeconds`; zero: none.
        public var keepAlive: Duration?
        /// Whose fallbacks stand behind a model; `nil`: the default agent's. No client says so by itself.
        public var agent: AgentID?
        /// `x-understudy-mid-stream`: instead of `failover.midStream`.
        public var midStream: FailoverSettings.MidStream?
        /// The one credential for the first model, as `@credential` behind its name.
        public var pin: CredentialID?

        public init() {}

        /// Whether the chain is another one than the name alone stands for.
        var changesChain: Bool { fallbacks != nil || noFallback || agent != nil || pin != nil }
    }
}

extension Refusal {
    /// 400 for a request that its own wire forbids.
    init(_ problem: RequestProblem) {
        self.init(status: 400, message: problem.message, code: problem.code, type: "invalid_request_error", shouldRetry: nil)
        if !problem.path.isEmpty { param = problem.path }
    }
}
