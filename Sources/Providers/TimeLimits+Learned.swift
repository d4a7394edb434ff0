// SPDX-License-Identifier: Apache-2.0
import Failover

extension TimeLimits.Resolved {
    /// The limit for a first token that follows from how long the model took lately: three times what 19 of 20 requests kept, never
    /// below `learnedLeast` and only where that is less than the configured limit.
    ///
    /// - Returns: `nil`: the configured limit holds.
    public func learnedFirstToken(from times: FirstTokenTimes, at now: Timestamp) -> Limit? {
        guard learns, let usual = times.percentile95(at: now) else { return nil }
        let told = "learned: p95 \(Self.text(usual)) × 3"
        let limit =
            usual * 3 < learnedLeast
            ? Limit(learnedLeast, setBy: "\(told), at least \(Self.text(learnedLeast))") : Limit(usual * 3, setBy: told)
        return limit.length < firstToken.length ? limit : nil
    }

    /// `1.2 s`, to a tenth of a second, `0.04 s` to a hundredth below one.
    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        if milliseconds < 1000 {
            let hundredths = (milliseconds + 5) / 10
            return hundredths >= 100 ? "1 s" : "0.\(hundredths < 10 ? "0" : "")\(hundredths) s"
        }
        let tenths = (milliseconds + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
