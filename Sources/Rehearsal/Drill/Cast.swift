// SPDX-License-Identifier: Apache-2.0
import HTTP
import Synchronization
import Telemetry
import Transport

/// The candidates of a chain as a drill plays them: who is asked, who falters, and what each was asked when.
public final class Cast: Sendable {
    /// A candidate.
    public struct Member: Hashable, Sendable {
        /// `provider/model`.
        public var model: String
        /// The model's name at its provider.
        public var name: String
        public var credential: String
        /// The made-up key that it is called with; empty: none.
        public var key: String
        /// Where it is in truth.
        public var endpoint: String
        /// Tokens; `nil`: not known.
        public var contextWindow: Int?
        /// How long its first token may take in this drill.
        public var firstToken: Duration
        /// The scenario's fault is its.
        public var isHit = false

        public init(
            model: String, name: String, credential: String, key: String, endpoint: String, contextWindow: Int?, firstToken: Duration
        ) {
            self.model = model
            self.name = name
            self.credential = credential
            self.key = key
            self.endpoint = endpoint
            self.contextWindow = contextWindow
            self.firstToken = firstToken
        }
    }

    /// One request that reached an upstream.
    public struct Call: Hashable, Sendable {
        /// Its place in `members`; `nil`: nobody of the chain was asked.
        public var member: Int?
        /// Since the drill began.
        public var at: Duration
        /// It held the beginning of an answer.
        public var goesOn: Bool
    }

    private struct State {
        var calls: [Call] = []
        var startedAt: ContinuousClock.Instant?
        var isWell = false
    }

    public let members: [Member]
    private let cue: Cue
    private let timing: DrillTiming
    private let state = Mutex(State())

    private static let callLimit = 10_000

    /// - Parameter members: A chain, best first.
    public init(_ members: [Member], cue: Cue, timing: DrillTiming) {
        self.members = cue.reach.mark(members)
        self.cue = cue
        self.timing = timing
    }

    public var calls: [Call] { state.withLock { $0.calls } }

    /// The time since the drill began, which it does with the first question.
    public var elapsed: Duration {
        state.withLock { state in
            let now = ContinuousClock.now
            if state.startedAt == nil { state.startedAt = now }
            return (state.startedAt ?? now).duration(to: now)
        }
    }

    /// From now on nobody falters.
    public func getWell() { state.withLock { $0.isWell = true } }

    /// Plays all members at an endpoint, on a loopback socket.
    public func upstream(at endpoint: String, on group: EventLoopGroup, log: Logger) throws(SystemError) -> ScriptedUpstream {
        try ScriptedUpstream(on: group, log: log) { [self] asked in play(asked, at: endpoint) }
    }

    /// - Parameter endpoint: Whose upstream was asked.
    private func play(_ asked: AskedRequest, at endpoint: String) -> Script {
        let elapsed = elapsed
        let place = place(of: asked, at: endpoint)
        let goesOn = !AskedTurns(asked).said.isEmpty
        let (number, isWell) = state.withLock { state in
            if state.calls.count < Self.callLimit { state.calls.append(Call(member: place, at: elapsed, goesOn: goesOn)) }
            return (state.calls.count { call in call.member.map { members[$0].isHit } ?? false }, state.isWell)
        }
        guard let place else { return .refuses(asked, 404, "no candidate of the chain is asked like this") }
        var saying = DrillLine.saying(to: asked)
        // Each has another count, so that it shows whose is told.
        saying.inputTokens = 10 + place
        let moment = Moment(number: number, elapsed: elapsed, saying: saying, timing: timing, goesOn: goesOn)
        let play = members[place].isHit ? cue.lead : cue.others
        return (isWell ? nil : play(asked, moment)) ?? .answers(saying, to: asked, pace: timing.pace)
    }

    /// By its key, wherever a provider wants it; without one, by the model and the endpoint.
    private func place(of asked: AskedRequest, at endpoint: String) -> Int? {
        var keys: [String] = []
        asked.headers.forEach { _, value in keys += value.split(separator: " ").map(String.init) }
        let here = members.indices.filter { asked.model == members[$0].name || asked.model.hasSuffix("/" + members[$0].name) }
        return here.first { !members[$0].key.isEmpty && keys.contains(members[$0].key) }
            ?? here.first { members[$0].key.isEmpty && members[$0].endpoint == endpoint }
    }
}

/// When a request came.
public struct Moment: Sendable {
    /// Of those to members that are hit, from 1.
    public var number: Int
    /// Since the drill began.
    public var elapsed: Duration
    /// What a member that is well says to it.
    public var saying: Saying
    public var timing: DrillTiming
    /// It held the beginning of an answer.
    public var goesOn: Bool
}
