// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A value behind a lock on which threads can wait until it has changed.
///
/// `Mutex` has no condition to wait on, hence POSIX. `@unchecked Sendable`: `state` is only touched with the mutex held.
final class Monitor<State: Sendable>: @unchecked Sendable {
    private var state: State
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Changes the value. Those who wait look again if `body` returns with `wakes` set.
    func withLock<R>(_ body: (_ state: inout State, _ wakes: inout Bool) -> R) -> R {
        pthread_mutex_lock(mutex)
        var wakes = false
        let result = body(&state, &wakes)
        if wakes { pthread_cond_broadcast(changed) }
        pthread_mutex_unlock(mutex)
        return result
    }

    /// Blocks the thread until `body` has a result. It is asked at once and after each change that wakes.
    ///
    /// - Parameter limit: `nil` waits for ever.
    /// - Returns: `nil` when `limit` has passed.
    func wait<R>(within limit: Duration? = nil, _ body: (inout State) -> R?) -> R? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let deadline = limit.map(Self.deadline)
        while true {
            if let result = body(&state) { return result }
            if var deadline {
                if pthread_cond_timedwait(changed, mutex, &deadline) == ETIMEDOUT { return body(&state) }
            } else {
                pthread_cond_wait(changed, mutex)
            }
        }
    }

    /// - Parameter duration: Less than zero counts as none.
    private static func deadline(in duration: Duration) -> timespec {
        let duration = max(.zero, duration)
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let nanoseconds = time.tv_nsec + Int(duration.components.attoseconds / 1_000_000_000)
        time.tv_sec += Int(min(duration.components.seconds, 86_400)) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        return time
    }
}
