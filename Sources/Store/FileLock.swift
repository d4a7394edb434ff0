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

    /// One that another process holds and has given us, by the descriptor that it holds it with: both hold it until both are gone.
    ///
    /// - Parameter path: What it must be a lock of.
    public init(inherited: consuming Descriptor, path: String) {
        var own = stat()
        var named = stat()
        isHeld =
            fstat(inherited.raw, &own) == 0 && stat(path, &named) == 0 && own.st_dev == named.st_dev && own.st_ino == named.st_ino
            && flock(inherited.raw, LOCK_EX | LOCK_NB) == 0
        _ = fcntl(inherited.raw, F_SETFD, FD_CLOEXEC)
        descriptor = inherited.raw
        file = consume inherited
    }

    /// To be given to another process.
    public let descriptor: Int32?

    /// Waits on the calling thread.
    ///
    /// - Parameters:
    ///   - path: A file for the lock alone; made (0600) if missing, never removed.
    ///   - patience: How long to wait for another holder, at most.
    public init(path: String, patience: Duration) {
        let raw = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard raw >= 0 else {
            file = nil
            descriptor = nil
            isHeld = false
            return
        }
        // There is no `flock` with a limit. A holder needs milliseconds; one that was stopped must not stop us as well.
        var held = false
        _ = BlockingWait.until(within: patience, every: .milliseconds(5)) {
            held = flock(raw, LOCK_EX | LOCK_NB) == 0
            return held || !(errno == EWOULDBLOCK || errno == EINTR)
        }
        descriptor = raw
        file = Descriptor(owning: raw)
        isHeld = held
    }
}
