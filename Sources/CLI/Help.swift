// SPDX-License-Identifier: Apache-2.0

/// Help text from the commands' descriptions: for the program, a group and a command. Pure.
struct Help: Sendable {
    var list: CommandList
    /// Columns to wrap at.
    var width = 80

    /// - Returns: `nil` when `path` names neither the program (empty), a group, nor a command.
    func text(for path: [String]) -> String? {
        if path.isEmpty { return program }
        if let group = list.group(path) { return text(for: group) }
        return list.command(path).map { text(for: $0) }
    }

    var program: String {
        return sections([
            ("", wrapped("understudy: a model gateway that keeps the show going", indent: 0)),
            ("Usage", ["  understudy <command> [flags]"]),
            ("Commands", entries(overview)),
            ("Flags of every command", flags(Flag.everywhere + [.version])),
            (
                "First steps",
                examples([
                    Command.Example(
                        "understudy gateway run", "Start it. Without a configuration it plays rehearsal models, which need no key."),
                    Command.Example("understudy explain --last", "Say in plain words what became of the last request."),
                ])
            ),
            ("", wrapped("More about one command: understudy help <command>", indent: 0)),
        ])
    }

    /// A line for each first word: what its commands are about and how they are called, or what the one command does.
    private var overview: [(term: String, meaning: String)] {
        list.nextWords(after: []).compactMap { word in
            if let group = list.group([word]) {
                return (word, "\(group.summary): \(list.nextWords(after: [word]).joined(separator: ", "))")
            }
            return list.command([word]).map { (word, $0.summary) }
        }
    }

    func text(for group: CommandGroup) -> String {
        let rows = list.members(of: group).map { ($0.words.joined(separator: " "), $0.summary) }
        var usage = ["  \(group.name) <command> [flags]"]
        if let second = group.standsFor { usage.append("  \(group.name)   (the same as: \(group.name) \(second))") }
        return sections([
            ("", wrapped("\(group.name): \(Self.lowered(group.summary))", indent: 0)),
            ("Usage", usage),
            ("Commands", entries(rows)),
            ("", wrapped("More about one of them: understudy help \(group.words.joined(separator: " ")) <command>", indent: 0)),
        ])
    }

    func text(for command: Command) -> String {
        var parts: [(String, [String])] = [("", wrapped("\(command.name): \(Self.lowered(command.summary))", indent: 0))]
        for paragraph in command.discussion { parts.append(("", wrapped(paragraph, indent: 0))) }
        var usage = ["  " + command.usage]
        if let short = shortForm(of: command) { usage.append("  \(short)   (the same)") }
        parts.append(("Usage", usage))
        if !command.parameters.isEmpty {
            parts.append(("Words", entries(command.parameters.map { ("<\($0.name)>", $0.summary) })))
        }
        if !command.flags.isEmpty { parts.append(("Flags", flags(command.flags))) }
        parts.append(("Flags of every command", flags(Flag.everywhere)))
        if !command.examples.isEmpty { parts.append(("Examples", examples(command.examples))) }
        parts.append(("Exit codes", entries(Self.exitCodes(of: command))))
        return sections(parts)
    }

    /// What a command's exit codes mean: its own words, then those that any command may end with.
    static func exitCodes(of command: Command) -> [(String, String)] {
        var codes = command.exitCodes
        for common in [ExitStatus.fine, .usage] where !codes.contains(where: { $0.status == common }) {
            codes.append((common, common.meaning))
        }
        return codes.sorted { $0.status.rawValue < $1.status.rawValue }.map { (String($0.status.rawValue), $0.meaning) }
    }

    // MARK: Pieces

    private func sections(_ parts: [(title: String, lines: [String])]) -> String {
        parts.map { part in (part.title.isEmpty ? part.lines : [part.title] + part.lines).joined(separator: "\n") }.joined(
            separator: "\n\n")
    }

    private func flags(_ flags: [Flag]) -> [String] {
        let anyShort = flags.contains { $0.short != nil }
        return entries(flags.map { flag in ((flag.short.map { "-\($0), " } ?? (anyShort ? "    " : "")) + flag.form, flag.summary) })
    }

    /// Two columns: a term, and its meaning wrapped beside it; below it when the term is long.
    private func entries(_ rows: [(term: String, meaning: String)]) -> [String] {
        let most = 26
        let column = rows.map { TextWidth.columns($0.term) }.filter { $0 <= most }.max() ?? most
        var lines: [String] = []
        for row in rows {
            var meaning = TextWidth.wrap(row.meaning, to: max(20, width - column - 4))
            if TextWidth.columns(row.term) > column {
                lines.append("  " + row.term)
            } else {
                lines.append("  " + TextWidth.pad(row.term, to: column) + "  " + (meaning.isEmpty ? "" : meaning.removeFirst()))
            }
            lines += meaning.map { String(repeating: " ", count: column + 4) + $0 }
        }
        return lines
    }

    private func examples(_ examples: [Command.Example]) -> [String] {
        examples.flatMap { ["  " + $0.line] + wrapped($0.outcome, indent: 6) }
    }

    private func wrapped(_ text: String, indent: Int) -> [String] {
        TextWidth.wrap(text, to: max(20, width - indent)).map { String(repeating: " ", count: indent) + $0 }
    }

    private func shortForm(of command: Command) -> String? {
        if let other = command.otherWords.first { return (["understudy"] + other).joined(separator: " ") }
        guard let group = list.group(Array(command.words.dropLast())), group.standsFor == command.words.last else { return nil }
        return group.name
    }

    static func lowered(_ sentence: String) -> String { sentence.prefix(1).lowercased() + sentence.dropFirst() }
}
