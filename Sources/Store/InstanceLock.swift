// SPDX-License-Identifier: Apache-2.0

/// Says that this process is the one gateway on its state folder, for as long as the value lives. The system takes it back when a
/// process dies, however it dies.
public final class InstanceLock: Sendable {
    private let lock: FileLock

    /// - Parameter path: A file for the lock alone, such as `StateFolder.lockFile`.
    /// - Throws: `.busy` when another process holds it.
    public init(path: String) throws(StoreProblem) {
        lock = FileLock(path: path, patience: .milliseconds(100))
        guard lock.isHeld else {
            throw StoreProblem(.busy, doing: "use", path: path, reason: "another gateway runs on this state folder")
        }
    }
}
