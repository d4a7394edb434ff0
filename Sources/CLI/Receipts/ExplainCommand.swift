// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Store

/// `understudy explain`: one request in plain words.
enum ExplainCommand {
    static let last = Flag("last", .toggle, "The last request, or the last that fits the other flags; they alone mean it too")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let reader = ReceiptsReader(for: context)
        let document: JSONValue
        var query = try ReceiptFilters.query(context.invocation)
        switch (context.invocation.words.first, context.invocation.isOn(last) || ReceiptFilters.narrow(query)) {
        case (nil, true):
            query.limit = 1
            let (receipts, source) = try await reader.receipts(matching: query)
            guard let newest = receipts.first else {
                throw CommandFailure(.failed, ReceiptsCommand.emptyText(query: query, source: source))
            }
            document = newest
        case (let id?, false):
            let id = try readable(id)
            guard let found = try await reader.receipt(id) else {
                throw CommandFailure(
                    .failed, "there is no receipt \(id); receipts are kept for receipts.keepDays days (7)",
                    hints: ["see which there are: understudy receipts"])
            }
            document = found
        case (nil, false), (_?, true):
            throw CommandFailure(
                .usage, "explain: give the id of one request, or --last, with --failed, --model and the like if you want",
                hints: ["see: understudy explain --help"])
        }
        if context.output.wantsJSON {
            context.output.json(document)
        } else if let receipt = ReceiptJSON.read(document) {
            context.output.text(Explanation.text(receipt, colour: context.output.terminal.colour))
        } else {
            throw CommandFailure(
                .failed, "the receipt was written by another version of understudy, which this one cannot put in words",
                hints: ["see it as it is: understudy explain --json"])
        }
        return .fine
    }

    /// Ids are 26 letters and digits of Crockford's base 32, in any case, as response headers and error bodies show them.
    static func readable(_ text: String) throws(CommandFailure) -> String {
        let id = text.uppercased()
        let isID = id.utf8.count == 26 && id.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) }
        guard isID else {
            throw CommandFailure(
                .usage, "explain: \"\(SafeText.line(text))\" is not a receipt id, which is 26 letters and digits",
                hints: ["see which there are: understudy receipts", "or take the last one: understudy explain --last"])
        }
        return id
    }
}

extension Command {
    static let explain = Command(
        words: ["explain"], summary: "Say in plain words what became of one request",
        discussion: [
            "Shows each attempt: which model and credential, what the provider said, the rule that judged it, what was blocked and for how long, "
                + "and what helps. The id is in the response header x-understudy-request-id, in an error's body, and in understudy receipts."
        ],
        parameters: [Parameter(name: "id", summary: "The request's id, such as 01JCE6T4Y4V4Q1S3BZ0Q2N8G5M", optional: true)],
        flags: [ExplainCommand.last] + ReceiptFilters.flags + Flag.connection,
        examples: [
            Example("understudy explain --last", "The last request."),
            Example("understudy explain --last --failed", "The last one whose client got no answer."),
            Example("understudy explain --last --reason billing", "The last one that met a 402, whoever answered."),
            Example("understudy explain 01JCE6T4Y4V4Q1S3BZ0Q2N8G5M", "One by its id."),
            Example("understudy explain --last --json", "Its whole receipt as data."),
        ],
        exitCodes: [
            (.fine, "fine"), (.failed, "there is no such request, or the gateway refused"),
            (.unreachable, "the gateway at --url cannot be reached, or does not answer"),
        ],
        run: { context throws(CommandFailure) in try await ExplainCommand.run(context) })
}
