// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Relay
import Store

/// `understudy receipts`: what became of recent requests.
enum ReceiptsCommand {
    static let limit = Flag("limit", short: "n", .number(placeholder: "n", range: 1...1000), "How many, newest first (20)", example: "20")
    static let before = Flag(
        "before", .text(placeholder: "id"), "Only requests older than this one: the next page", example: "01JCE6T4Y4V4Q1S3BZ0Q2N8G5M")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        var query = try ReceiptFilters.query(context.invocation)
        query.limit = context.invocation.number(limit) ?? 20
        if let id = context.invocation.text(before) { query.before = ReceiptID(rawValue: try ExplainCommand.readable(id)) }
        let reader = ReceiptsReader(for: context)
        let (receipts, source) = try await reader.receipts(matching: query)
        if context.output.wantsJSON {
            context.output.json(["source": .string(source.code), "receipts": .array(receipts)])
            return .fine
        }
        guard !receipts.isEmpty else {
            context.output.text(emptyText(query: query, source: source))
            return .fine
        }
        context.output.table(table(receipts.compactMap { ReceiptJSON.read($0) }))
        if receipts.count == query.limit, let last = receipts.last?["id"]?.string {
            context.output.note("Older ones: the same with --before \(SafeText.line(last))")
        }
        return .fine
    }

    static func emptyText(query: ReceiptQuery, source: ReceiptsReader.Source) -> String {
        if source == .nothing { return "No request has been kept here yet. Start the gateway: understudy gateway run" }
        return ReceiptFilters.narrow(query) || query.before != nil ? "No request fits." : "No request has been kept yet."
    }

    static func table(_ receipts: [Receipt]) -> Table {
        var table = Table([
            .fixed("id"), .fixed("when"), .flexible("asked for", least: 10), .flexible("what became of it", least: 16),
            .fixed("tries", right: true), .fixed("took", right: true),
        ])
        for receipt in receipts {
            let (text, style) = outcome(of: receipt)
            let took = receipt.endedAt.map { Age.seconds($0 - receipt.facts.startedAt) } ?? "–"
            table.add([
                Table.Cell(receipt.facts.id.rawValue), Table.Cell(HostFacts.localTime(milliseconds: receipt.facts.startedAt.milliseconds)),
                Table.Cell(receipt.facts.requestedModel), Table.Cell(text, style), Table.Cell(String(receipt.attempts.count)),
                Table.Cell(took),
            ])
        }
        return table
    }

    /// One phrase for the list, and how it stands out.
    static func outcome(of receipt: Receipt) -> (text: String, style: Style) {
        func model(_ index: Int) -> String {
            receipt.attempts.indices.contains(index) ? receipt.attempts[index].candidate.model.description : "?"
        }
        switch receipt.outcome {
        case .answered(let attempt, _): return ("answered by \(model(attempt))\(after(receipt))", attempt == 0 ? .good : .warning)
        case .failed(let attempt): return ("cut short by \(model(attempt))", .bad)
        case .refused(let refusal): return ("refused with \(refusal.status)\(after(receipt))", .bad)
        case .passedOn(let attempt):
            let status = receipt.attempts.indices.contains(attempt) ? receipt.attempts[attempt].status : nil
            return ("\(status.map(String.init) ?? "error") of \(model(attempt)) passed on", .warning)
        case .cancelled:
            let cause = receipt.attempts.last?.failure.flatMap { StopCause(rule: $0.rule) }
            return switch cause {
            case .owner: ("stopped by its owner", .faint)
            case .gateway: ("ended with the gateway", .warning)
            case nil: ("the client left", .faint)
            }
        case nil: return ("not ended", .faint)
        }
    }

    /// Why attempts failed, each reason once, in the order in which they came; empty if none did.
    private static func after(_ receipt: Receipt) -> String {
        var reasons: [String] = []
        for attempt in receipt.attempts {
            if let reason = attempt.failure?.reason.rawValue, !reasons.contains(reason) { reasons.append(reason) }
        }
        return reasons.isEmpty ? "" : " after \(reasons.joined(separator: ", "))"
    }
}

extension Command {
    static let receipts = Command(
        words: ["receipts"], summary: "List what became of recent requests",
        discussion: [
            "Asks the running gateway; when none runs, reads the receipts that it kept. understudy explain says more about one of them."
        ],
        flags: [ReceiptsCommand.limit] + ReceiptFilters.flags + [ReceiptsCommand.before] + Flag.connection,
        examples: [
            Example("understudy receipts --failed --since 2h", "What went wrong in the last two hours."),
            Example("understudy receipts --reason billing --since 7d", "Which requests met a 402, whoever answered them in the end."),
            Example("understudy receipts --model openai/gpt-5 --limit 100", "The last hundred requests that had to do with one model."),
            Example("understudy receipts --json | jq '.receipts[0]'", "The last request as data."),
        ],
        exitCodes: [
            (.fine, "fine, also when no request fits"), (.failed, "the gateway refused"),
            (.unreachable, "the gateway at --url cannot be reached, or does not answer"),
        ],
        run: { context throws(CommandFailure) in try await ReceiptsCommand.run(context) })
}
