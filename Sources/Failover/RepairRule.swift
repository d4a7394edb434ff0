// SPDX-License-Identifier: Apache-2.0

/// One line of the table that says what would mend a request which a route has refused for its form.
struct RepairRule: Sendable {
    /// What follows where a line matches.
    enum Outcome: Sendable {
        case repair(Repair)
        /// Nothing that is known would mend it.
        case nothing
        /// Leave out the member that is named, if a client may do without it.
        case dropNamed
        /// Ask for no more tokens than the number that is told.
        case limitTokens
        /// Think in a word that is taken, if that is what is refused.
        case limitEffort
    }

    let outcome: Outcome
    /// Of each group the message has to hold one.
    let words: [[String]]
    /// Parts of the member that the error names. A line with words and members matches by either.
    let members: [String]
    /// What is refused lies in the one request, such as a signature of another provider's: the route would take most others as they are.
    let isOfRequest: Bool
    let source: String

    init(_ outcome: Outcome, words: [[String]] = [], members: [String] = [], isOfRequest: Bool = false, _ source: String) {
        self.outcome = outcome
        self.words = words
        self.members = members
        self.isOfRequest = isOfRequest
        self.source = source
    }

    func matches(_ message: String, member: String) -> Bool {
        if members.contains(where: member.contains) { return true }
        return !words.isEmpty && words.allSatisfy { $0.contains(where: message.contains) }
    }
}

extension Rules {
    /// The first line that matches counts; a limit of tokens under its other name comes before all (`RepairHints`).
    static let repairs: [RepairRule] = messagesRepairs + googleRepairs + chatRepairs + otherRepairs

    private static let otherRepairs: [RepairRule] = [
        RepairRule(
            .nothing, words: [["maximum of"], ["cache_control", "cache control", "cachepoint"]],
            "the route takes marks; the client wrote too many"),
        RepairRule(
            .repair(.dropCacheMarkers), words: [["prompt caching", "cache_control", "cache control", "cachepoint", "cache point"]],
            members: ["cache_control"], "github.com/musistudio/claude-code-router#251; github.com/aws/aws-sdk-go-v2#3060"),
        RepairRule(
            .repair(.renameRole(from: "developer", to: "system")),
            words: [["developer"], ["role", "unknown variant", "is not one of", "enum value"]],
            "github.com/BenedictKing/ccx#149; github.com/proma-ai/Proma#1496; github.com/egoist/chatwise-releases#971"),
        RepairRule(
            .repair(.normaliseToolCallIDs(exactly: 9)), words: [["tool call id", "tool_call_id"], ["length of 9"]],
            "github.com/anomalyco/opencode#1680: Mistral"),
        RepairRule(
            .repair(.normaliseToolCallIDs(exactly: nil)),
            words: [
                ["tool call id", "tool_call_id", "tool_use.id", "tool_use_id", "tool_calls[", "].id"],
                ["length", "too long", "pattern", "a-z", "alphanumeric"],
            ], "openclaw/openclaw#875, #24900"),
        RepairRule(
            .repair(.dropThoughts), words: [["encrypted content"], ["could not be", "cannot be", "invalid", "failed"]], isOfRequest: true,
            "github.com/openai/codex#8145; github.com/Wei-Shaw/sub2api#2863: made in another account"),
        RepairRule(
            .repair(.dropThoughts), words: [["'reasoning'"], ["without its required"]], isOfRequest: true,
            "github.com/openai/openai-node#1567; github.com/continuedev/continue#8933, #11994"),
        RepairRule(
            .repair(.dropThoughts), words: [["item with id", "item '"], ["not found"], ["not persisted"]], isOfRequest: true,
            "github.com/vercel/ai#7543; github.com/openai/openai-agents-python#2265: nothing was kept"),
        RepairRule(
            .repair(.dropMember("include")), words: [["encrypted content is not supported", "encrypted_content"], ["not supported"]],
            "platform.openai.com/docs/guides/reasoning: only models that think have some"),
        RepairRule(
            .repair(.dropMember("reasoning.summary")), words: [["reasoning summar"], ["verified", "not supported", "unsupported"]],
            members: ["reasoning.summary"], "https://help.openai.com/en/articles/10910291: for organisations that are verified"),
        RepairRule(.repair(.dropMember("text.verbosity")), members: ["text.verbosity"], "github.com/openai/codex#5106"),
        RepairRule(
            .limitEffort, words: [["effort", "supported values are", "valid levels", "'medium'"]], members: ["effort"],
            "github.com/openai/codex#6647; github.com/anomalyco/opencode#4451; github.com/CherryHQ/cherry-studio#10430"),
        RepairRule(.nothing, words: [["supported values are"]], "a value is refused, and another one would be taken"),
        RepairRule(
            .dropNamed, words: [[""]], "https://platform.openai.com/docs/guides/error-codes; github.com/owndev/Open-WebUI-Functions#136"),
    ]
}
