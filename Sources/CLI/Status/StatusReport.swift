// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Telemetry

/// `understudy status`: how everything stands, on one page to paste. Every secret is masked.
struct StatusReport: Sendable {
    var survey: Survey
    /// The log's last lines, and the configuration's outline; `nil`: not asked for.
    var more: More?
    var isDeep: Bool

    struct More: Sendable {
        var log: [[UInt8]]
        var outline: [String]
    }

    static let logLines = 40

    static func make(_ context: CommandContext, all: Bool, deep: Bool, usage: Bool) async -> StatusReport {
        let survey = await Survey.make(context, isDeep: deep, usage: usage)
        var report = StatusReport(survey: survey, isDeep: deep)
        if all {
            let log = survey.logFile.map { LogReader(path: $0).tail(LogQuery(limit: logLines, maxBytes: 64_000)).lines } ?? []
            report.more = More(log: log.map(survey.masked), outline: ConfigOutline.lines(survey))
        }
        return report
    }

    var exitStatus: ExitStatus {
        guard survey.config.isFine else { return .configuration }
        return survey.gateway.exitStatus
    }
}

extension Command {
    static let status = Command(
        words: ["status"], summary: "Report how everything stands, on one page to paste",
        discussion: [
            "Version, system, configuration, gateway, agents with their chains, credentials with their states, what is blocked until when, and what became of "
                + "the last day's requests. Secrets are masked; credentials' names may be e-mail addresses. Nothing is asked over the network but with "
                + "--deep, whether each provider's address can be reached, without a key, and with --usage, how much of their plans logins have left, "
                + "from the providers that have a page for it: a login whose token has ended is renewed for that. Nothing else is changed.",
            "understudy gateway status says more of the gateway itself, understudy doctor what is wrong and how it is mended.",
        ],
        flags: StatusFlags.all + Flag.connection,
        examples: [
            Example("understudy status", "How does everything stand?"),
            Example("understudy status --all", "All that somebody who helps will ask for, to be pasted."),
            Example("understudy status --deep", "Can the providers be reached from here?"),
            Example("understudy status --usage", "How much of their plans have logins left?"),
            Example("understudy status --json | jq .gateway.up", "For a program."),
        ],
        exitCodes: [
            (.fine, "the gateway is up"), (.failed, "it is down or does not answer"), (.configuration, "the configuration has problems"),
        ],
        run: { context throws(CommandFailure) in
            let invocation = context.invocation
            let report = await StatusReport.make(
                context, all: invocation.isOn(StatusFlags.all_), deep: invocation.isOn(StatusFlags.deep),
                usage: invocation.isOn(StatusFlags.usage))
            if context.output.wantsJSON {
                context.output.json(report.json)
            } else {
                let terminal = context.output.terminal
                context.output.text(report.text(width: terminal.width, colour: terminal.colour))
            }
            return report.exitStatus
        })
}

enum StatusFlags {
    static let all_ = Flag("all", .toggle, "Also the log's last lines and the configuration, secrets masked")
    static let deep = Flag("deep", .toggle, "Also whether each provider's address can be reached, without a key and at no cost")
    static let usage = Flag(
        "usage", .toggle, "Also ask the providers that have a page for it how much each login has used; waits 3 s at most")

    static let all: [Flag] = [all_, deep, usage]
}

extension CommandList {
    static let status = CommandList(commands: [.status, .health, .doctor], groups: [])
}
