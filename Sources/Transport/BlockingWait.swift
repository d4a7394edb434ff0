// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Waiting on the calling thread, which is never an event loop's: for what the system tells nobody of, such as another process's lock or end.
public enum BlockingWait {
    public static func sleep(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return }
        var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var rest = timespec()
        while nanosleep(&left, &rest) != 0, errno == EINTR { left = rest }
    }

    /// Looks at once, and then every `pause`.
    ///
    /// - Returns: Whether `isSo` became true within `limit`.
    public static func until(within limit: Duration, every pause: Duration, _ isSo: () -> Bool) -> Bool {
        let end = ContinuousClock.now + limit
        while !isSo() {
            guard ContinuousClock.now < end else { return false }
            sleep(pause)
        }
        return true
    }
}
