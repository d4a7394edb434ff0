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
    private static let empty: JSONObject = ["version": 1, "profiles": [:]]

    /// Changes the file's contents; `{ version: 1, profiles: {} }` where there is none yet.
    ///
    /// - Parameter edit: May run once only; what it leaves is written, unless it throws or changes nothing.
    /// - Throws: `.busy` when another process holds the lock for too long; `.rejected` for a file that is not understood, which is never
    ///   written over; `.tooLarge` for contents that nobody would read again; else what the system said, or `edit`.
    public func change<Answer>(
        _ edit: (inout JSONObject) throws(StoreProblem) -> Answer
    ) throws(StoreProblem) -> Answer {
        try AtomicFile.makeFolder(AtomicFile.folder(of: path))
        let lock = try FileLock.take(lockPath(), patience: Self.patience, toChange: path)
        defer { withExtendedLifetime(lock) {} }
        AtomicFile.removeDrafts(of: path)
        let before = try contents() ?? Self.empty
        var after = before
        let answer = try edit(&after)
        guard after != before else { return answer }
        let bytes = JSONWriter.pretty(.object(after)) + [0x0A]
        guard bytes.count <= CredentialPool.fileLimit else {
            throw StoreProblem(
                .tooLarge, doing: "change", path: path,
                reason: "it would have more than \(CredentialPool.fileLimit) bytes, which nobody reads. Remove what is not used any more")
        }
        try AtomicFile.write(bytes, to: path)
        return answer
    }

    /// Beside the file itself, so that all who reach it through links wait for each other; made if missing, and never removed.
    ///
    /// - Parameter part: For a lock of one thing in it.
    func lockPath(of part: String? = nil) -> String {
        "\(AtomicFile.place(of: path)).understudy\(part.map { ".\($0)" } ?? "").lock"
    }

    /// What the file holds now, read without the lock; `nil` where there is no file.
    ///
    /// - Throws: As `change`.
    public func contents() throws(StoreProblem) -> JSONObject? {
        guard let bytes = try AtomicFile.read(path, limit: CredentialPool.fileLimit) else { return nil }
        let root: JSONValue
        do throws(JSONProblem) {
            root = try JSONValue.parse(bytes)
        } catch {
            throw rejected(
                "it is not JSON: line \(error.line), column \(error.column): \(error.message). Mend it there, or move it away")
        }
        guard let object = root.object else { throw rejected("it is not an object. Mend it, or move it away") }
        for name in ["profiles", "order"] {
            if let member = object[name], member.object == nil {
                throw rejected("its `\(name)` is not an object. Mend it, or move the file away")
            }
        }
        return object
    }

    private func rejected(_ reason: String) -> StoreProblem {
        StoreProblem(.rejected, doing: "change", path: path, reason: reason)
    }
}
