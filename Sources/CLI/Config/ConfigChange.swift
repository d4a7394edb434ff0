// SPDX-License-Identifier: Apache-2.0
import Configuration
import JSON

/// What came of a change to the configuration, for the person who asked for it.
struct ConfigChange: Sendable {
    struct File: Hashable, Sendable {
        var path: String
        /// As `diff -u` has it, secrets masked.
        var diff: [String]
        var isNew: Bool
        var backup: String?
    }

    var location: ConfigLocation
    var isDry: Bool
    /// The settings as the files say them now; `nil` if they have problems.
    var after: Settings?
    /// Those that are written anew; none if everything was as wished.
    var files: [File] = []
    /// Problems that the configuration had before and has now.
    var remaining: [SettingsProblem] = []
    /// What is new to know about the settings, though they count.
    var notes: [SettingsNote] = []
    /// Those written that hold a key, token or password, and that others on this machine can read.
    var openFiles: [String] = []
    /// Milliseconds since 1970; `nil`: nothing was written.
    var writtenAt: Int64?
    var gateway = GatewayUptake.notAsked

    var isChange: Bool { !files.isEmpty }

    /// Members for `--json`.
    var json: JSONObject {
        var object: JSONObject = ["changed": .bool(isChange && !isDry)]
        if isDry { object["dryRun"] = true }
        object["files"] = .array(
            files.map { file in
                [
                    "path": .string(file.path), "new": .bool(file.isNew), "backup": file.backup.map { .string($0) } ?? .null,
                    "diff": .array(file.diff.map { .string($0) }),
                ]
            })
        if !remaining.isEmpty { object["remainingProblems"] = .array(remaining.map { .string($0.text) }) }
        if !notes.isEmpty { object["notes"] = .array(notes.map { .string($0.text) }) }
        if !openFiles.isEmpty { object["openFiles"] = .array(openFiles.map { .string($0) }) }
        if !isDry { object["gateway"] = gateway.json }
        return object
    }

    /// Tells a person: where, what, and who goes by it. `--json` prints `json` instead.
    func show(on output: Output) {
        for file in files {
            let name = location.short(file.path)
            for line in file.diff { output.text(output.paint(line, Self.style(line))) }
            let kept = file.backup.map { " (before: \(location.short($0)))" } ?? ""
            output.text(
                isDry ? "Nothing was written: this is what \(name) would say." : "\(file.isNew ? "Made" : "Changed") \(name)\(kept).")
        }
        for note in notes { output.note("Note: \(note.text).") }
        for path in openFiles {
            let name = location.short(path)
            output.note("Note: \(name) holds a secret, and others on this machine can read it; chmod 600 \(name) keeps them out.")
        }
        for problem in remaining { output.note("Still a problem, as before: \(problem.text)") }
        if isChange, !isDry, let text = gateway.text { output.text(text) }
        if isChange, let hint = location.openClawHint { output.note(hint) }
    }

    private static func style(_ line: String) -> Style {
        if line.hasPrefix("+++") || line.hasPrefix("---") { return .strong }
        switch line.first {
        case "+": return .good
        case "-": return .bad
        case "@": return .faint
        default: return .plain
        }
    }
}
