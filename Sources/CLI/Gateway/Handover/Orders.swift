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
        /// The process that is the gateway now: signals are for it.
        var heir: Int32?
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

    /// From now on another process is the gateway; `nil`: this one is, again.
    func handedOver(to process: Int32?) { state.withLock { $0.heir = process } }

    /// A signal to stop came. The second one ends the process at once, and the one that is the gateway after it.
    func came() {
        if stop(Stop(by: "signal")) { return }
        if let heir = state.withLock({ $0.heir }) { kill(heir, SIGKILL) }
        // Status 130 is what shells show for an interrupted program.
        _exit(130)
    }

    /// Passes a signal on to the process that is the gateway now.
    ///
    /// - Returns: `false` if that is this one.
    func passOn(_ signal: Int32) -> Bool {
        guard let heir = state.withLock({ $0.heir }) else { return false }
        return kill(heir, signal) == 0
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

    /// A gateway that stops does not restart, and says so.
    func restart(_ order: Restart) {
        let stops = state.withLock { state in
            if state.stop == nil { state.restarts.append(order) }
            return state.stop != nil
        }
        stops ? order.told(.stopping) : wake()
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
