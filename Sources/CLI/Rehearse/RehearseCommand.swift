// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import Gateway
import JSON
import Providers
import Rehearsal
import Synchronization

/// `understudy rehearse`: the owner's own chain goes through every fault, with upstreams that play.
enum RehearseCommand {
    static let scenario = Flag(
        "scenario", .texts(placeholder: "name"), "Only this fault; may be given several times", example: "stream-cut")
    static let wire = Flag(
        "wire", .texts(placeholder: "wire"),
        "How clients speak: openai-completions, which is assumed, openai-responses, anthropic-messages, google-generative-ai, or all; may "
            + "be given several times", example: "anthropic-messages")
    static let agent = Flag(
        "agent", .text(placeholder: "id"), "The agent whose chain it is; the default agent's otherwise", example: "coder")
    static let model = Flag(
        "model", .text(placeholder: "model"), "What clients ask for instead, as they write it", example: "openai/gpt-5.4")
    static let fast = Flag("fast", .toggle, "A tenth of the time: of waits, limits and blocks alike")
    static let list = Flag("list", .toggle, "List the faults, what must come of each, and play none")
    static let keys = Flag("keys", .toggle, "With --no-keys: as if each provider that wants a key had one, where the keys are elsewhere")
    static let builtIn = Flag("built-in", .toggle, "The built-in chain of two on the client's wire instead of the configuration's")
    static let standby = Flag(
        "standby", .choice(DrillClient.wires.map(\.rawValue)), "With --built-in: the wire of the second of the two, if another one")

    static let flags = [scenario, wire, agent, model, fast, list, keys, builtIn, standby]

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let (invocation, output) = (context.invocation, context.output)
        let scenarios = try chosen(invocation)
        if invocation.isOn(list) {
            show(scenarios, output)
            return .fine
        }
        let wires = try wires(invocation)
        let source = try Source(context)
        let isFast = invocation.isOn(fast)
        let run = DrillRun(
            scenarios: scenarios, wires: wires, width: isFast ? 16 : 64,
            programme: { wire throws(CommandFailure) in try source.programme(wire) })
        let programme = try source.programme(wires[0])
        guard !programme.members.isEmpty else { throw source.nobody(programme) }
        if !output.wantsJSON {
            output.text(DrillReport.chain(source.title, programme) + "\n")
            output.note(promise(scenarios, wires, isFast))
        }
        let cells = try await run.play { cell, done, count in
            output.note("\(done) of \(count)  \(cell.scenario.name) on \(cell.wire.rawValue): \(cell.verdict.word)")
        }
        let report = DrillReport(title: source.title, programme: programme, cells: cells)
        if output.wantsJSON {
            output.json(report.json)
        } else {
            output.text("")
            output.table(report.table())
            output.text("\n" + report.conclusion)
        }
        return report.failed.isEmpty ? .fine : .failed
    }

    // MARK: What is asked for

    private static func chosen(_ invocation: Invocation) throws(CommandFailure) -> [Scenario] {
        let names = invocation.texts(scenario)
        let known = Scenario.all.map(\.name)
        if let wrong = names.first(where: { !known.contains($0) }) {
            let nearest = NearestWord.of(wrong, in: known).map { " Did you mean \($0)?" } ?? ""
            throw CommandFailure(
                .usage, "rehearse: there is no fault \"\(SafeText.line(wrong))\".\(nearest)", hints: ["see: understudy rehearse --list"])
        }
        return names.isEmpty ? Scenario.all : Scenario.all.filter { names.contains($0.name) }
    }

    private static func wires(_ invocation: Invocation) throws(CommandFailure) -> [WireKind] {
        let names = invocation.texts(wire)
        if names.isEmpty { return [.openaiCompletions] }
        if names.contains("all") { return DrillClient.wires }
        let known = DrillClient.wires.map(\.rawValue)
        if let wrong = names.first(where: { !known.contains($0) }) {
            let nearest = NearestWord.of(wrong, in: known + ["all"]).map { " Did you mean \($0)?" } ?? ""
            throw CommandFailure(
                .usage, "rehearse: --wire does not know \"\(SafeText.line(wrong))\".\(nearest)",
                hints: ["one of: \(known.joined(separator: ", ")), all"])
        }
        return DrillClient.wires.filter { names.contains($0.rawValue) }
    }

    // MARK: What is said

    private static func show(_ scenarios: [Scenario], _ output: Output) {
        if output.wantsJSON {
            output.json([
                "scenarios": .array(
                    scenarios.map { ["name": .string($0.name), "happens": .string($0.happens), "wanted": .string($0.wanted)] })
            ])
            return
        }
        var table = Table([.fixed("fault"), .flexible("what happens", least: 24), .flexible("what must come of it", least: 24)])
        for scenario in scenarios {
            table.add([Table.Cell(scenario.name), Table.Cell(scenario.happens), Table.Cell(scenario.wanted)])
        }
        output.table(table)
    }

    private static func promise(_ scenarios: [Scenario], _ wires: [WireKind], _ isFast: Bool) -> String {
        let count = scenarios.count * wires.count
        let longest = scenarios.map(\.seconds).max() ?? 0
        let time = isFast ? "some seconds" : longest > 0 ? "about a minute and a half" : "up to a minute"
        return "\(count) \(count == 1 ? "fault" : "faults"), \(time); nothing leaves this machine."
    }
}

extension RehearseCommand {
    /// Whose chain it is.
    struct Source: Sendable {
        var setup: Setup
        var model: String
        var timing: DrillTiming
        var withoutKeys: Bool
        var standby: WireKind?
        var isBuiltIn: Bool
        let now = Clock.now()

        init(_ context: CommandContext) throws(CommandFailure) {
            let invocation = context.invocation
            let location = ConfigLocation.find(for: context)
            timing = invocation.isOn(fast) ? .fast : .whole
            withoutKeys = invocation.toggle(keys) == false
            standby = invocation.text(RehearseCommand.standby).flatMap { WireKind(rawValue: $0) }
            let agent = invocation.text(RehearseCommand.agent)?.lowercased()
            let asked = invocation.text(RehearseCommand.model)
            if invocation.isOn(builtIn), agent != nil || asked != nil {
                throw CommandFailure(.usage, "rehearse: the built-in chain has no agents and no other models", hints: [Self.help])
            }
            if agent != nil, asked != nil {
                throw CommandFailure(
                    .usage, "rehearse: --agent and --model both say whose chain it is; give one of them", hints: [Self.help])
            }
            model = asked ?? agent.map { "agent:\($0)" } ?? "default"
            setup = Setup(location: location, settings: .init(), notes: [], secrets: SecretResolver(home: location.home))
            isBuiltIn = true
            if !invocation.isOn(builtIn) {
                setup = try Setup.load(location, environment: context.environment)
                isBuiltIn = setup.isRehearsal && asked == nil && agent == nil
            }
            if standby != nil, !isBuiltIn {
                throw CommandFailure(.usage, "rehearse: --standby is about the built-in chain: give --built-in, too", hints: [Self.help])
            }
        }

        private static let help = "see: understudy rehearse --help"

        var title: String {
            isBuiltIn
                ? "The built-in chain, as if it were on the network:"
                : "The chain of \(model), by \(setup.location.short(setup.location.configPath)):"
        }

        func programme(_ wire: WireKind) throws(CommandFailure) -> DrillProgramme {
            let setup = isBuiltIn ? Setup.builtIn(setup.location, wire: wire, standby: standby ?? wire) : setup
            return try DrillProgramme(setup, model: model, timing: timing, withoutKeys: withoutKeys, now: now)
        }

        /// Nobody could be asked at all.
        func nobody(_ programme: DrillProgramme) -> CommandFailure {
            let passed = programme.skipped.map { "\($0.model): \($0.reason.text)" }
            return CommandFailure(
                .configuration,
                (["rehearse: nobody in the chain of \(model) can be asked"] + passed.map { "  \($0)" }).joined(separator: "\n"),
                hints: [
                    "understudy rehearse --no-keys plays it as if each provider had a key",
                    "understudy models status shows what is missing",
                ])
        }
    }
}

extension Command {
    static let rehearse = Command(
        words: ["rehearse"], summary: "Put your chain through sixteen faults, with nobody real involved",
        discussion: [
            "Plays the chain of your own configuration (agents, fallbacks, the order of credentials, time limits) with scripted upstreams in the place of "
                + "its providers, through a whole gateway in this process, and shows for each fault how many attempts there were, who answered, how long it "
                + "took, and whether all was as it must be. Faults strike the chain's first model, or its first credential where it has no other model.",
            "Nothing leaves this machine, nothing is written, and no running gateway is touched: health and receipts are the rehearsal's own. Keys are looked "
                + "at only to know which there are; what is sent is made up. Without a configuration, or with --built-in, a chain of two plays.",
            "It takes about a minute and a half, since the longest fault lasts a minute. --fast divides waits, time limits and blocks by ten; a Retry-After "
                + "and failover.patienceSeconds stay as they are.",
        ],
        flags: RehearseCommand.flags,
        examples: [
            Example("understudy rehearse", "Would my chain survive?"),
            Example("understudy rehearse --fast --wire all", "A quick look, for clients of all four wires."),
            Example("understudy rehearse --agent coder --scenario stream-cut --scenario stream-stall", "Two faults, one agent."),
            Example(
                "understudy rehearse --config ./new.json --no-keys --fast --json",
                "Before a configuration is put in force, on a build machine."),
            Example("understudy rehearse --list", "Which faults are there, and what must come of them?"),
        ],
        exitCodes: [
            (.fine, "every fault ended as it must, or nobody was left who could have answered"),
            (.failed, "a fault left the client without a whole answer though a candidate was left, or broke another rule"),
            (.usage, "the command line is wrong"), (.configuration, "the configuration has problems, or nobody in the chain can be asked"),
        ],
        run: { context throws(CommandFailure) in try await RehearseCommand.run(context) })
}
