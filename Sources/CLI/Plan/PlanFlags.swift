// SPDX-License-Identifier: Apache-2.0
import Failover
import Relay

/// The flags of `understudy plan`, as a request that is thought of.
enum PlanFlags {
    static let model = Flag(
        "model", .text(placeholder: "model"), "What the request asks for, as a client writes it; the agent's chain otherwise",
        example: "openai/gpt-5.4")
    static let agent = Flag(
        "agent", .text(placeholder: "id"), "The agent whose chain it is; with --model, whose fallbacks stand behind it", example: "coder")
    static let session = Flag(
        "session", .text(placeholder: "id"), "The conversation it belongs to, which keeps its credential", example: "chat-1")
    static let fallbacks = Flag(
        "fallbacks", .text(placeholder: "models"), "Its own fallbacks, apart by commas",
        example: "groq/llama-3.3-70b-versatile,openai/gpt-5.4")
    static let fallback = Flag("fallback", .toggle, "With --no-fallback: only the first model, with all its credentials")
    static let pin = Flag(
        "pin", .text(placeholder: "credential"), "The one credential for its first model", example: "openai:backup")
    static let tokens = Flag(
        "tokens", .number(placeholder: "n", range: 0...1_000_000_000), "How long its prompt is: smaller windows are passed over",
        example: "150000")
    static let images = Flag("images", .toggle, "It has images")
    static let tools = Flag("tools", .toggle, "It has tools")
    static let stream = Flag("stream", .toggle, "It is streamed, which is assumed; with --no-stream it is not, and has other time limits")
    static let when = Flag(
        "when", .texts(placeholder: "who=what"), "Suppose that this happens; may be given several times", example: "cerebras=402")
    static let offline = Flag("offline", .toggle, "Ask no gateway: the configuration as it is now, and what one stored")

    static let all = [model, agent, session, fallbacks, fallback, pin, tokens, images, tools, stream, when, offline]

    static func wishes(_ invocation: Invocation) throws(CommandFailure) -> PlanWishes {
        var wishes = PlanWishes()
        wishes.model = invocation.text(model)
        wishes.agent = invocation.text(agent).map { AgentID(rawValue: $0.lowercased()) }
        wishes.session = invocation.text(session).map { SessionID(rawValue: $0) }
        wishes.fallbacks = invocation.text(fallbacks).map(list)
        wishes.noFallback = invocation.toggle(fallback) == false
        wishes.pin = invocation.text(pin).map { CredentialID(rawValue: $0) }
        wishes.tokens = invocation.number(tokens) ?? 0
        wishes.images = invocation.isOn(images)
        wishes.tools = invocation.isOn(tools)
        wishes.streaming = invocation.toggle(stream) ?? true
        wishes.when = invocation.texts(when)
        guard wishes.when.count <= PlanWishes.limit else {
            throw CommandFailure(.usage, "plan: --when may be given \(PlanWishes.limit) times", hints: ["see: understudy plan --help"])
        }
        return wishes
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { name in
            var name = name
            while name.first == " " { name.removeFirst() }
            while name.last == " " { name.removeLast() }
            return String(name)
        }.filter { !$0.isEmpty }
    }

    /// As `GET /api/plan` takes them.
    static func query(_ wishes: PlanWishes) -> String {
        var parts: [(String, String)] = []
        if let model = wishes.model { parts.append(("model", model)) }
        if let agent = wishes.agent { parts.append(("agent", agent.rawValue)) }
        if let session = wishes.session { parts.append(("session", session.rawValue)) }
        if let fallbacks = wishes.fallbacks { parts.append(("fallbacks", fallbacks.joined(separator: ","))) }
        if wishes.noFallback { parts.append(("no_fallback", "true")) }
        if let pin = wishes.pin { parts.append(("pin", pin.rawValue)) }
        if wishes.tokens > 0 { parts.append(("tokens", String(wishes.tokens))) }
        if wishes.images { parts.append(("images", "true")) }
        if wishes.tools { parts.append(("tools", "true")) }
        if !wishes.streaming { parts.append(("stream", "false")) }
        parts += wishes.when.map { ("when", $0) }
        return parts.map { "\($0.0)=\(ReceiptsReader.percentEncoded($0.1))" }.joined(separator: "&")
    }
}
