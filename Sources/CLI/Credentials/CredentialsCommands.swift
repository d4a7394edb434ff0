// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Store

/// `understudy credentials clear`, `pause` and `resume`.
enum CredentialsCommands {
    static let model = Flag("model", .text(placeholder: "model"), "Only what is held against this model on it", example: "openai/gpt-5")
    static let provider = Flag(
        "provider", .text(placeholder: "id"), "Everything of this provider: its credentials, its models, its endpoint",
        example: "openrouter")
    static let all = Flag("all", .toggle, "Everything that is blocked")
    static let length = Flag("for", .time, "Until then, instead of until it is resumed: 90s, 15m, 2h, 7d", example: "2h")

    static func clear(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let invocation = context.invocation
        let decision: CredentialDecision
        switch (invocation.words.first, invocation.text(provider), invocation.isOn(all)) {
        case (let id?, nil, false):
            let text = invocation.text(model)
            let ref = text.flatMap { ModelRef($0) }
            if let text, ref == nil {
                throw wrong("--model takes a model with its provider, such as openai/gpt-5, and \"\(SafeText.line(text))\" is none")
            }
            decision = .clear(CredentialID(rawValue: id), model: ref)
        case (nil, let id?, false): decision = .clearProvider(ProviderID(rawValue: id.lowercased()))
        case (nil, nil, true): decision = .clearAll
        case (nil, nil, false): throw wrong("name a credential, or give --provider or --all")
        case (_, _, _): throw wrong("give one of: a credential, --provider, --all")
        }
        if invocation.text(model) != nil, invocation.words.isEmpty { throw wrong("--model goes with a credential") }
        let (answer, source) = try await CredentialsChange.make(decision, context)
        let cleared = blocks(answer["cleared"])
        let whose = invocation.words.first ?? invocation.text(provider)
        var lines = cleared.map { "Cleared: \(ModelsStatus.subject(of: $0.key)) (\($0.reason.rawValue), rule \($0.evidence.rule))." }
        if lines.isEmpty {
            let model = invocation.text(model).map { " for \($0)" } ?? ""
            lines = ["Nothing was blocked" + (whose.map { " of \($0)\(model)" } ?? "") + "; nothing has changed."]
        }
        lines += still(answer, id: invocation.words.first)
        return print(lines, answer, source, context)
    }

    static func pause(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let id = context.invocation.words[0]
        let seconds = context.invocation.age(length).map { Int($0.components.seconds) }
        let (answer, source) = try await CredentialsChange.make(.pause(CredentialID(rawValue: id), seconds: seconds), context)
        guard let pause = answer["pause"], pause != .null else {
            throw CommandFailure(.failed, "\(SafeText.line(id)) is not paused: \(HealthLedger.pauseLimit) others are")
        }
        let until = pause["until"]?.int.map { "until \(HostFacts.localTime(milliseconds: Int64($0)))" } ?? "until it is resumed"
        let was = answer["pause_before"].map { $0 != .null } ?? false
        return print(
            ["\(SafeText.line(id)) is paused \(until)\(was ? " (it was paused before)" : ""). No request uses it from now on."]
                + ["To use it again: understudy credentials resume \(ShellWord.operand(id))"], answer, source, context)
    }

    static func resume(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let id = context.invocation.words[0]
        let (answer, source) = try await CredentialsChange.make(.resume(CredentialID(rawValue: id)), context)
        var line = "\(SafeText.line(id)) was not paused; nothing has changed."
        if let before = answer["pause_before"], let since = before["since"]?.int {
            line = "\(SafeText.line(id)) is used again; it was paused since \(HostFacts.localTime(milliseconds: Int64(since)))."
        }
        return print([line] + still(answer, id: id), answer, source, context)
    }

    // MARK: What is said

    private static func print(
        _ lines: [String], _ answer: JSONValue, _ source: KeptState.Source, _ context: CommandContext
    ) -> ExitStatus {
        if context.output.wantsJSON, case .object(var members) = answer {
            members["source"] = .string(source.code)
            context.output.json(.object(members))
        } else {
            context.output.text(lines.joined(separator: "\n"))
        }
        return .fine
    }

    /// What keeps the credential from being used all the same.
    private static func still(_ answer: JSONValue, id: String?) -> [String] {
        var lines: [String] = []
        if let id, let pause = answer["pause"], pause != .null {
            lines.append("It is paused, though: understudy credentials resume \(ShellWord.operand(id))")
        }
        for block in blocks(answer["left"]) {
            var clear = ""
            switch block.key {
            case .credentialModel(let own, _), .credential(let own):
                clear = ": understudy credentials clear \(ShellWord.operand(own.rawValue))"
            case .providerModel(let model): clear = ": understudy credentials clear --provider \(ShellWord.quoted(model.provider.rawValue))"
            case .endpoint: break
            }
            lines.append("Still blocked: \(ModelsStatus.subject(of: block.key)) (\(block.reason.rawValue))\(clear)")
        }
        return lines
    }

    private static func blocks(_ value: JSONValue?) -> [Block] { (value?.array ?? []).compactMap { BlockJSON.read($0) } }

    private static func wrong(_ what: String) -> CommandFailure {
        CommandFailure(.usage, "credentials clear: \(what).", hints: ["see: understudy credentials clear --help"])
    }
}

extension Command {
    private static let codes: [(status: ExitStatus, meaning: String)] = [
        (.fine, "done, also where there was nothing to do"), (.failed, "there is no such credential or provider, or the gateway refused"),
        (.unreachable, "the gateway at --url cannot be reached, or does not answer"),
        (.configuration, "no gateway runs, and the configuration has problems, which are listed"),
    ]
    private static let whoDoesIt =
        "The running gateway does it at once, and keeps it; where none runs, it is done in what the gateway kept, for its next start."
    private static let id = Parameter(name: "credential", summary: "Its id, such as openai:backup; understudy credentials lists them")

    static let credentialsClear = Command(
        words: ["credentials", "clear"], summary: "Forget what is held against a credential, so that it is used at once",
        discussion: [
            "For after a payment, a raised limit or a mended network, when nobody wants to wait for a block to end: the very next request may use it, "
                + "and its next failure begins with the shortest block again. A secret that changes clears its credential by itself. A pause stays.",
            whoDoesIt,
        ],
        parameters: [Parameter(name: id.name, summary: id.summary, optional: true)],
        flags: [CredentialsCommands.model, CredentialsCommands.provider, CredentialsCommands.all] + Flag.connection,
        examples: [
            Example("understudy credentials clear openai:backup", "The account has money again."),
            Example("understudy credentials clear openai:backup --model openai/gpt-5", "One model on it."),
            Example("understudy credentials clear --provider openrouter", "All that is held against a provider."),
            Example("understudy credentials clear --all", "Begin anew."),
        ],
        exitCodes: codes, run: { context throws(CommandFailure) in try await CredentialsCommands.clear(context) })

    static let credentialsPause = Command(
        words: ["credentials", "pause"], summary: "Take a credential out of use, until it is resumed or for some time",
        discussion: [
            "No request uses it from then on, not even when everything else is blocked; those under way with it go on. That outlives restarts, a new "
                + "secret and clearing. Receipts say of it: paused.", whoDoesIt,
        ],
        parameters: [id], flags: [CredentialsCommands.length] + Flag.connection,
        examples: [
            Example("understudy credentials pause openai:work", "Keep this key for something else."),
            Example("understudy credentials pause openai:work --for 2h", "Only for now."),
        ],
        exitCodes: codes, run: { context throws(CommandFailure) in try await CredentialsCommands.pause(context) })

    static let credentialsResume = Command(
        words: ["credentials", "resume"], summary: "Let a paused credential be used again",
        discussion: ["What is held against its health stays; understudy credentials clear ends that.", whoDoesIt],
        parameters: [id], flags: Flag.connection,
        examples: [Example("understudy credentials resume openai:work", "The next request may use it.")],
        exitCodes: codes, run: { context throws(CommandFailure) in try await CredentialsCommands.resume(context) })
}
