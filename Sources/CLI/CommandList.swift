// SPDX-License-Identifier: Apache-2.0

/// Everything that can be typed behind `understudy`.
struct CommandList: Sendable {
    var commands: [Command]
    var groups: [CommandGroup]

    /// The program's own, in the order that help lists them.
    static let all: CommandList = CommandList(
        commands: [
            .gatewayRun, .gatewayStatus, .gatewayStop, .sessionsList, .sessionsStop, .modelsStatus, .modelsList, .credentialsList,
            .credentialsClear, .credentialsPause,
            .credentialsResume, .plan, .rehearse, .receipts, .explain, .failures, .failuresClassify, .configValidate, .version, .help,
        ],
        groups: [
            CommandGroup(word: "gateway", summary: "Run the gateway, ask how it is, or stop it", standsFor: "run"),
            CommandGroup(word: "sessions", summary: "Requests under way, and how to end them", standsFor: "list"),
            CommandGroup(word: "models", summary: "Which models and credentials stand by, and what is blocked", standsFor: "status"),
            CommandGroup(
                word: "credentials", summary: "Keys and logins, how they stand, and what is decided about them", standsFor: "list"),
            CommandGroup(word: "failures", summary: "Errors that no rule knows, and what any error means", standsFor: "list"),
            CommandGroup(word: "config", summary: "The configuration file", standsFor: nil),
        ])

    /// The command called by exactly these words, or by the word of a group that stands for one of its commands.
    func command(_ words: [String]) -> Command? {
        if let found = commands.first(where: { $0.words == words || $0.otherWords.contains(words) }) { return found }
        guard words.count == 1, let group = group(words[0]), let second = group.standsFor else { return nil }
        return commands.first { $0.words == [group.word, second] }
    }

    func group(_ word: String) -> CommandGroup? { groups.first { $0.word == word } }

    /// Whether a command or group starts with these words.
    func knows(prefix words: [String]) -> Bool {
        commands.contains { $0.words.starts(with: words) || $0.otherWords.contains { $0.starts(with: words) } }
    }

    func members(of group: CommandGroup) -> [Command] { commands.filter { $0.words.first == group.word } }

    /// What may stand behind `words`, for suggestions and help: `["run", "status"]` behind `["gateway"]`.
    func nextWords(after words: [String]) -> [String] {
        var next: [String] = []
        for candidate in commands.flatMap({ [$0.words] + $0.otherWords })
        where candidate.starts(with: words) && candidate.count > words.count {
            let word = candidate[words.count]
            if !next.contains(word) { next.append(word) }
        }
        return next
    }

    /// Whether `--name` takes a value, in whichever command knows it. `nil`: none does.
    func takesValue(_ name: String) -> Bool? {
        for flag in commands.flatMap(\.allFlags) where flag.answers(to: name) { return flag.takesValue }
        return nil
    }
}
