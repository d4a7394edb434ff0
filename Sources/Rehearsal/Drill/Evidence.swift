// SPDX-License-Identifier: Apache-2.0
import Failover

/// What came of a take, from both sides: what its clients heard, and what its upstreams were asked.
public struct Evidence: Sendable {
    /// One request of a client.
    public struct Turn: Sendable {
        /// Since the drill began.
        public var at: Duration
        public var heard: Heard
        /// As the receipt has them; empty where there is none.
        public var attempts: [Tried]

        public init(at: Duration, heard: Heard, attempts: [Tried]) {
            self.at = at
            self.heard = heard
            self.attempts = attempts
        }

        /// Who has answered, by the receipt.
        public var answerer: Tried? { attempts.last { $0.reason == nil } }
    }

    /// One attempt.
    public struct Tried: Hashable, Sendable {
        /// `provider/model`.
        public var model: String
        public var credential: String
        /// `nil`: it answered.
        public var reason: Reason?
        public var rule: String?
        public var took: Duration
        public var usage: Usage?
        /// How it was asked to go on with another's reply; `nil`: it was not.
        public var asked: Continuing?

        public init(
            model: String, credential: String, reason: Reason?, rule: String?, took: Duration, usage: Usage?, asked: Continuing?
        ) {
            self.model = model
            self.credential = credential
            self.reason = reason
            self.rule = rule
            self.took = took
            self.usage = usage
            self.asked = asked
        }
    }

    public var members: [Cast.Member]
    public var calls: [Cast.Call]
    public var turns: [Turn]
    public var timing: DrillTiming

    public init(members: [Cast.Member], calls: [Cast.Call], turns: [Turn], timing: DrillTiming) {
        self.members = members
        self.calls = calls
        self.turns = turns
        self.timing = timing
    }

    func isHit(_ tried: Tried) -> Bool {
        members.contains { $0.isHit && $0.model == tried.model && $0.credential == tried.credential }
    }

    /// The times at which a member was asked.
    func times(of place: Int) -> [Duration] { calls.filter { $0.member == place }.map(\.at) }

    var hits: [Int] { members.indices.filter { members[$0].isHit } }
}

/// What came of a scenario on one wire.
public enum DrillVerdict: Hashable, Sendable {
    /// All is as it must be.
    case pass
    /// The client got a true error, since this chain has nobody who could have answered.
    case nobodyLeft
    /// Why not, most telling first.
    case fail([String])

    /// Of two takes of a scenario, what counts.
    public func and(_ other: DrillVerdict) -> DrillVerdict {
        switch (self, other) {
        case (.fail(let one), .fail(let two)): .fail(one + two)
        case (.fail, _): self
        case (_, .fail): other
        case (.nobodyLeft, _), (_, .nobodyLeft): .nobodyLeft
        case (.pass, .pass): .pass
        }
    }
}
