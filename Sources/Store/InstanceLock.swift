// SPDX-License-Identifier: Apache-2.0
import Transport

/// Says that this process is the one gateway on its state folder, for as long as the value lives. The system takes it back when a
/// process dies, however it dies.
///
/// A gateway that hands over to a new process gives it the lock too: it is free once both have ended.
public final class InstanceLock: Sendable {
    private let lock: FileLock

    /// - Parameter path: A file for the lock alone, such as `StateFolder.lockFile`.
    /// - Throws: `.busy` when another process holds it.
    public convenience init(path: String) throws(StoreProblem) {
        try self.init(FileLock(path: path, patience: .milliseconds(100)), path)
    }

    /// The lock of the gateway that hands over to this process.
    ///
    /// - Throws: `.busy` when the descriptor is no lock of `path`: the other gateway runs on another folder.
    public convenience init(path: String, inherited: consuming Descriptor) throws(StoreProblem) {
        try self.init(FileLock(inherited: inherited, path: path), path)
    }

    private init(_ lock: consuming FileLock, _ path: String) throws(StoreProblem) {
        let isHeld = lock.isHeld
        self.lock = lock
        guard isHeld else {
            throw StoreProblem(.busy, doing: "use", path: path, reason: "another gateway runs on this state folder")
        }
    }

    /// To be given to another process.
    public var descriptor: Int32? { lock.descriptor }
}
