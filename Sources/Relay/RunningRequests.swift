// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization
import Transport

/// The requests under way, for their owner to see and to stop. No more than `UpstreamGate` lets in.
public final class RunningRequests: Sendable {
    private struct State {
        var runs: [ObjectIdentifier: FailoverRun] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// What one of them is at.
    public struct Glimpse: Hashable, Sendable {
        public var id: ReceiptID
        public var session: SessionID?
        public var agent: AgentID?
        public var requestedModel: String
        /// Who is being asked; `nil` between two attempts.
        public var model: ModelRef?
        public var wire: String
        public var startedAt: Timestamp
        public var streaming: Bool
        /// The client has part of the reply.
        public var hasBegun: Bool
        public var attempts: Int
        /// Tokens of the reply, as far as the provider has told them.
        public var outputTokens: Int?
    }

    /// What to stop.
    public enum Selection: Hashable, Sendable {
        case all
        /// Those of a session.
        case session(SessionID)
        /// One, such as those that name no session.
        case request(ReceiptID)

        func covers(_ request: RelayRequest) -> Bool {
            switch self {
            case .all: true
            case .session(let session): request.session == session
            case .request(let id): request.id == id
            }
        }
    }

    /// - Returns: `false` once `close` was called: nothing new is begun.
    func enter(_ run: FailoverRun) -> Bool {
        state.withLock { state in
            if state.isClosed { return false }
            state.runs[ObjectIdentifier(run)] = run
            return true
        }
    }

    func leave(_ run: FailoverRun) { state.withLock { $0.runs[ObjectIdentifier(run)] = nil } }

    /// From now on every new request is refused.
    public func close() { state.withLock { $0.isClosed = true } }

    public var count: Int { state.withLock { $0.runs.count } }

    /// Oldest first.
    public func glimpses() async -> [Glimpse] {
        var all: [Glimpse] = []
        for (loop, runs) in byLoop() {
            all += await withCheckedContinuation { continuation in
                loop.execute { continuation.resume(returning: runs.compactMap(\.glimpse)) }
            }
        }
        return all.sorted { ($0.startedAt, $0.id.rawValue) < ($1.startedAt, $1.id.rawValue) }
    }

    /// Ends requests with an error of their client's wire, and lets their upstreams go. Their clients may still have to take it.
    ///
    /// - Returns: Those that had not ended by themselves.
    @discardableResult public func stop(_ selection: Selection, because cause: StopCause) async -> [ReceiptID] {
        var stopped: [ReceiptID] = []
        for (loop, runs) in byLoop() {
            stopped += await withCheckedContinuation { continuation in
                loop.execute {
                    let ended = runs.filter { selection.covers($0.request) && $0.stop(because: cause) }
                    continuation.resume(returning: ended.map(\.request.id))
                }
            }
        }
        return stopped
    }

    /// What a run is at is known on its loop alone.
    private func byLoop() -> [(EventLoop, [FailoverRun])] {
        var groups: [ObjectIdentifier: (EventLoop, [FailoverRun])] = [:]
        for run in state.withLock({ Array($0.runs.values) }) { groups[ObjectIdentifier(run.loop), default: (run.loop, [])].1.append(run) }
        return Array(groups.values)
    }
}

extension FailoverRun {
    /// `nil` once it has ended.
    fileprivate var glimpse: RunningRequests.Glimpse? {
        guard receipt.outcome == nil else { return nil }
        let facts = receipt.facts
        return RunningRequests.Glimpse(
            id: facts.id, session: facts.session, agent: facts.agent, requestedModel: facts.requestedModel,
            model: open?.attempt.candidate.model, wire: facts.wire, startedAt: facts.startedAt, streaming: facts.streaming,
            hasBegun: receipt.hasBegun || open?.call.isCommitted == true, attempts: receipt.attempts.count + (open == nil ? 0 : 1),
            outputTokens: open?.call.usage?.outputTokens)
    }
}
