// SPDX-License-Identifier: Apache-2.0
import Failover

/// The request that a plan is made for: what a client would say of it, and what is supposed to happen.
public struct PlanWishes: Hashable, Sendable {
    /// As a request's `model`. `nil`: the agent's own chain.
    public var model: String?
    /// `nil`: the default agent.
    public var agent: AgentID?
    public var session: SessionID?
    /// Instead of the configured fallbacks; see `RelayRequest.Overrides`.
    public var fallbacks: [String]?
    public var noFallback = false
    /// The one credential for the first model.
    public var pin: CredentialID?
    /// Tokens of the prompt; 0: any candidate holds it.
    public var tokens = 0
    public var images = false
    public var tools = false
    public var streaming = true
    /// `selector=outcome[,outcome…]` each; see `PlanWhen`.
    public var when: [String] = []

    /// Of `when`, at most.
    public static let limit = 64

    public init() {}
}
