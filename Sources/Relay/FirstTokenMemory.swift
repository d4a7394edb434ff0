// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Synchronization

/// How long models took lately to begin their replies: what their limits for a first token, and hedges, go by. Kept in memory alone, for
/// a bounded number of models.
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

    private let known = Mutex<[Key: FirstTokenTimes]>([:])

    /// Models and sizes of prompts together.
    private static let capacity = 4096

    public init() {}

    /// - Parameter time: From an attempt's start to its first content, or to where it was given up.
    public func note(_ time: Duration, of model: ModelRef, _ size: PromptSize, at now: Timestamp) {
        let key = Key(model: model, size: size)
        known.withLock { known in
            if known.count >= Self.capacity, known[key] == nil {
                known = known.filter { !$0.value.isForgotten(at: now) }
                if known.count >= Self.capacity { return }
            }
            known[key, default: FirstTokenTimes()].add(time, at: now)
        }
    }

    public func times(of model: ModelRef, _ size: PromptSize) -> FirstTokenTimes? {
        known.withLock { $0[Key(model: model, size: size)] }
    }

    /// Of every model that has times which are not forgotten, by name and size.
    public func rows(at now: Timestamp) -> [Row] {
        let rows = known.withLock { known in
            known.compactMap { $0.value.isForgotten(at: now) ? nil : Row(model: $0.key.model, size: $0.key.size, times: $0.value) }
        }
        return rows.sorted { ($0.model.description, $0.size.rawValue) < ($1.model.description, $1.size.rawValue) }
    }
}
