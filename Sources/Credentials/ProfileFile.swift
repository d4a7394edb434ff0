// SPDX-License-Identifier: Apache-2.0
import JSON
import Store

/// An agent's `auth-profiles.json` for those who change it: gateways, commands and refreshes of logins, several at a time.
///
/// Every change reads the file anew under a lock across processes and puts a whole new file (0600) in its place, so that nobody's change is
/// lost and a kill at any moment leaves the old file or the new one. What we do not know stays as it was, in its order. Blocks: keep it
/// off the event loops.
public struct ProfileFile: Hashable, Sendable {
    /// Absolute. The file and its folder need not exist.
    public let path: String

    public init(path: String) { self.path = path }

    /// How long another process is waited for.
    private static let patience = Duration.seconds(10)

    /// Changes the file's contents; `{ version: 1, profiles: {} }` where there is none yet.
    ///
    /// - Parameter edit: May run once only; what it leaves is written, unless it throws or changes nothing.
    /// - Throws: `.busy` when another process holds the lock for too long; `.rejected` for a file that is not understood, which is never
    ///   written over; else what the system said, or `edit`.
    public func change<Answer>(
        _ edit: (inout JSONObject) throws(StoreProblem) -> Answer
    ) throws(StoreProblem) -> Answer {
        try AtomicFile.makeFolder(AtomicFile.folder(of: path))
        let lock = FileLock(path: path + ".understudy.lock", patience: Self.patience)
        guard lock.isHeld else {
            throw StoreProblem(.busy, doing: "change", path: path, reason: "another process has held its lock for 10 s")
        }
        defer { withExtendedLifetime(lock) {} }
        let before = try contents()
        var after = before ?? ["version": 1, "profiles": [:]]
        let answer = try edit(&after)
        if after != before { try AtomicFile.write(JSONWriter.pretty(.object(after)) + [0x0A], to: path) }
        return answer
    }

    /// `nil` where there is no file.
    private func contents() throws(StoreProblem) -> JSONObject? {
        guard let bytes = try AtomicFile.read(path, limit: CredentialPool.fileLimit) else { return nil }
        do throws(JSONProblem) {
            if let object = try JSONValue.parse(bytes).object { return object }
        } catch {
            throw StoreProblem(
                .rejected, doing: "change", path: path,
                reason: "it is not JSON: line \(error.line), column \(error.column): \(error.message). Mend it there, or move it away")
        }
        throw StoreProblem(.rejected, doing: "change", path: path, reason: "it is not an object. Mend it, or move it away")
    }
}
