// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Synchronization

/// How long models took lately to begin their replies: what their limits for a first token, and hedges, go by. Kept in memory alone, for
/// a bounded number of models, and given to the process that comes in this one's place.
public final class FirstTokenMemory: Sendable {
    private struct Key: Hashable {
        var model: ModelRef
        var size: PromptSize
    }

    /// What is known of one model and one size of prompt.
    public struct Row: Sendable {
        public var model: ModelRef
        public var size: PromptSize
        public var times: FirstTokenTimes
    }

    /// Times on their way to another process.
    public struct Kept: Hashable, Sendable {
        public var model: ModelRef
        public var size: PromptSize
        /// Oldest first.
        public var milliseconds: [UInt32]
        /// When the newest came.
        public var at: Timestamp

        public init(model: ModelRef, size: PromptSize, milliseconds: [UInt32], at: Timestamp) {
            (self.model, self.size, self.milliseconds, self.at) = (model, size, milliseconds, at)
        }
    }

    private struct State {
        var known: [Key: FirstTokenTimes] = [:]
        /// Another process takes the requests from now on, and is told of times that this one still sees.
        var successor: (@Sendable (Kept) -> Void)?

        mutating func add(_ times: Kept) {
            let key = Key(model: times.model, size: times.size)
            if known.count >= FirstTokenMemory.capacity, known[key] == nil {
                known = known.filter { !$0.value.isForgotten(at: times.at) }
                if known.count >= FirstTokenMemory.capacity { return }
            }
            for time in times.milliseconds { known[key, default: FirstTokenTimes()].add(.milliseconds(Int64(time)), at: times.at) }
            successor?(times)
        }
    }

    private let state = Mutex(State())

    /// Models and sizes of prompts together.
    private static let capacity = 4096

    public init() {}

    /// - Parameter time: From an attempt's start to its first content, or to where it was given up.
    public func note(_ time: Duration, of model: ModelRef, _ size: PromptSize, at now: Timestamp) {
        let milliseconds = FirstTokenTimes.milliseconds(of: time)
        state.withLock { $0.add(Kept(model: model, size: size, milliseconds: [milliseconds], at: now)) }
    }

    public func times(of model: ModelRef, _ size: PromptSize) -> FirstTokenTimes? {
        state.withLock { $0.known[Key(model: model, size: size)] }
    }

    /// Of every model that has times which are not forgotten, by name and size.
    public func rows(at now: Timestamp) -> [Row] {
        let rows = state.withLock { state in
            state.known.compactMap { $0.value.isForgotten(at: now) ? nil : Row(model: $0.key.model, size: $0.key.size, times: $0.value) }
        }
        return rows.sorted { ($0.model.description, $0.size.rawValue) < ($1.model.description, $1.size.rawValue) }
    }

    // MARK: Handing over

    /// - Parameter successor: Told of each time from now on; called under the lock. `nil`: nobody is, any more.
    /// - Returns: What was known until now.
    func handOver(to successor: (@Sendable (Kept) -> Void)?) -> [Kept] {
        state.withLock { state in
            state.successor = successor
            return state.known.map { key, times in
                Kept(model: key.model, size: key.size, milliseconds: times.milliseconds, at: times.newestAt)
            }
        }
    }

    /// Takes over what another process has seen.
    func take(_ kept: [Kept]) {
        state.withLock { state in
            for times in kept { state.add(times) }
        }
    }
}
