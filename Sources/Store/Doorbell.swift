// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One thread waits at it, any thread rings. A ring is kept until somebody has waited, so none is lost between a look at
/// a queue and the wait.
///
/// `@unchecked`: `rung` is touched under the mutex only, and the two C objects stay at their address until `deinit`.
final class Doorbell: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var rung = false

    init() {
        var result = pthread_mutex_init(mutex, nil)
        precondition(result == 0, "pthread_mutex_init: \(result)")
        var attributes = pthread_condattr_t()
        result = pthread_condattr_init(&attributes)
        #if !canImport(Darwin)
            // A wall clock that is set back must not prolong a wait.
            result |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        #endif
        result |= pthread_cond_init(condition, &attributes)
        precondition(result == 0, "pthread_cond_init: \(result)")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func ring() {
        pthread_mutex_lock(mutex)
        rung = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits for a ring and takes it.
    ///
    /// - Parameter limit: How long at most; `nil` for ever.
    /// - Returns: Whether it rang.
    @discardableResult
    func wait(atMost limit: Duration?) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard let limit else {
            while !rung { pthread_cond_wait(condition, mutex) }
            rung = false
            return true
        }
        let end = ContinuousClock.now + limit
        while !rung {
            let left = end - ContinuousClock.now
            guard left > .zero else { return false }
            wait(left)
        }
        rung = false
        return true
    }

    /// Returns after `limit`, after a signal, or early for no reason, as condition variables do.
    private func wait(_ limit: Duration) {
        let parts = limit.components
        #if canImport(Darwin)
            var time = timespec(tv_sec: Int(parts.seconds), tv_nsec: Int(parts.attoseconds / 1_000_000_000))
            pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            time.tv_sec += Int(parts.seconds)
            time.tv_nsec += Int(parts.attoseconds / 1_000_000_000)
            if time.tv_nsec >= 1_000_000_000 {
                time.tv_nsec -= 1_000_000_000
                time.tv_sec += 1
            }
            pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }
}
