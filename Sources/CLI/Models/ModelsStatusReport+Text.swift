// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway

/// The page for people, in the layout of `openclaw models status` (docs.openclaw.ai/cli/models) with the chain added.
extension ModelsStatusReport {
    func text(width: Int?, colour: Bool) -> String {
        var parts = [head]
        let chain = links.isEmpty ? ["nobody: no model of it can be asked"] : chainTable.lines(width: width.map { $0 - 2 }, colour: colour)
        parts.append((["Chain"] + chain.map { "  " + $0 }).joined(separator: "\n"))
        if !skipped.isEmpty {
            let lines = skipped.map { link in
                "- \(link.model)\(link.credential.map { " with \($0)" } ?? "") (\(link.origin)): \(link.text)"
            }
            parts.append((["Not in the chain"] + lines).joined(separator: "\n"))
        }
        var paused: [String] = []
        for link in links where link.pause != nil && !paused.contains(link.credential) { paused.append(link.credential) }
        if !paused.isEmpty {
            let lines = paused.map { "- \($0) is not used until it is resumed: understudy credentials resume \(ShellWord.operand($0))" }
            parts.append((["Paused"] + lines).joined(separator: "\n"))
        }
        if !blocks.isEmpty { parts.append((["Blocked"] + blocks.map { "- \(line(for: $0))" }).joined(separator: "\n")) }
        if !firstTokens.isEmpty {
            let lines = firstTokenTable.lines(width: width.map { $0 - 2 }, colour: colour).map { "  " + $0 }
            parts.append(
                (["First tokens, and how long they are waited for while another candidate is ready"] + lines).joined(separator: "\n"))
        }
        parts.append(authOverview)
        if !missing.isEmpty { parts.append((["Missing auth"] + missing.map(advice)).joined(separator: "\n")) }
        if let standings { parts.append(standings) }
        if !notes.isEmpty { parts.append((["Notes"] + notes.map { "- \($0)" }).joined(separator: "\n")) }
        if let hint = location.openClawHint { parts.append(hint) }
        return parts.joined(separator: "\n\n")
    }

    private var head: String {
        var rows = [
            ("Config", location.short(location.configPath) + (location.configExists ? "" : " (not there: the rehearsal provider plays)")),
            ("State folder", location.short(location.stateFolder)), ("Agent", agent), ("Agent dir", location.short(agentFolder)),
        ]
        let written = defaultWritten.isEmpty || defaultWritten == defaultModel ? defaultSource : "\(defaultWritten), \(defaultSource)"
        rows.append(("Default", defaultModel.map { "\($0) (from \(written))" } ?? "-"))
        let list = fallbacks.isEmpty ? "-" : fallbacks.joined(separator: ", ")
        rows.append(("Fallbacks (\(fallbacks.count))", fallbacksSource.isEmpty ? list : "\(list) (from \(fallbacksSource))"))
        rows.append(("Image model", imageModel.map { "\($0) (kept for OpenClaw, asked by nobody here)" } ?? "-"))
        rows.append(("Image fallbacks (\(imageFallbacks.count))", imageFallbacks.isEmpty ? "-" : imageFallbacks.joined(separator: ", ")))
        let names = aliases.map { "\($0.alias) -> \($0.model)" }
        rows.append(("Aliases (\(aliases.count))", names.isEmpty ? "-" : names.joined(separator: ", ")))
        rows.append(("Configured models (\(allowed.count))", allowed.isEmpty ? "all" : allowed.joined(separator: ", ")))
        switch gateway {
        case .running(let url): rows.append(("Gateway", "running on \(url)"))
        case .notRunning: rows.append(("Gateway", "not running; what is blocked is as it was stored"))
        case .silent(let why): rows.append(("Gateway", "did not say what is blocked: \(why)"))
        }
        // A long name moves its own colon, as in OpenClaw's page, not everybody's.
        return rows.map { TextWidth.pad($0.0, to: 14) + ": " + $0.1 }.joined(separator: "\n")
    }

    private var chainTable: Table {
        var table = Table([
            .fixed("#", right: true), .flexible("model", least: 26), .flexible("credential", least: 16),
            .flexible("secret", least: 9, leaves: 1), .flexible("from", least: 12, leaves: 2), .flexible("now", least: 14),
        ])
        for (index, link) in links.enumerated() {
            let blocked = link.block.map { Table.Cell("blocked\(remaining($0))", .bad) }
            let now = link.pause == nil ? blocked ?? Table.Cell("ready", .good) : Table.Cell("paused", .warning)
            table.add([
                Table.Cell(String(index + 1)), Table.Cell(link.model), Table.Cell(link.credential), Table.Cell(link.masked),
                Table.Cell(link.origin), now,
            ])
        }
        return table
    }

    private var firstTokenTable: Table {
        var table = Table([
            .flexible("model", least: 16), .flexible("prompt", least: 10), .fixed("streams", right: true), .fixed("p95", right: true),
            .fixed("limit", right: true), .flexible("set by", least: 12),
        ])
        for row in firstTokens {
            table.add([
                Table.Cell(SafeText.line(row.model)), Table.Cell(Self.size(row)), Table.Cell(String(row.samples)),
                Table.Cell(row.percentile95.map(Self.seconds) ?? "-"), Table.Cell(Self.seconds(row.limit)),
                Table.Cell(SafeText.line(row.setBy)),
            ])
        }
        return table
    }

    /// `under 1k`, `4k to 16k`, `256k and more`.
    private static func size(_ row: FirstTokensRow) -> String {
        let from = ModelsListReport.short(row.from)
        guard let upTo = row.upTo else { return "\(from) and more" }
        return row.from == 0 ? "under \(ModelsListReport.short(upTo))" : "\(from) to \(ModelsListReport.short(upTo))"
    }

    /// `1.25 s`
    private static func seconds(_ milliseconds: Int) -> String {
        let hundredths = (milliseconds + 5) / 10
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }

    private func remaining(_ block: Block) -> String {
        block.until == nil ? "" : " \(Age.text(.milliseconds(block.remaining)))"
    }

    private func line(for block: Block) -> String {
        let until = block.until.map { "until \(HostFacts.localTime(milliseconds: $0)) (\(Age.text(.milliseconds(block.remaining))))" }
        let status = block.status.map { ", status \($0)" } ?? ""
        return "\(block.subject) is blocked \(until ?? "until its secret changes"): \(block.reason), rule \(block.rule)\(status); "
            + "understudy explain \(block.receipt)"
    }
}
