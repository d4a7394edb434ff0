// SPDX-License-Identifier: Apache-2.0

extension CommandList {
    /// Setting models, their fallbacks and their aliases.
    static let modelsChanges = CommandList(
        commands: [.modelsSet, .modelsSetImage] + Command.fallbacks(.model) + Command.fallbacks(.imageModel)
            + [.modelsAliasesList, .modelsAliasesAdd, .modelsAliasesRemove, .modelsScan],
        groups: [
            CommandGroup("models", "fallbacks", summary: "Who steps in when a model fails, in which order", standsFor: "list"),
            CommandGroup("models", "image-fallbacks", summary: "The same for pictures", standsFor: "list"),
            CommandGroup("models", "aliases", summary: "Short names for models", standsFor: "list"),
        ])
}

extension Command {
    /// `list`, `add`, `remove` and `clear` of one kind of chain.
    static func fallbacks(_ kind: ChainSetting.Kind) -> [Command] {
        let group = kind == .model ? "fallbacks" : "image-fallbacks"
        let what = kind == .model ? "fallbacks" : "fallbacks for pictures"
        func command(
            _ word: String, _ summary: String, _ discussion: String, models: String? = nil, flags: [Flag], _ example: Example,
            _ run: @escaping @Sendable (ChainSetting.Kind, CommandContext) throws(CommandFailure) -> ExitStatus
        ) -> Command {
            Command(
                words: ["models", group, word], summary: summary, discussion: [discussion],
                parameters: models.map { [Parameter(name: "model", summary: $0, repeats: true)] } ?? [], flags: flags, examples: [example],
                exitCodes: Self.changeCodes,
                run: { context throws(CommandFailure) in try run(kind, context) })
        }
        let line = "understudy models \(group)"
        return [
            command(
                "list", "List the \(what), first first",
                "As the configuration has them. With --agent those of the agent: its own, else the defaults'.",
                flags: [ModelsChange.agent, ModelsChange.plain], Example("\(line) list", "Who steps in, in this order."),
                ModelsFallbacks.list),
            command(
                "add", "Add to the end of the \(what)",
                "A configured fallback is always used: no list of allowed models drops one, and adding one closes none. An agent that had the defaults' "
                    + "fallbacks gets a list of its own, which begins with those.",
                models: "provider/model or an alias; several are added in this order", flags: ModelsChange.flags,
                Example("\(line) add google/gemini-3-flash-preview", "One more that may step in, last."), ModelsFallbacks.add),
            command(
                "remove", "Take one out of the \(what)", "The others stay in their order; so do comments beside them.",
                models: "as listed, or an alias of it", flags: [ModelsChange.agent, .dryRun],
                Example("\(line) remove cerebras/gpt-oss-120b", "It steps in no more."), ModelsFallbacks.remove),
            command(
                "clear", "Take out all \(what)",
                "With --agent the agent has none from then on, not even the defaults'.", flags: [ModelsChange.agent, .dryRun],
                Example("\(line) clear", "Nobody steps in."), ModelsFallbacks.clear),
        ]
    }
}
