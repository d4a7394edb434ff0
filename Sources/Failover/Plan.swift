// SPDX-License-Identifier: Apache-2.0

/// The chain of a request as it would run now, each place with the reason for it and what stands in its way. Looking changes nothing.
public struct Plan: Hashable, Sendable {
    /// Of the request that is thought of.
    public var facts: RequestFacts
    /// In the order of the chain, those that are passed over among them.
    public var places: [Place]
    /// What could not become a place.
    public var skipped: [SkippedLink]
    /// What a request that comes now would begin with.
    public var start: Start
    /// What was asked to happen, attempt by attempt; `nil`: nothing was asked.
    public var run: PlanRun?

    /// A model with a credential, in its place.
    public struct Place: Hashable, Sendable {
        /// From 1, among those that would be tried; `nil`: it is passed over now.
        public var turn: Int?
        public var model: ModelRef
        public var credential: CredentialID
        public var kind: CredentialKind
        /// The setting that put the model here, or `requested`.
        public var origin: String
        public var why: CredentialPlace
        public var state: State

        public init(
            turn: Int?, model: ModelRef, credential: CredentialID, kind: CredentialKind, origin: String, why: CredentialPlace, state: State
        ) {
            self.turn = turn
            self.model = model
            self.credential = credential
            self.kind = kind
            self.origin = origin
            self.why = why
            self.state = state
        }
    }

    /// How a place stands now.
    public enum State: Hashable, Sendable {
        case ready
        /// Its block has ended, for this reason, and one request may look whether it works again.
        case halfOpen(Reason)
        /// `until`: when that ends by itself; `nil`: it does not, or nobody knows.
        case passedOver(SkipReason, until: Timestamp?)
    }

    public enum Start: Hashable, Sendable {
        /// `places[index]`. Early: within a block's window, since everything else is blocked too.
        case attempt(index: Int, isEarly: Bool)
        case refusal(Refusal)
    }

    public init(facts: RequestFacts, places: [Place], skipped: [SkippedLink] = [], start: Start, run: PlanRun? = nil) {
        self.facts = facts
        self.places = places
        self.skipped = skipped
        self.start = start
        self.run = run
    }
}

extension Plan {
    /// Asks the policy about a request that comes at `facts.startedAt`. It is asked on a copy: the ledger keeps its leases.
    ///
    /// - Parameter why: Why the credential of each link stands where it does.
    public init(chain: Chain, facts: RequestFacts, policy: Policy, ledger: HealthLedger, why: (ChainLink) -> CredentialPlace = \.place) {
        let now = facts.startedAt
        let receipt = Receipt(facts: facts, skipped: chain.skipped)
        var places = policy.skipped(chain: chain, receipt: receipt, ledger: ledger, now: now).enumerated().map { index, skipped in
            let link = chain.links[index]
            return Place(
                turn: nil, model: link.candidate.model, credential: link.candidate.credential, kind: link.kind, origin: link.origin,
                why: why(link), state: State(of: link.candidate, skipped.reason, ledger, now))
        }
        var turn = 0
        for index in places.indices where !places[index].state.isPassedOver {
            turn += 1
            // What comes behind the last attempt that a request may make is not asked.
            places[index].turn = turn <= policy.maxAttempts ? turn : nil
            if turn > policy.maxAttempts { places[index].state = .passedOver(.attemptsSpent(policy.maxAttempts), until: nil) }
        }
        var copy = ledger
        self.init(
            facts: facts, places: places, skipped: chain.skipped,
            start: Start(policy.step(chain: chain, receipt: receipt, facts: facts, ledger: &copy, now: now)))
    }
}

extension Plan.Start {
    /// The first step of a request that has not been anywhere.
    init(_ step: Step) {
        switch step {
        case .attempt(let index, let mode): self = .attempt(index: index, isEarly: mode == .early)
        case .refuse(let refusal): self = .refusal(refusal)
        // These answer a failure, and there was none.
        case .wait, .answer, .stop: self = .refusal(.busy)
        }
    }
}

extension Plan.State {
    init(of candidate: Candidate, _ reason: SkipReason, _ ledger: HealthLedger, _ now: Timestamp) {
        let blocks = Scope.allCases.compactMap { ledger.entry($0, of: candidate) }
        switch reason {
        case .notNeeded:
            let ended = blocks.first { !$0.isOpen(at: now) }
            self = ledger.standing(of: candidate, at: now) == .halfOpen ? .halfOpen(ended?.reason ?? .unknown) : .ready
        case .returning:
            // Used all the same if nobody before it answers.
            self = .ready
        case .blocked(let block):
            self = .passedOver(reason, until: block.until == .distantFuture ? nil : block.until)
        case .paused(_, let until): self = .passedOver(reason, until: until)
        case .leased:
            self = .passedOver(reason, until: blocks.compactMap { $0.lease(at: now)?.endsAt }.max())
        case .unknownProvider, .unknownWire, .noCredential, .credentialUnusable, .tooSmall, .noLargerWindow, .noImages, .noTools,
            .noTokenCount, .otherWire, .boundElsewhere, .endpointDown, .sameModel, .rotationsSpent, .attemptsSpent, .deadlinePassed:
            self = .passedOver(reason, until: nil)
        }
    }

    public var isPassedOver: Bool {
        if case .passedOver = self { true } else { false }
    }
}
