// SPDX-License-Identifier: Apache-2.0
import JSON

/// `understudy health`: can the running gateway answer?
enum HealthCommand {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let client = GatewayClient(for: context)
        let report = GatewayStatusReport.ask(client)
        guard case .up(let ready, let notReady, let status, let detail) = report.state else {
            if case .down(let why) = report.state { throw CommandFailure(.unreachable, why, hints: ["start it: understudy gateway start"]) }
            return .unreachable
        }
        let health = try? client.get("/api/health", holding: "blocks")
        let blocks = health?["blocks"]?.array ?? []
        if context.output.wantsJSON {
            var object: JSONObject = ["ok": .bool(ready), "url": .string(report.url), "status": status ?? .null]
            object["notReady"] = notReady.map { .string($0) } ?? .null
            object["blocks"] = .array(blocks)
            context.output.json(.object(object))
        } else {
            var lines = [ready ? "ok: the gateway at \(report.url) would try a request now" : "not ready: \(notReady ?? "")"]
            if let seconds = status?["uptime_seconds"]?.int { lines.append("up \(Age.text(.seconds(seconds)))") }
            if !blocks.isEmpty { lines.append("\(blocks.count) blocked: understudy credentials") }
            if let detail { lines.append("details are not shown: \(detail)") }
            context.output.text(lines.joined(separator: "\n"))
        }
        return ready ? .fine : .failed
    }
}

extension Command {
    static let health = Command(
        words: ["health"], summary: "Ask the running gateway whether it can answer",
        discussion: ["For scripts and monitors. Nothing is asked of a provider; understudy models status --probe does that."],
        flags: Flag.connection,
        examples: [
            Example("understudy health", "Would a request be tried now?"),
            Example("understudy health --timeout 1000 --json", "For a monitor."),
        ],
        exitCodes: [
            (.fine, "a request to the default chain would be tried"),
            (.failed, "it is up, and every candidate is blocked or none can be called"),
            (.unreachable, "no gateway answers"),
        ],
        run: { context throws(CommandFailure) in try HealthCommand.run(context) })
}
