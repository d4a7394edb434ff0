// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// `understudy sessions list` and `stop`.
enum SessionsCommands {
    static func list(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let client = GatewayClient(for: context)
        let answer: JSONValue
        do throws(GatewayClient.Trouble) {
            answer = try client.get("/api/sessions", holding: "requests")
        } catch {
            throw client.failure(error)
        }
        let requests = answer["requests"]?.array ?? []
        if context.output.wantsJSON {
            context.output.json(answer)
        } else if requests.isEmpty {
            context.output.text("No request is under way. What became of those before: understudy receipts")
        } else {
            context.output.table(table(requests))
            context.output.text("\nTo end one: understudy sessions stop <session or request>")
        }
        return .fine
    }

    static func table(_ requests: [JSONValue]) -> Table {
        var table = Table([
            .flexible("session", least: 12), .fixed("request"), .flexible("model", least: 12), .fixed("since", right: true),
            .fixed("tokens", right: true), .flexible("state", least: 8),
        ])
        for request in requests {
            let since = (request["duration_ms"]?.int).map { Age.text(.milliseconds($0)) } ?? "?"
            table.add([
                Table.Cell(request["session"]?.string ?? "–"), Table.Cell(request["id"]?.string ?? "?"),
                Table.Cell(request["model"]?.string ?? request["requested_model"]?.string ?? "?"), Table.Cell(since),
                Table.Cell(request["output_tokens"]?.int.map(String.init) ?? "–"), Table.Cell(state(of: request)),
            ])
        }
        return table
    }

    private static func state(of request: JSONValue) -> String {
        let attempts = request["attempts"]?.int ?? 0
        let again = attempts > 1 ? ", attempt \(attempts)" : ""
        if request["has_begun"]?.bool == true { return "streaming" + again }
        return (request["model"]?.string == nil ? "waiting for a reset" : "waiting for the model") + again
    }

    static func stop(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let id = context.invocation.words[0]
        let client = GatewayClient(for: context)
        let answer: JSONValue
        do throws(GatewayClient.Trouble) {
            answer = try client.post("/api/sessions/\(ReceiptsReader.percentEncoded(id))/stop", nil, holding: "requests")
        } catch {
            throw client.failure(error)
        }
        let count = answer["stopped"]?.int ?? 0
        if context.output.wantsJSON {
            context.output.json(answer)
        } else if count == 0 {
            context.output.text("Nothing is under way of \(SafeText.line(id)); nothing was stopped. What is: understudy sessions list")
        } else {
            let ids = (answer["requests"]?.array ?? []).compactMap { $0.string.map { SafeText.line($0) } }
            context.output.text("Stopped \(count == 1 ? "1 request" : "\(count) requests"): \(ids.joined(separator: ", "))")
        }
        return count == 0 ? .failed : .fine
    }
}

extension Command {
    static let sessionsList = Command(
        words: ["sessions", "list"], summary: "List the requests under way, by session",
        discussion: [
            "Asks the running gateway. A session is what a client names (x-understudy-session and its like); a request without one has its own id. "
                + "Tokens are those of the answer, where the provider tells them before its end."
        ],
        flags: Flag.connection,
        examples: [
            Example("understudy sessions", "Who is being answered now?"),
            Example("understudy sessions list --json | jq -r '.requests[].session'", "Their sessions."),
        ],
        exitCodes: [(.fine, "fine, also when nothing is under way"), (.failed, "the gateway refused")],
        run: { context throws(CommandFailure) in try SessionsCommands.list(context) })

    static let sessionsStop = Command(
        words: ["sessions", "stop"], summary: "End what is under way of a session",
        discussion: [
            "Its providers are let go at once. Its clients get an error of their API, within the stream where one had begun, that asks them not to try "
                + "again; receipts have the outcome cancelled and the rule session.stopped. Nothing is held against a provider. New requests of the session are served as "
                + "any others."
        ],
        parameters: [
            Command.Parameter(name: "session", summary: "Its id, or the id of one request; understudy sessions list shows both")
        ],
        flags: Flag.connection,
        examples: [
            Example("understudy sessions stop agent:main:telegram", "Be quiet."),
            Example("understudy sessions stop 01JCE6T4Y4V4Q1S3BZ0Q2N8G5M --json", "One request, by its id."),
        ],
        exitCodes: [(.fine, "something was stopped"), (.failed, "nothing was under way, or the gateway refused")],
        run: { context throws(CommandFailure) in try SessionsCommands.stop(context) })
}
