// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import Gateway
import JSON
import Telemetry

extension StatusReport {
    func text(width: Int?, colour: Bool) -> String {
        var parts = [head(colour)]
        parts.append(section("Agents", agents, colour))
        if survey.credentials != nil { parts.append(section("Credentials", credentials(width, colour), colour)) }
        let blocks = survey.blocks
        if !blocks.isEmpty { parts.append(section("Blocked", blocks.map { line(for: $0) }, colour)) }
        parts.append(section("Requests of the last 24 hours", requests, colour))
        if !quotas.isEmpty { parts.append(section("Quota", quotas, colour)) }
        if isDeep { parts.append(section("Providers", survey.reach.map { reachLine($0, colour) }, colour)) }
        if !survey.trouble.isEmpty { parts.append(section("Not known", survey.trouble, colour)) }
        if let hint = survey.location.openClawHint { parts.append(hint) }
        if let more {
            let log = more.log.isEmpty ? ["nothing"] : more.log.map { LogPrinter.line($0) }
            parts.append(section("Log, the last \(more.log.count) lines of \(survey.logFile.map(survey.short) ?? "-")", log, colour))
            parts.append(section("Configuration", more.outline, colour))
        } else {
            parts.append("With the log and the configuration: understudy status --all · what is wrong: understudy doctor")
        }
        return parts.joined(separator: "\n\n")
    }

    private func section(_ title: String, _ lines: [String], _ colour: Bool) -> String {
        ([Style.strong.paint(title, colour: colour)] + (lines.isEmpty ? ["- none"] : lines)).joined(separator: "\n")
    }

    // MARK: Head

    private func head(_ colour: Bool) -> String {
        let location = survey.location
        var rows: [(String, String, Style)] = [
            ("OS", Machine.system, .plain),
            ("Time", HostFacts.localTime(milliseconds: survey.now.milliseconds), .plain),
        ]
        if location.configExists {
            let hash = survey.configHash.map { " (sha256 \($0.prefix(12)))" } ?? ""
            let state =
                survey.config.isFine
                ? "fine" : "\(survey.config.problems.count + survey.config.omitted) problems: understudy config validate"
            rows.append(("Config", "\(location.short(location.configPath))\(hash), \(state)", survey.config.isFine ? .plain : .bad))
        } else {
            let missing = survey.config.isFine ? "the rehearsal provider plays" : "though \(location.configOrigin) names it"
            rows.append(("Config", "none at \(location.short(location.configPath)): \(missing)", survey.config.isFine ? .plain : .bad))
        }
        rows.append(("State folder", location.short(location.stateFolder), .plain))
        rows += gateway
        rows.append(("Log", log, .plain))
        let lines = rows.map { "\(TextWidth.pad($0.0, to: 12)) : \($0.2.paint(SafeText.line($0.1), colour: colour))" }
        return ([Style.strong.paint("understudy \(Version.text) (\(Version.platform))", colour: colour)] + lines).joined(separator: "\n")
    }

    private var gateway: [(String, String, Style)] {
        switch survey.gateway.state {
        case .down(let why): return [("Gateway", "not running: \(why)", .bad)]
        case .up(let ready, let notReady, let status, let detail):
            var facts: [String] = []
            if let pid = status?["pid"]?.int { facts.append("pid \(pid)") }
            if let version = status?["version"]?.string { facts.append("version \(version)") }
            if let seconds = status?["uptime_seconds"]?.int { facts.append("up \(Age.text(.seconds(seconds)))") }
            if let count = status?["in_flight"]?.int { facts.append("\(count) request\(count == 1 ? "" : "s") in flight") }
            var rows: [(String, String, Style)] = [
                ("Gateway", "running at \(survey.gateway.url)\(facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")", .good)
            ]
            if !ready { rows.append(("Ready", "no: \(notReady ?? "")", .bad)) }
            if let problem = status?["reload_problem"]?.string {
                rows.append(("Last reload", "failed, the settings before it are kept: \(problem)", .bad))
            }
            if let detail { rows.append(("Details", "not shown: \(detail)", .warning)) }
            return rows
        }
    }

    private var log: String {
        guard let file = survey.logFile else { return "standard error only (logging.file)" }
        guard let facts = Machine.file(file) else { return "\(survey.short(file)), nothing yet" }
        return "\(survey.short(file)) (\(Machine.size(facts.bytes)))"
    }

    // MARK: Sections

    private var agents: [String] {
        guard let setup = survey.setup else { return ["- not known: the configuration cannot be used"] }
        return setup.settings.agents.all.map { agent in
            let chain = agent.chain.map(\.model.ref.description)
            let isDefault = agent.id == setup.settings.agents.defaultID && setup.settings.agents.all.count > 1 ? " (default)" : ""
            return SafeText.line("- \(agent.id)\(isDefault): \(chain.isEmpty ? "no model" : chain.joined(separator: " → "))")
        }
    }

    private func credentials(_ width: Int?, _ colour: Bool) -> [String] {
        let rows = survey.credentials?["credentials"]?.array ?? []
        let statuses = survey.statuses
        var lines: [String] = []
        if !rows.isEmpty {
            var table = Table([
                .flexible("credential", least: 14), .fixed("kind"), .flexible("secret", least: 9), .flexible("from", least: 10),
                .flexible("now", least: 14),
            ])
            for row in rows {
                let id = row["id"]?.string ?? ""
                let (text, style) = state(of: row, statuses[CredentialID(rawValue: id)])
                table.add([
                    Table.Cell(id), Table.Cell(row["kind"]?.string ?? "–"), Table.Cell(row["secret"]?.string ?? ""),
                    Table.Cell(row["source"]?.string ?? ""), Table.Cell(text, style),
                ])
            }
            lines += table.lines(width: width, colour: colour)
        }
        for missing in survey.credentials?["missing"]?.array ?? [] {
            let provider = SafeText.line(missing["provider"]?.string ?? "")
            lines.append(Style.bad.paint("- \(provider) has none: set \(SafeText.line(missing["variable"]?.string ?? ""))", colour: colour))
        }
        return lines
    }

    private func state(of row: JSONValue, _ status: CredentialStatus?) -> (String, Style) {
        if let why = row["unusable"]?.string { return (status.map { written($0) } ?? "unusable: \(why)", .bad) }
        let held = row["state"]?.string ?? "ok"
        guard held == "ok" || held == "looking" else { return (held, .bad) }
        guard let status else { return (held, .plain) }
        switch status {
        case .unlimited: return ("ok", .good)
        case .ok, .refreshesOnUse: return (written(status), .good)
        case .expiring(_, let renews): return (written(status), renews ? .good : .warning)
        case .refreshFailed: return (written(status), .warning)
        case .signInAgain, .expired, .unusable: return (written(status), .bad)
        }
    }

    private func written(_ status: CredentialStatus) -> String { status.text(at: survey.now) }

    private func line(for block: Block) -> String {
        let until =
            block.until < .distantFuture
            ? "until \(HostFacts.localTime(milliseconds: block.until.milliseconds)) (\(Age.text(block.until - survey.now)))"
            : "until its secret changes"
        return SafeText.line(
            "- \(ModelsStatus.subject(of: block.key)) \(until): \(block.reason.rawValue); understudy explain \(block.evidence.receipt)")
    }

    private var requests: [String] {
        if survey.receiptSource == .nothing, survey.receipts.isEmpty { return ["- none are kept here"] }
        var lines = ["- \(RequestTally(survey.receipts).text)"]
        let failed = survey.receipts.filter { receipt in
            switch receipt.outcome {
            case .refused, .failed: true
            case .answered, .passedOn, .cancelled, nil: false
            }
        }
        for receipt in failed.prefix(5) {
            let when = HostFacts.localTime(milliseconds: receipt.facts.startedAt.milliseconds)
            lines.append(
                SafeText.line(
                    "- \(when) \(receipt.facts.requestedModel): \(ReceiptsCommand.outcome(of: receipt).text); understudy explain "
                        + "\(receipt.facts.id.rawValue)"))
        }
        if failed.count > 5 { lines.append("- \(failed.count - 5) more: understudy receipts --failed") }
        return lines
    }

    /// What providers said last; how old that is where it is more than ten minutes.
    private var quotas: [String] {
        survey.quotas.filter { $0.model == nil && !$0.windows.isEmpty }.map { row in
            let windows = row.windows.map { ModelsStatusReport.text($0, at: survey.now) }.joined(separator: " · ")
            let age = survey.now - row.at
            return SafeText.line("- \(row.credential): \(windows)\(age > .seconds(600) ? " (said \(Age.text(age)) ago)" : "")")
        }
    }

    private func reachLine(_ reach: ProviderReach, _ colour: Bool) -> String {
        let style: Style = reach.failed == nil ? .good : .bad
        return "- \(SafeText.line(reach.provider)) \(SafeText.line(reach.url)): \(style.paint(SafeText.line(reach.text), colour: colour))"
    }
}
