// SPDX-License-Identifier: Apache-2.0

/// The page docs/commands.md, from the commands' descriptions: `understudy help --markdown`. A test keeps the file equal to it.
struct Reference: Sendable {
    var list: CommandList

    var markdown: String {
        var lines = [
            "# Commands", "",
            "This page is printed by `understudy help --markdown`. Each command says the same about itself with `--help`.", "",
        ]
        for command in list.commands {
            lines.append("- [`\(command.name)`](#\(anchor(command))): \(Help.lowered(command.summary))")
        }
        lines += ["", "## Flags of every command", ""] + table(["flag", "what it does"], flags(Flag.everywhere))
        lines += [
            "", "A flag's value stands behind it or behind an equals sign: `--limit 20`, `--limit=20`. `--no-<name>` turns a flag without",
        ]
        lines += ["value off. `--` ends the flags. With `--json`, standard output holds one JSON document and nothing else, also when the"]
        lines += ["command fails (`{\"error\": {\"message\", \"hints\", \"exitCode\"}}`); remarks go to standard error. [json.md](json.md)"]
        lines += ["names the members of each. Tables fit the terminal: where it is narrow, columns are left out, which `--json` has."]
        for command in list.commands { lines += section(command) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func section(_ command: Command) -> [String] {
        var lines = ["", "## \(command.name)", "", "\(command.summary).", ""]
        for paragraph in command.discussion { lines += TextWidth.wrap(paragraph, to: 120) + [""] }
        lines += ["```", command.usage, "```"]
        let others = command.otherWords.map { "`" + (["understudy"] + $0).joined(separator: " ") + "`" }
        if !others.isEmpty { lines += ["", "Also: " + others.joined(separator: ", ") + "."] }
        if !command.parameters.isEmpty {
            lines += [""] + table(["word", "what it is"], command.parameters.map { ("`<\($0.name)>`", $0.summary) })
        }
        if !command.flags.isEmpty { lines += [""] + table(["flag", "what it does"], flags(command.flags)) }
        if !command.examples.isEmpty {
            lines += ["", "```sh"] + command.examples.flatMap { ["# \($0.outcome)", $0.line] } + ["```"]
        }
        lines += [""] + table(["exit code", "meaning"], Help.exitCodes(of: command))
        return lines
    }

    private func flags(_ flags: [Flag]) -> [(String, String)] {
        flags.map { flag in ("`" + (flag.short.map { "-\($0)`, `" } ?? "") + flag.form + "`", flag.summary) }
    }

    private func table(_ heads: [String], _ rows: [(String, String)]) -> [String] {
        func row(_ cells: [String]) -> String {
            "| " + cells.map { $0.split(separator: "|").joined(separator: "\\|") }.joined(separator: " | ") + " |"
        }
        return [row(heads), row(heads.map { _ in "---" })] + rows.map { row([$0.0, $0.1]) }
    }

    /// How GitHub makes an anchor from a heading: lower case, spaces as dashes.
    private func anchor(_ command: Command) -> String { command.name.split(separator: " ").joined(separator: "-") }
}
