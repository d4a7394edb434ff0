// SPDX-License-Identifier: Apache-2.0
import JSON

/// How long a target may speak and think. The two depend on each other, and on what else is asked.
struct MessagesThinkingPlan {
    enum Thinking: Equatable {
        /// Nothing is said.
        case unsaid
        case disabled
        case adaptive
        case enabled(budget: Int)
    }

    private(set) var thinking = Thinking.unsaid
    /// `output_config.effort`.
    private(set) var effort: String?
    private(set) var maxTokens: Int

    var isOn: Bool { thinking != .unsaid && thinking != .disabled }

    /// What Anthropic takes as a budget at least.
    private static let leastBudget = 1024
    /// Where nobody says how much.
    private static let usualBudget = 8192
    private static let usualLimit = 8192

    init(_ conversation: Conversation, for target: RequestTarget, model: MessagesModel, losses: inout Losses) {
        let asked = conversation.sampling.maxTokens.map { max(1, $0) }
        let usual = target.known?.maxTokens ?? Self.usualLimit
        maxTokens = min(asked ?? usual, model.replyLimit ?? .max)
        if let reasoning = conversation.reasoning { plan(reasoning, conversation, target, model, asked: asked, &losses) }
    }

    private mutating func plan(
        _ reasoning: Reasoning, _ conversation: Conversation, _ target: RequestTarget, _ model: MessagesModel, asked: Int?,
        _ losses: inout Losses
    ) {
        if reasoning.isOff {
            if model.alwaysThinks {
                effort = "low"
                losses.note(.reasoning, "it always thinks")
            } else if model.thinks {
                thinking = .disabled
            }
            return
        }
        guard model.thinks else { return losses.note(.reasoning) }
        if conversation.toolChoice?.isForced == true, !conversation.tools.isEmpty { return losses.note(.reasoning, "tool_choice") }
        if model.isAdaptive {
            thinking = .adaptive
            if reasoning.budget ?? 0 > 0 { losses.note(.reasoningBudget) }
            effort = reasoning.level.flatMap { Self.effort($0, model) }
            if let asked = reasoning.effort?.rawValue, let effort, effort != asked { losses.note(.reasoning, "\(asked) as \(effort)") }
            return
        }
        // To show what it thinks is no word on how long.
        if reasoning.effort == nil, reasoning.budget == nil { return }
        // Where a tool's result is the last word, the call must stand behind a thought with its proof.
        if model.generation != nil, conversation.endsInUnprovenCall { return losses.note(.reasoning, "tool call without a signed thought") }
        setBudget(reasoning, asked: asked, limit: target.known?.maxTokens ?? model.replyLimit, &losses)
    }

    private mutating func setBudget(_ reasoning: Reasoning, asked: Int?, limit: Int?, _ losses: inout Losses) {
        let wanted = reasoning.tokens.flatMap { $0 < 0 ? nil : $0 } ?? Self.usualBudget
        var budget = max(Self.leastBudget, wanted)
        if asked == nil { maxTokens = min(max(maxTokens, budget + Self.usualLimit), limit ?? .max) }
        guard maxTokens > Self.leastBudget else { return losses.note(.reasoning, "max_tokens") }
        // Some of the tokens have to be left for the answer.
        if budget >= maxTokens { budget = max(Self.leastBudget, maxTokens * 4 / 5) }
        if let given = reasoning.budget, given > 0, given != budget { losses.note(.reasoningBudget) }
        thinking = .enabled(budget: budget)
    }

    private static func effort(_ level: Reasoning.Effort, _ model: MessagesModel) -> String? {
        switch level {
        case .none: nil
        case .minimal, .low: "low"
        case .medium: "medium"
        case .high: "high"
        case .xhigh: model.takesExtraHighEffort ? "xhigh" : "high"
        case .max: "max"
        }
    }

    /// - Parameter display: Whether the thoughts are wanted.
    func append(display: Bool?, model: MessagesModel, to output: inout [UInt8]) {
        func end(_ output: inout [UInt8]) {
            if let display, model.generation ?? 0 >= 40 { output.member("display", display ? "summarized" : "omitted") }
            output.append("}" as StaticString)
        }
        switch thinking {
        case .unsaid: break
        case .disabled:
            output.key("thinking")
            output.append(#"{"type":"disabled"}"# as StaticString)
        case .adaptive:
            output.key("thinking")
            output.append(#"{"type":"adaptive""# as StaticString)
            end(&output)
        case .enabled(let budget):
            output.key("thinking")
            output.append(#"{"type":"enabled""# as StaticString)
            output.member("budget_tokens", budget)
            end(&output)
        }
    }
}

extension ToolChoice {
    /// The model may not just speak.
    fileprivate var isForced: Bool {
        switch self {
        case .auto, .none: false
        case .required, .tool: true
        case .oneOf(_, let required): required
        }
    }
}

extension Conversation {
    /// Its last word is a tool's result, and the message that called does not begin with a thought that has its proof.
    fileprivate var endsInUnprovenCall: Bool {
        guard let last = turns.last(where: { !$0.role.isInstruction }), last.role == .user else { return false }
        let hasResult = last.parts.contains { part in
            if case .toolResult = part { return true }
            return false
        }
        guard hasResult, let end = turns.lastIndex(where: { $0.role == .assistant }) else { return false }
        // Messages in a row are one.
        var start = end
        while start > 0, turns[start - 1].role == .assistant { start -= 1 }
        guard case .thinking(let thought)? = turns[start].parts.first else { return true }
        return thought.state == nil
    }
}
