// SPDX-License-Identifier: Apache-2.0
import Failover

/// How long one model took to begin its replies to prompts of about one size: the newest few times, and the one that 19 of 20 kept.
public struct FirstTokenTimes: Hashable, Sendable {
    /// Milliseconds, in the order in which they came; once full, the oldest is at `oldest`.
    private var arrived: [UInt32] = []
    /// The same, in the order of their length.
    private var sorted: [UInt32] = []
    private var oldest = 0
    /// When the newest came.
    public private(set) var newestAt = Timestamp(milliseconds: 0)

    /// Times that are kept.
    public static let capacity = 40
    /// Times below which nothing follows from them: with so many, one that was slow by chance moves nothing.
    public static let enough = 20
    /// Without a new time for so long, those before it say nothing of today.
    public static let memory = Duration.seconds(6 * 3600)

    public init() {}

    public var count: Int { sorted.count }

    /// The times that are kept, oldest first.
    public var milliseconds: [UInt32] { Array(arrived[oldest...] + arrived[..<oldest]) }

    /// Whether the newest time is too old to be told from.
    public func isForgotten(at now: Timestamp) -> Bool { now - newestAt > Self.memory }

    /// - Parameter time: Up to some weeks; also of an attempt that was given up, which took at least so long.
    public mutating func add(_ time: Duration, at now: Timestamp) {
        if isForgotten(at: now) { self = FirstTokenTimes() }
        newestAt = max(newestAt, now)
        let milliseconds = Self.milliseconds(of: time)
        if arrived.count < Self.capacity {
            arrived.append(milliseconds)
        } else {
            sorted.remove(at: place(of: arrived[oldest]))
            arrived[oldest] = milliseconds
            oldest = (oldest + 1) % Self.capacity
        }
        sorted.insert(milliseconds, at: place(of: milliseconds))
    }

    /// As it is kept.
    public static func milliseconds(of time: Duration) -> UInt32 {
        let (seconds, attoseconds) = time.components
        return UInt32(clamping: min(max(seconds, 0), 2_000_000) * 1000 + max(attoseconds, 0) / 1_000_000_000_000_000)
    }

    /// The first place whose time is not shorter.
    private func place(of milliseconds: UInt32) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < milliseconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What 95 of 100 did not exceed (nearest rank); `nil` for too few, or too old ones.
    public func percentile95(at now: Timestamp) -> Duration? {
        guard sorted.count >= Self.enough, !isForgotten(at: now) else { return nil }
        return .milliseconds(Int64(sorted[(sorted.count * 95 + 99) / 100 - 1]))
    }
}

/// About how long a prompt is: models take longer to begin a reply to a long one.
public enum PromptSize: UInt8, Hashable, Sendable, CaseIterable {
    case under1k, under4k, under16k, under64k, under256k, larger

    /// - Parameter tokens: As estimated.
    public init(tokens: Int) { self = Self.allCases.first { tokens < $0.end ?? .max } ?? .larger }

    /// Tokens, exclusive; `nil`: no end.
    public var end: Int? {
        switch self {
        case .under1k: 1000
        case .under4k: 4000
        case .under16k: 16_000
        case .under64k: 64_000
        case .under256k: 256_000
        case .larger: nil
        }
    }

    /// Tokens, inclusive.
    public var begin: Int { rawValue == 0 ? 0 : Self(rawValue: rawValue - 1)?.end ?? 0 }
}
