// SPDX-License-Identifier: Apache-2.0
import JSON
import Store
import Telemetry

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One thing that the doctor found, and what mends it.
struct Finding: Sendable {
    enum Severity: String, Hashable, Sendable, CaseIterable {
        /// Good to know; nothing has to be done.
        case info
        /// It works, and not as well or not for as long as it might.
        case warning
        /// Something does not work.
        case error
    }

    /// What `--fix` does about it.
    enum Mend: Hashable, Sendable {
        /// Sets the permission bits of what is at `path`.
        case mode(path: String, UInt32)
        /// Deletes a file of ours that nobody needs any more.
        case remove(path: String)
        /// Puts a damaged database aside and begins a new one, as the next start of a gateway would; nothing is deleted.
        case beginAnew(StateFolder, database: String)

        /// Blocks on files.
        ///
        /// - Returns: Why it could not be done; `nil`: it is.
        func apply() -> String? {
            func said(_ result: Int32) -> String? { result == 0 ? nil : String(cString: strerror(errno)) }
            switch self {
            case .mode(let path, let mode): return said(chmod(path, mode_t(mode)))
            case .remove(let path): return said(unlink(path))
            case .beginAnew(let folder, let database): return Self.beginAnew(database, in: folder)
            }
        }

        private static func beginAnew(_ path: String, in folder: StateFolder) -> String? {
            do throws(StoreProblem) {
                // Whoever has it open sees to it by itself.
                let lock = try InstanceLock(path: folder.lockFile)
                defer { withExtendedLifetime(lock) {} }
                Database.beginAnew(path, in: folder)
                return try Database.check(path, limit: .seconds(3))
            } catch {
                return error.kind == .busy ? "a gateway runs on this folder" : error.description
            }
        }
    }

    /// What became of the mending.
    enum Outcome: Hashable, Sendable {
        case mended
        case failed(String)
    }

    /// Stable, for programs, such as `config.problem`.
    var code: String
    var severity: Severity
    /// What it is about and what is wrong: one sentence without a full stop.
    var text: String
    /// What to do, the command to paste at its end; `nil`: nothing, or waiting.
    var fix: String?
    var mend: Mend?
    var outcome: Outcome?

    init(_ code: String, _ severity: Severity, _ text: String, fix: String? = nil, mend: Mend? = nil) {
        self.code = code
        self.severity = severity
        self.text = text
        self.fix = fix
        self.mend = mend
    }

    /// Whether it still stands.
    var isOpen: Bool { outcome != .mended }

    mutating func apply() {
        guard let mend else { return }
        outcome = mend.apply().map { .failed($0) } ?? .mended
    }

    var json: JSONValue {
        var object: JSONObject = [
            "code": .string(code), "severity": .string(severity.rawValue), "text": .string(text), "fixable": .bool(mend != nil),
            "fixed": .bool(outcome == .mended),
        ]
        object["fix"] = fix.map { .string($0) } ?? .null
        if case .failed(let why)? = outcome { object["fix_failed"] = .string(why) }
        return .object(object)
    }
}
