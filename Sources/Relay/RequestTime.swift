// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

/// How long one request may take, with all its attempts, and who said so.
struct RequestTime {
    private(set) var deadline: Timestamp
    private(set) var setBy: String
    /// What counts once a model has spoken.
    private var whole: (deadline: Timestamp, setBy: String)?

    init(_ request: RelayRequest, limit: TimeLimits.Resolved.Limit) {
        let own = request.overrides.timeout
        let setBy = own == nil ? limit.setBy : request.overrides.timeoutOrigin
        deadline = request.startedAt + (own ?? limit.length)
        self.setBy = setBy
        guard let silence = request.overrides.silence, request.startedAt + silence < deadline else { return }
        whole = request.shape.streaming ? (deadline, setBy) : nil
        deadline = request.startedAt + silence
        self.setBy = request.overrides.silenceOrigin
    }

    /// A stream has begun.
    ///
    /// - Returns: Whether there is more time from now on.
    mutating func modelSpoke() -> Bool {
        guard let whole else { return false }
        (deadline, setBy) = whole
        self.whole = nil
        return true
    }

    /// What is left.
    func remaining(at now: Timestamp) -> TimeLimits.Resolved.Limit { TimeLimits.Resolved.Limit(deadline - now, setBy: setBy) }
}
