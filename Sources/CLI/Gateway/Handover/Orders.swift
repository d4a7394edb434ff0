// SPDX-License-Identifier: Apache-2.0
import Gateway
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a running gateway is told to do, by signals and by its owner, one order after the other.
final class Orders: Sendable {
    /// How the gateway was asked to stop.
    struct Stop: Hashable, Sendable {
        /// Seconds for what is under way; `nil`: as the settings have it.
        var grace: Int?
        /// Who asked, for the log.
        var by: String
    }

    struct Restart: Sendable {
        var grace: Int?
        var by: String
        /// Called once with what came of it.
        var told: @Sendable (HandoverOutcome) -> Void
    }

    enum Order: Sendable {
        case stop(Stop)
        case restart(Restart)
    }

    private struct State {
        var stop: Stop?
        var isStopTaken = false
        var restarts: [Restart] = []
        var waiter: CheckedContinuation<Order, Never>?

        mutating func next() -> Order? {
            if let stop, !isStopTaken {
                isStopTaken = true
                return .stop(stop)
            }
            return restarts.isEmpty ? nil : .restart(restarts.removeFirst())
        }
    }

    private let state = Mutex(State())

    /// The next order, also one that came before. For one task.
    func next() async -> Order {
        await withCheckedContinuation { continuation in
            let order: Order? = state.withLock { state in
                let order = state.next()
                if order == nil { state.waiter = continuation }
                return order
            }
            if let order { continuation.resume(returning: order) }
        }
    }

    /// The order to stop, if it has come.
    var stop: Stop? { state.withLock { $0.stop } }

    /// Takes what was asked for while a restart was under way, to be told the same.
    func waitingRestarts() -> [Restart] {
        state.withLock { state in
            defer { state.restarts = [] }
            return state.restarts
        }
    }

    /// A signal came. The second one ends the process at once.
    func came() {
        // Status 130 is what shells show for an interrupted program.
        if !stop(Stop(by: "signal")) { _exit(130) }
    }

    /// - Returns: `false` if the gateway is stopping already.
    @discardableResult func stop(_ order: Stop) -> Bool {
        let isFirst = state.withLock { state in
            if state.stop != nil { return false }
            state.stop = order
            return true
        }
        if isFirst { wake() }
        return isFirst
    }

    func restart(_ order: Restart) {
        state.withLock { $0.restarts.append(order) }
        wake()
    }

    private func wake() {
        let (waiter, order) = state.withLock { state -> (CheckedContinuation<Order, Never>?, Order?) in
            guard let waiter = state.waiter, let order = state.next() else { return (nil, nil) }
            state.waiter = nil
            return (waiter, order)
        }
        if let order { waiter?.resume(returning: order) }
    }
}
