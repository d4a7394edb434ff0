// SPDX-License-Identifier: Apache-2.0

/// One thing that `understudy` does, as a value: parser, help and reference page read the same description.
struct Command: Sendable {
    /// What it is called by, such as `["gateway", "run"]`: one to four words.
    var words: [String]
    /// Other ways to call it, such as `["status"]` for `gateway status`.
    var otherWords: [[String]] = []
    /// One line for lists, starting with a verb, without a full stop.
    var summary: String
    /// Paragraphs for its own help, each one line that help wraps.
    var discussion: [String] = []
    var parameters: [Parameter] = []
    /// Its own flags, beside those that every command takes.
    var flags: [Flag] = []
    var examples: [Example] = []
    /// What its exit codes mean, where that is more than `ExitStatus.meaning` says.
    var exitCodes: [(status: ExitStatus, meaning: String)] = []
    var run: @Sendable (CommandContext) async throws(CommandFailure) -> ExitStatus

    /// A word that is not a flag: required unless `optional`.
    struct Parameter: Hashable, Sendable {
        /// Lower case; help writes it in angle brackets.
        var name: String
        var summary: String
        var optional = false
        /// Takes all remaining words. Only the last one may.
        var repeats = false
    }

    /// A line to paste and what it does.
    struct Example: Hashable, Sendable {
        var line: String
        var outcome: String
        init(_ line: String, _ outcome: String) {
            self.line = line
            self.outcome = outcome
        }
    }

    /// `understudy gateway run`.
    var name: String { (["understudy"] + words).joined(separator: " ") }

    var allFlags: [Flag] { flags + Flag.everywhere }

    func flag(named name: String) -> Flag? { allFlags.first { $0.answers(to: name) } }

    /// `understudy explain [<id>] [flags]`.
    var usage: String {
        let places = parameters.map { parameter in
            let word = "<\(parameter.name)>" + (parameter.repeats ? "…" : "")
            return parameter.optional ? "[\(word)]" : word
        }
        return ([name] + places + ["[flags]"]).joined(separator: " ")
    }
}

/// Commands that share their first words.
struct CommandGroup: Sendable {
    /// Such as `["gateway"]`, or `["models", "auth"]`.
    var words: [String]
    var summary: String
    /// The next word of the command that runs when the group's words stand alone. `nil`: its help is shown.
    var standsFor: String?

    init(_ words: String..., summary: String, standsFor: String?) {
        self.words = words
        self.summary = summary
        self.standsFor = standsFor
    }

    /// `understudy models auth`.
    var name: String { (["understudy"] + words).joined(separator: " ") }
}
