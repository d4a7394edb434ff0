// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Store

/// `understudy failures`: what upstreams said that no rule knew.
enum FailuresCommand {
    static let limit = Flag("limit", short: "n", .number(placeholder: "n", range: 1...1000), "How many, newest first (20)", example: "20")
    static let provider = Flag("provider", .text(placeholder: "id"), "Only those of this provider", example: "openrouter")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let count = context.invocation.number(limit) ?? 20
        let provider = context.invocation.text(provider)?.lowercased()
        let (samples, source) = try await samples(KeptState(for: context), provider: provider, limit: count)
        if context.output.wantsJSON {
            context.output.json(["source": .string(source.code), "failures": .array(samples.map(\.json))])
        } else if samples.isEmpty {
            context.output.text(emptyText(provider, source))
        } else {
            context.output.table(table(samples))
            context.output.text(
                "\nWhat would be made of one: understudy failures classify --provider <id> --status <status> --body '<body>'")
            context.output.text("Where it was met: understudy explain <receipt>. Their whole bodies: understudy failures --json")
        }
        return .fine
    }

    private static func samples(
        _ kept: KeptState, provider: String?, limit: Int
    ) async throws(CommandFailure) -> ([FailureSample], KeptState.Source) {
        let trouble: GatewayClient.Trouble
        do throws(GatewayClient.Trouble) {
            let narrowed = provider.map { "&provider=" + ReceiptsReader.percentEncoded($0) } ?? ""
            let answer = try kept.client.get("/api/failures?limit=\(limit)\(narrowed)", holding: "failures")
            return ((answer["failures"]?.array ?? []).compactMap { FailureSample($0) }, .gateway(url: kept.client.address.url))
        } catch {
            trouble = error
        }
        let stored = try await kept.read(after: trouble) { file throws(StoreProblem) in
            try await SampleStore(database: file).samples(of: provider.map { ProviderID(rawValue: $0) }, limit: limit)
        }
        guard let stored else { return ([], .nothing) }
        return (stored, .store(path: kept.database))
    }

    static func emptyText(_ provider: String?, _ source: KeptState.Source) -> String {
        if source == .nothing { return "Nothing has been kept here yet. Start the gateway: understudy gateway run" }
        let whose = provider.map { " of \($0)" } ?? ""
        return """
            No unknown error\(whose) is kept: a rule knew each one that came. Bodies that no rule knows are listed here, redacted.
            What became of requests: understudy receipts --failed. What an error means: understudy failures classify
            """
    }

    static func table(_ samples: [FailureSample]) -> Table {
        var table = Table([
            .fixed("last seen"), .flexible("provider", least: 8), .flexible("model", least: 10), .fixed("status", right: true),
            .fixed("times", right: true), .fixed("receipt"), .flexible("what it said", least: 20),
        ])
        for sample in samples {
            table.add([
                Table.Cell(HostFacts.localTime(milliseconds: sample.lastAt.milliseconds)), Table.Cell(sample.provider.rawValue),
                Table.Cell(sample.model), Table.Cell(sample.status.map(String.init) ?? "–"), Table.Cell(String(sample.count)),
                Table.Cell(sample.receipt.rawValue), Table.Cell(firstWords(sample.body)),
            ])
        }
        return table
    }

    /// Enough of a body for a list; a line of it is up to 1 KB.
    private static func firstWords(_ body: String) -> String { body.isEmpty ? "(no body)" : TextWidth.cut(SafeText.line(body), to: 120) }
}

extension Command {
    static let failures = Command(
        words: ["failures", "list"], summary: "List errors that no rule knew",
        discussion: [
            "An error that no rule knows moves a request to the next candidate, and its body is kept as a sample: redacted, at most 1 KB, one of each "
                + "wording with how often it came, for as long as receipts (receipts.keepDays). Asks the running gateway; when none runs, reads what it kept."
        ],
        flags: [FailuresCommand.limit, FailuresCommand.provider] + Flag.connection,
        examples: [
            Example("understudy failures", "What nobody could make sense of."),
            Example("understudy failures --provider openrouter --json | jq -r '.failures[].body'", "One provider's, whole."),
        ],
        exitCodes: [
            (.fine, "fine, also when there are none"), (.failed, "the gateway refused"),
            (.unreachable, "the gateway at --url cannot be reached, or does not answer"),
        ],
        run: { context throws(CommandFailure) in try await FailuresCommand.run(context) })
}
