// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// Wakes whoever waits for the first signal to stop; the second one does not wait for anything.
final class StopSignal: Sendable {
    private let waiting: Mutex<CheckedContinuation<Void, Never>?>

    init(_ continuation: CheckedContinuation<Void, Never>) { waiting = Mutex(continuation) }

    func came() {
        let continuation = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        // Status 130 is what shells show for an interrupted program.
        guard let continuation else { _exit(130) }
        continuation.resume()
    }
}
