// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// Wakes whoever waits for the first signal or request to stop; a second signal does not wait for anything.
final class StopSignal: Sendable {
    /// How the gateway was asked to stop.
    struct Order: Hashable, Sendable {
        /// Seconds for what is under way; `nil`: as the settings have it.
        var grace: Int?
        /// Who asked, for the log.
        var by: String
    }

    private enum State {
        case running
        case waiting(CheckedContinuation<Order, Never>)
        case came(Order)
    }

    private let state = Mutex(State.running)

    /// Returns at the first order, also at one that came before. To be called once.
    func wait() async -> Order {
        await withCheckedContinuation { continuation in
            let order: Order? = state.withLock { state in
                if case .came(let order) = state { return order }
                state = .waiting(continuation)
                return nil
            }
            if let order { continuation.resume(returning: order) }
        }
    }

    /// A signal came. The second one ends the process at once.
    func came() {
        // Status 130 is what shells show for an interrupted program.
        if !stop(Order(by: "signal")) { _exit(130) }
    }

    /// - Returns: `false` if the gateway is stopping already.
    @discardableResult func stop(_ order: Order) -> Bool {
        let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Order, Never>?) in
            switch state {
            case .came: return (false, nil)
            case .running:
                state = .came(order)
                return (true, nil)
            case .waiting(let continuation):
                state = .came(order)
                return (true, continuation)
            }
        }
        continuation?.resume(returning: order)
        return isFirst
    }
}
