// SPDX-License-Identifier: Apache-2.0
import JSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `understudy doctor`: everything that is wrong or soon will be, each with what mends it.
enum DoctorCommand {
    static let fix = Flag(
        "fix", .toggle, "Mend what can be mended without a choice: modes of files, what killed processes left, damaged databases",
        otherNames: ["repair"])
    static let deep = Flag(
        "deep", .toggle, "Also ask each provider's address over the network, without a key and at no cost, and compare clocks")
    static let yes = Flag("yes", short: "y", .toggle, "Mend without asking")
    static let nonInteractive = Flag("non-interactive", .toggle, "Never ask; with --fix the same as --yes")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let invocation = context.invocation
        let survey = await Survey.make(context, isDeep: invocation.isOn(deep))
        var findings =
            DoctorConfig.check(survey, context.environment) + DoctorFiles.check(survey) + DoctorLeftovers.check(survey)
            + DoctorCredentials.check(survey) + DoctorGateway.check(survey) + DoctorNetwork.check(survey.reach)
            + survey.trouble.map { Finding("not_known", .warning, $0) }
        let count = findings.count { $0.mend != nil }
        if invocation.isOn(fix), count > 0, isWanted(count, context) {
            for index in findings.indices { findings[index].apply() }
        }
        let order = Finding.Severity.allCases
        findings.sort { (order.firstIndex(of: $0.severity) ?? 0) > (order.firstIndex(of: $1.severity) ?? 0) }
        let report = DoctorReport(findings: findings, asked: invocation.isOn(deep), fixing: invocation.isOn(fix))
        context.output.wantsJSON
            ? context.output.json(report.json) : context.output.text(report.text(colour: context.output.terminal.colour))
        return report.exitStatus
    }

    /// On a terminal a person is asked, unless told not to be.
    private static func isWanted(_ count: Int, _ context: CommandContext) -> Bool {
        let invocation = context.invocation
        if invocation.isOn(yes) || invocation.isOn(nonInteractive) || context.output.wantsJSON { return true }
        guard InputSource.isTerminal, context.output.terminal.isInteractive else { return true }
        context.output.note("Mend \(count) finding\(count == 1 ? "" : "s") now? [Y/n]")
        guard let answer = readLine() else { return false }
        return answer.isEmpty || answer.lowercased().hasPrefix("y")
    }
}

/// What the doctor says.
struct DoctorReport: Sendable {
    /// The gravest first.
    var findings: [Finding]
    /// Providers were asked over the network.
    var asked: Bool
    var fixing: Bool

    private func open(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity && $0.isOpen } }

    var exitStatus: ExitStatus {
        if open(.error) > 0 { return .failed }
        return open(.warning) > 0 ? .degraded : .fine
    }

    func text(colour: Bool) -> String {
        var lines: [String] = []
        for finding in findings {
            let style: Style =
                finding.outcome == .mended ? .good : finding.severity == .error ? .bad : finding.severity == .warning ? .warning : .faint
            let word = finding.outcome == .mended ? "mended" : finding.severity.rawValue
            lines.append(style.paint(TextWidth.pad(word, to: 8), colour: colour) + SafeText.line(finding.text))
            if case .failed(let why)? = finding.outcome { lines.append("        could not be mended: \(why)") }
            if finding.isOpen, let fix = finding.fix {
                lines.append("        fix: \(SafeText.line(fix))\(finding.mend != nil && !fixing ? "  (--fix does it)" : "")")
            }
        }
        if !lines.isEmpty { lines.append("") }
        lines.append(summary)
        return lines.joined(separator: "\n")
    }

    private var summary: String {
        func counted(_ count: Int, _ word: String) -> String? { count == 0 ? nil : "\(count) \(word)\(count == 1 ? "" : "s")" }
        let mended = findings.count { $0.outcome == .mended }
        let parts = [counted(open(.error), "error"), counted(open(.warning), "warning")].compactMap { $0 }
        var text = parts.isEmpty ? "Nothing is wrong" : parts.joined(separator: ", ")
        if mended > 0 { text += ", \(mended) mended" }
        text += "."
        if !asked { text += " The providers were not asked: understudy doctor --deep" }
        return text
    }

    var json: JSONValue {
        [
            "ok": .bool(exitStatus == .fine), "findings": .array(findings.map(\.json)),
            "summary": [
                "errors": .number(JSONNumber(open(.error))), "warnings": .number(JSONNumber(open(.warning))),
                "infos": .number(JSONNumber(open(.info))), "fixed": .number(JSONNumber(findings.count { $0.outcome == .mended })),
            ],
        ]
    }
}

extension Command {
    static let doctor = Command(
        words: ["doctor"], summary: "Find what is wrong or soon will be, and say what mends it",
        discussion: [
            "Looks at the configuration, modes of files, credentials and when they end, what is blocked, the gateway and its port, its databases and the disk; "
                + "with --deep also whether each provider can be reached, by DNS, TLS and HTTP, without a key. Nothing is changed without --fix, and "
                + "--fix never touches the configuration or a credential.",
            "understudy models status --probe asks the models themselves.",
        ],
        flags: [DoctorCommand.fix, DoctorCommand.deep, DoctorCommand.yes, DoctorCommand.nonInteractive] + Flag.connection,
        examples: [
            Example("understudy doctor", "What is wrong?"),
            Example("understudy doctor --fix", "Mend what can be mended."),
            Example("understudy doctor --deep --json", "Everything, for a program."),
        ],
        exitCodes: [
            (.fine, "nothing is wrong, or nothing is any more"), (.failed, "there are errors"),
            (.degraded, "there are warnings, and no errors"),
        ],
        run: { context throws(CommandFailure) in try await DoctorCommand.run(context) })
}
