// SPDX-License-Identifier: Apache-2.0
import JSON

/// Why a command did not do what was asked, in words for the person who typed it.
struct CommandFailure: Error, Hashable, Sendable {
    var status: ExitStatus
    /// What was being done, to what, and why it failed: one sentence or a few lines, without a trailing newline.
    var message: String
    /// What would help, most useful first. A command to paste stands alone in its line.
    var hints: [String]

    init(_ status: ExitStatus, _ message: String, hints: [String] = []) {
        self.status = status
        self.message = message
        self.hints = hints
    }

    /// The lines for standard error: the message behind the program's name, the hints indented below it.
    var text: String {
        var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines[0] = "understudy: " + lines[0]
        for hint in hints { lines.append("  " + hint) }
        return lines.joined(separator: "\n")
    }

    /// The same for `--json`, so that standard output holds one document even when there is nothing to show.
    var json: JSONValue {
        let hints = JSONValue.array(hints.map { .string($0) })
        return ["error": ["message": .string(message), "hints": hints, "exitCode": .number(JSONNumber(Int(status.rawValue)))]]
    }
}
