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
    /// Why no file for the lock could be opened; `nil` where one could.
    private let trouble: SystemError?

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
        trouble = nil
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
            trouble = SystemError("open \(path)")
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
        trouble = nil
        descriptor = raw
        file = Descriptor(owning: raw)
        isHeld = held
    }

    /// The lock of a file that is about to be changed. Waits on the calling thread.
    ///
    /// - Parameters:
    ///   - path: As for `init(path:patience:)`.
    ///   - target: The file that it is the lock of, for the error.
    /// - Throws: `.busy` when another holder outlasts the patience; else why there can be no lock here.
    public static func take(_ path: String, patience: Duration, toChange target: String) throws(StoreProblem) -> FileLock {
        let lock = FileLock(path: path, patience: patience)
        if let trouble = lock.trouble {
            throw StoreProblem(errno: trouble.code, doing: "open the lock", path: path)
        }
        guard lock.isHeld else {
            throw StoreProblem(
                .busy, doing: "change", path: target, reason: "another process has held its lock for \(patience.components.seconds) s")
        }
        return lock
    }
}
