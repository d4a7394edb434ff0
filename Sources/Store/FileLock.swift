// SPDX-License-Identifier: Apache-2.0
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A lock across processes (`flock`), held until this value goes. The kernel frees it when a process dies.
public struct FileLock: ~Copyable, Sendable {
    private let file: Descriptor?
    /// `false` if the lock could not be had: another holder outlasted the patience, or no file can be made here.
    public let isHeld: Bool

    /// Waits on the calling thread.
    ///
    /// - Parameters:
    ///   - path: A file for the lock alone; made (0600) if missing, never removed.
    ///   - patience: How long to wait for another holder, at most.
    public init(path: String, patience: Duration) {
        let raw = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard raw >= 0 else {
            file = nil
            isHeld = false
            return
        }
        let end = ContinuousClock.now + patience
        var held = flock(raw, LOCK_EX | LOCK_NB) == 0
        // There is no `flock` with a limit. A holder needs milliseconds; one that was stopped must not stop us as well.
        while !held, errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < end {
            usleep(5_000)
            held = flock(raw, LOCK_EX | LOCK_NB) == 0
        }
        file = Descriptor(owning: raw)
        isHeld = held
    }
}
