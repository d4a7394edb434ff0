// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Store

/// The page for people, from the document that `GET /api/credentials` answers.
struct CredentialsPage {
    private struct Row {
        var value: JSONValue
        var id: String
        var provider: String
        var state: CredentialsReport.State
        /// Open ones first.
        var blocks: [(block: Block, isOpen: Bool)]

        init?(_ value: JSONValue) {
            guard let id = value["id"]?.string, let provider = value["provider"]?.string,
                let state = value["state"]?.string.flatMap(CredentialsReport.State.init(rawValue:))
            else { return nil }
            (self.value, self.id, self.provider, self.state) = (value, id, provider, state)
            blocks = (value["blocks"]?.array ?? []).compactMap { value in
                BlockJSON.read(value).map { ($0, value["state"]?.string == "blocked") }
            }
        }

        func text(_ name: String) -> String { value[name]?.string ?? "" }
    }

    private var rows: [Row]
    private var shared: [Block]
    private var missing: [(provider: String, variable: String)]
    private var now: Timestamp

    /// - Returns: `nil` for what another version wrote.
    init?(_ report: JSONValue) {
        guard let now = report["now"]?.int, let values = report["credentials"]?.array else { return nil }
        self.now = Timestamp(milliseconds: Int64(now))
        rows = values.compactMap { Row($0) }
        guard rows.count == values.count else { return nil }
        missing = (report["missing"]?.array ?? []).compactMap { value in
            value["provider"]?.string.flatMap { provider in value["variable"]?.string.map { (provider, $0) } }
        }
        shared = (report["shared_blocks"]?.array ?? []).compactMap { BlockJSON.read($0) }
    }

    func text(_ query: CredentialsReport.Query, width: Int?, colour: Bool) -> String {
        let lacking = missing.map { provider, variable in
            "\(provider) has no credential that may be used: set \(variable), or models.providers.\(provider).apiKey in the configuration."
        }
        guard !rows.isEmpty else {
            if !lacking.isEmpty { return lacking.joined(separator: "\n") }
            if let provider = query.provider { return "No credential of \(provider) was found." }
            return "No credential was found for any provider that the configuration names. All there are: understudy credentials list --all"
        }
        var parts = [table.lines(width: width, colour: colour).joined(separator: "\n")]
        let below = rows.flatMap { details(of: $0) } + shared.filter { $0.isOpen(at: now) }.map { sharedLine($0) } + lacking
        if !below.isEmpty { parts.append(below.joined(separator: "\n")) }
        return parts.joined(separator: "\n\n")
    }

    private var table: Table {
        let severalAgents = Set(rows.map { $0.value["agents"] ?? .null }).count > 1
        var columns: [Table.Column] = [
            .flexible("credential", least: 20), .flexible("provider", least: 8, leaves: 1), .fixed("kind", leaves: 3),
            .flexible("secret", least: 9, leaves: 4), .flexible("from", least: 12, leaves: 2), .flexible("now", least: 14), .fixed("used"),
            .flexible("last trouble", least: 12),
        ]
        if severalAgents { columns.append(.flexible("agents", least: 6)) }
        var table = Table(columns)
        for row in rows {
            var cells = [
                Table.Cell(row.id), Table.Cell(row.provider), Table.Cell(row.text("kind").isEmpty ? "–" : row.text("kind")),
                Table.Cell(row.text("secret")), Table.Cell(row.text("source")), state(of: row),
                Table.Cell(ago(row.value["last_used"]) ?? "–"), Table.Cell(trouble(of: row)),
            ]
            if severalAgents {
                cells.append(Table.Cell((row.value["agents"]?.array ?? []).compactMap(\.string).joined(separator: ", ")))
            }
            table.add(cells)
        }
        return table
    }

    // MARK: In the table

    private func state(of row: Row) -> Table.Cell {
        switch row.state {
        case .ok:
            let status = row.value["status"]
            switch status?["code"]?.string {
            case nil, "ok", "static": return Table.Cell("ok", .good)
            case let code: return Table.Cell(status?["text"]?.string ?? code ?? "ok", code == "refresh_failed" ? .bad : .warning)
            }
        case .unusable: return Table.Cell("unusable", .bad)
        case .looking: return Table.Cell("looking", .warning)
        case .paused:
            let until = row.value["pause"]?["until"]?.int.map { Timestamp(milliseconds: Int64($0)) }
            return Table.Cell(until.map { "paused \(Age.text($0 - now))" } ?? "paused", .warning)
        case .blocked:
            let open = row.blocks.filter(\.isOpen).map(\.block)
            let whole = open.filter { $0.key.scope == .credential }
            let ends = (whole.isEmpty ? open : whole).map(\.until)
            let end = (whole.isEmpty ? ends.min() : ends.max()) ?? now
            let time = end < .distantFuture ? " \(Age.text(end - now))" : ""
            let models = whole.isEmpty ? " (\(open.count) model\(open.count == 1 ? "" : "s"))" : ""
            return Table.Cell("blocked\(time)\(models)", .bad)
        }
    }

    private func ago(_ value: JSONValue?) -> String? {
        guard let at = value?["at"]?.int else { return nil }
        let text = Age.text(now - Timestamp(milliseconds: Int64(at)))
        return (text.split(separator: " ").prefix(2).joined(separator: " ")) + " ago"
    }

    private func trouble(of row: Row) -> String {
        guard let trouble = row.value["last_failure"], let ago = ago(trouble), let reason = trouble["reason"]?.string else { return "–" }
        return "\(reason) \(ago)"
    }

    // MARK: Beneath it

    private func details(of row: Row) -> [String] {
        var lines: [String] = []
        let name = ShellWord.operand(row.id)
        if let pause = row.value["pause"], let since = pause["since"]?.int {
            let until = pause["until"]?.int.map { ", until \(HostFacts.localTime(milliseconds: Int64($0)))" } ?? ""
            lines.append(
                "\(row.id) is paused since \(HostFacts.localTime(milliseconds: Int64(since)))\(until)."
                    + " To use it again: understudy credentials resume \(name)")
        }
        if let why = row.value["unusable"]?.string { lines.append("\(row.id) is unusable: \(why)") }
        if let status = row.value["status"] {
            let failure = status["failure"]?["message"]?.string.map { ": \($0)" } ?? ""
            if status["code"]?.string == "refresh_failed" || status["code"]?.string == "sign_in_again", row.state != .unusable {
                lines.append("\(row.id): \(status["text"]?.string ?? "")\(failure)")
            }
            if let fix = status["fix"]?.string { lines.append("  \(fix)") }
        }
        // What the credential as a whole is blocked for covers its models.
        let whole = row.blocks.contains { $0.isOpen && $0.block.key.scope == .credential }
        let told = row.blocks.filter { !whole || $0.block.key.scope == .credential }
        for (block, isOpen) in told { lines.append(line(block, isOpen, of: row.id)) }
        if told.contains(where: \.isOpen), row.value["status"]?["code"]?.string != "sign_in_again" {
            lines.append("  To use it at once: understudy credentials clear \(name)")
        }
        return lines
    }

    private func line(_ block: Block, _ isOpen: Bool, of id: String) -> String {
        let subject = if case .credentialModel(_, let model) = block.key { "\(id) for \(model)" } else { id }
        guard isOpen else {
            let who =
                block.lease(at: now) == nil
                ? "the next request looks whether it works again" : "a request is looking whether it works again"
            return "\(subject): its block (\(block.reason.rawValue)) has ended, \(who)"
        }
        return "\(subject) is blocked \(until(block)): \(evidence(block))"
    }

    private func sharedLine(_ block: Block) -> String {
        let subject =
            switch block.key {
            case .providerModel(let model): "\(model) with every credential"
            default: block.key.text
            }
        return "\(subject) is blocked \(until(block)): \(evidence(block))"
    }

    private func until(_ block: Block) -> String {
        guard block.until < .distantFuture else { return "until its secret changes" }
        return "until \(HostFacts.localTime(milliseconds: block.until.milliseconds)) (\(Age.text(block.until - now)))"
    }

    private func evidence(_ block: Block) -> String {
        let status = block.evidence.status.map { ", status \($0)" } ?? ""
        return "\(block.reason.rawValue), rule \(block.evidence.rule)\(status); understudy explain \(block.evidence.receipt)"
    }
}
