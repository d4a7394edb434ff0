// SPDX-License-Identifier: Apache-2.0
import Failover

/// A chain of `models` × `credentials`, and which of its candidates are blocked.
struct Situation {
    var chain: Chain
    var ledger: HealthLedger
    var receipt: Receipt
    let now = Timestamp(milliseconds: 1_763_690_000_000)

    /// - Parameter isBlocked: By place in the chain.
    init(models: Int, credentials: Int, attempts: Int = 0, isBlocked: (Int) -> Bool) {
        let names = (0..<models).map {
            ModelRef(provider: ProviderID(rawValue: "provider-\($0 % 4)"), model: "a-model-with-a-long-name-\($0)")
        }
        let candidates = names.flatMap { model in
            (0..<credentials).map { number in
                Candidate(
                    model, credential: CredentialID(rawValue: "\(model.provider):credential-\(number)"),
                    endpoint: EndpointID(rawValue: "https://\(model.provider).example:443"))
            }
        }
        chain = Chain(links: candidates.map { ChainLink(candidate: $0, contextWindow: 200_000) })
        let (since, until) = (now - .seconds(10), now + .seconds(50))
        ledger = HealthLedger(
            restoring: candidates.enumerated().compactMap { place, candidate in
                guard isBlocked(place) else { return nil }
                return Block(
                    key: ScopeKey(.credentialModel, of: candidate), reason: .rateLimit, since: since, until: until,
                    evidence: .init(receipt: "R0", status: 429, rule: "status.429"), length: .retryAfter)
            }, now: now)
        let facts = RequestFacts(
            id: "R1", startedAt: since, deadline: now + .seconds(600), requestedModel: "default", wire: "openai-completions",
            estimatedTokens: 4_000)
        receipt = Receipt(facts: facts)
        for place in 0..<attempts {
            receipt.attempts.append(
                Attempt(
                    candidate: candidates[place], startedAt: since, duration: .milliseconds(100),
                    failure: Failure(reason: .rateLimit, scope: .credentialModel, rule: "status.429", reset: .seconds(60), status: 429)))
        }
    }

    /// A ledger with memory of its own, as the one that requests share has.
    var ownLedger: HealthLedger {
        var own = ledger
        _ = own.succeeded(chain.links[0].candidate, attemptStartedAt: now, mode: .early, now: now)
        return own
    }
}
