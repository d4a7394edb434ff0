// SPDX-License-Identifier: Apache-2.0
import JSON
import Providers

/// `understudy help`, which `--help` behind any command leads to as well.
enum HelpCommand {
    static let markdown = Flag("markdown", .toggle, "Print the reference of all commands as the Markdown page docs/commands.md")
    static let crossings = Flag(
        "crossings", .toggle, "Print what is lost between which APIs as the Markdown page docs/wire/crossings.md")

    static func show(_ path: [String], list: CommandList, output: Output) throws(CommandFailure) -> ExitStatus {
        guard let text = Help(list: list, width: output.textWidth).text(for: path) else {
            let known = list.nextWords(after: path.count > 1 ? Array(path.dropLast()) : [])
            let nearest = path.last.flatMap { NearestWord.of($0, in: known) }.map { " Did you mean \"\($0)\"?" } ?? ""
            let asked = path.joined(separator: " ")
            throw CommandFailure(.usage, "help: \"\(asked)\" is not a command.\(nearest)", hints: ["see: understudy --help"])
        }
        if output.wantsJSON {
            output.json(["help": .string(text)])
        } else {
            output.text(text)
        }
        return .fine
    }
}

extension Command {
    static let help: Command = Command(
        words: ["help"], summary: "Show help about the program or one command",
        parameters: [Parameter(name: "command", summary: "The command's words, such as: gateway run", optional: true, repeats: true)],
        flags: [HelpCommand.markdown, HelpCommand.crossings],
        examples: [
            Example("understudy help gateway run", "What gateway run does, its flags and examples."),
            Example("understudy gateway run --help", "The same."),
        ],
        run: { context throws(CommandFailure) in
            if context.invocation.isOn(HelpCommand.markdown) || context.invocation.isOn(HelpCommand.crossings) {
                let isReference = context.invocation.isOn(HelpCommand.markdown)
                let page = isReference ? Reference(list: context.list).markdown : CrossingsPage.markdown
                context.output.wantsJSON ? context.output.json(["markdown": .string(page)]) : context.output.text(String(page.dropLast()))
                return .fine
            }
            return try HelpCommand.show(context.invocation.words, list: context.list, output: context.output)
        })
}
