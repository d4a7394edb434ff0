// SPDX-License-Identifier: Apache-2.0

/// A moment of the wall clock, for deadlines that outlive the process. Elapsed time is a `Duration` of a monotonic clock.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Since 1970-01-01 00:00 UTC.
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The last moment that RFC 3339 can write: never.
    public static let distantFuture = Timestamp(milliseconds: 253_402_300_799_999)

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// Stops at `distantFuture`.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (sum, isTooMuch) = time.milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        return isTooMuch ? .distantFuture : min(Timestamp(milliseconds: sum), .distantFuture)
    }

    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds &- duration.wholeMilliseconds)
    }

    /// Negative where `earlier` is the later one.
    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .milliseconds(later.milliseconds &- earlier.milliseconds)
    }
}

extension Duration {
    /// Cut towards zero, and at the limits of `Int64`.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, isTooMuch) = seconds.multipliedReportingOverflow(by: 1000)
        if isTooMuch { return seconds < 0 ? .min : .max }
        let (sum, isStillTooMuch) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return isStillTooMuch ? (seconds < 0 ? .min : .max) : sum
    }
}
