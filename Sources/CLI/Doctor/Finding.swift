// SPDX-License-Identifier: Apache-2.0
import JSON

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
        /// Deletes a file of ours that says what is not so any more.
        case remove(path: String)
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
        let result =
            switch mend {
            case .mode(let path, let mode): chmod(path, mode_t(mode))
            case .remove(let path): unlink(path)
            }
        outcome = result == 0 ? .mended : .failed(String(cString: strerror(errno)))
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
