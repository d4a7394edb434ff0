// SPDX-License-Identifier: Apache-2.0

/// How long things take in a drill.
public struct DrillTiming: Hashable, Sendable {
    /// Of a second of a scenario; the limits and blocks of the chain are to be scaled alike.
    public var scale: Double
    /// Between two events of a stream.
    public var pace: Duration
    /// What is left to a machine that has much to do, beyond what a scenario allows.
    public var slack: Duration

    /// As long as in truth.
    public static let whole = DrillTiming(scale: 1, pace: .milliseconds(15), slack: .seconds(3))
    /// A tenth of it.
    public static let fast = DrillTiming(scale: 0.1, pace: .zero, slack: .seconds(4))

    public func seconds(_ seconds: Double) -> Duration { .milliseconds(Int64(seconds * scale * 1000)) }

    /// A limit or a block's length as it counts in the drill, at least a millisecond.
    public func scaled(_ length: Duration) -> Duration {
        scale == 1
            ? length
            : max(
                .milliseconds(1),
                .milliseconds(
                    Int64(
                        Double(length.components.seconds) * scale * 1000
                            + Double(length.components.attoseconds) * scale / 1e15)))
    }
}
