// SPDX-License-Identifier: Apache-2.0

/// Everything that can be typed behind `understudy`.
struct CommandList: Sendable {
    var commands: [Command]
    var groups: [CommandGroup]

    /// The program's own, in the order that help lists them. Each folder says what is in it.
    static let all: CommandList = CommandList([
        .gateway, .status, .sessions, .models, .modelsChanges, .modelsAuth, .providers, .credentials, .receipts, .logs, .failures, .config,
        .program,
    ])

    init(commands: [Command], groups: [CommandGroup]) {
        self.commands = commands
        self.groups = groups
    }

    private init(_ parts: [CommandList]) {
        self.init(commands: parts.flatMap(\.commands), groups: parts.flatMap(\.groups))
    }

    private static let program = CommandList(commands: [.version, .help], groups: [])

    /// The command called by exactly these words, or by those of a group that stands for one of its commands.
    func command(_ words: [String]) -> Command? {
        if let found = commands.first(where: { $0.words == words || $0.otherWords.contains(words) }) { return found }
        guard let group = group(words), let next = group.standsFor else { return nil }
        return commands.first { $0.words == group.words + [next] }
    }

    func group(_ words: [String]) -> CommandGroup? { groups.first { $0.words == words } }

    /// Whether a command or group starts with these words.
    func knows(prefix words: [String]) -> Bool {
        commands.contains { $0.words.starts(with: words) || $0.otherWords.contains { $0.starts(with: words) } }
    }

    func members(of group: CommandGroup) -> [Command] { commands.filter { $0.words.starts(with: group.words) } }

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
