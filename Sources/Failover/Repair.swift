// SPDX-License-Identifier: Apache-2.0

/// A change of a request's body that lets a route take it which has refused it: what follows a `format` failure on the same
/// candidate. What each one changes in the bytes is the wire's to say (`Wire.repaired`).
public enum Repair: Hashable, Sendable {
    /// No `cache_control` anywhere.
    case dropCacheMarkers
    /// Without a member of the body's top level. `Repair.dropping` says which may be left out.
    case dropMember(String)
    /// A member of the top level under another name, such as `max_tokens` as `max_completion_tokens`.
    case renameMember(from: String, to: String)
    /// Messages of a role under another, such as `developer` as `system`.
    case renameRole(from: String, to: String)
    /// Tool-call ids of letters and digits alone.
    ///
    /// - Parameter exactly: How long each has to be, as Mistral wants 9; `nil`: 40 at most.
    case normaliseToolCallIDs(exactly: Int?)
    /// Without the thoughts of earlier turns that only their maker can read: encrypted reasoning, thinking signatures, and ids of items
    /// that it keeps.
    case dropThoughts
    /// How long to think, in a word that the route knows: the nearest of these.
    case limitEffort(to: [String])
    /// Calls of tools with a word in place of the thought's signature that Google's models give theirs, where they were made elsewhere.
    case signCalls
    /// Schemas without what only some of JSON Schema's readers know.
    case plainSchemas
    /// Turns in the order that a route insists on: the user begins and ends, and neither speaks twice in a row.
    case alternateRoles
    /// The first of the stop sequences alone.
    case limitStops(to: Int)
    /// Thoughts of its own for each answer before, or a blank where there are none: the route wants to see some.
    case addThoughts
    /// A text where a message has a list of nothing but texts.
    case plainText
    /// Schemas that the answer need not follow to the letter, which have to be in a narrower form if it has to.
    case dropStrict
    /// The last message, if it is the assistant's, marked as one to go on from.
    case markPrefill
    /// A request to go on, behind a last message of the assistant's; an empty one goes instead.
    case askToContinue
    /// A budget for thinking that leaves tokens for the answer.
    case fitBudget
    /// Each call of a tool with one result right behind it, and no other results.
    case pairResults
    /// No text without a word.
    case dropEmptyText
    /// A limit of tokens that the model can keep.
    case limitTokens(to: Int)
    /// An instruction to answer in JSON, where the answer is held to that and nobody says the word.
    case sayJSON
    /// The tools that were called in the conversation, where it offers none any more. They may not be called.
    case offerCalledTools

    /// Members without which a client gets an answer of the same kind, if perhaps another one. What is not here is never left
    /// out: not what it asks (`messages`, `tools`, `stop`), not the shape of what it gets (`stream`, `n`, `response_format`,
    /// `logprobs`, `modalities`), not a limit on what it pays for (`max_tokens`). Of `include` only what asks for encrypted reasoning goes.
    public static let droppable: Set<String> = [
        "chat_template_kwargs", "context_management", "enable_thinking", "frequency_penalty", "include", "include_reasoning", "logit_bias",
        "metadata", "min_p",
        "output_config.effort",
        "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_retention", "reasoning",
        "reasoning.summary", "reasoning_effort", "repetition_penalty", "safety_identifier", "seed", "service_tier", "store",
        "stream_options", "temperature",
        "text.verbosity", "thinking", "thinking.display", "thinking_budget", "top_a", "top_k", "top_p", "truncation", "user", "verbosity",
    ]

    /// The repair that leaves `member` out; `nil` for one that has to stay.
    public static func dropping(_ member: String) -> Repair? { droppable.contains(member) ? .dropMember(member) : nil }

    /// What undoes it; `nil` where nothing does.
    public var inverse: Repair? {
        switch self {
        case .dropCacheMarkers, .dropMember, .normaliseToolCallIDs, .dropThoughts, .limitEffort, .signCalls, .plainSchemas, .alternateRoles,
            .limitStops, .addThoughts, .plainText, .dropStrict, .markPrefill, .askToContinue, .fitBudget, .pairResults, .dropEmptyText,
            .limitTokens, .sayJSON, .offerCalledTools:
            nil
        case .renameMember(let from, let to): .renameMember(from: to, to: from)
        case .renameRole(let from, let to): .renameRole(from: to, to: from)
        }
    }
}

// MARK: In words

extension Repair {
    /// As receipts and the store have it. Once released it does not change.
    public var code: String {
        switch self {
        case .dropCacheMarkers: "drop-cache-markers"
        case .dropMember(let name): "drop:\(name)"
        case .renameMember(let from, let to): "rename:\(from)→\(to)"
        case .renameRole(let from, let to): "role:\(from)→\(to)"
        case .normaliseToolCallIDs(nil): "tool-call-ids"
        case .normaliseToolCallIDs(let length?): "tool-call-ids:\(length)"
        case .dropThoughts: "drop-thoughts"
        case .limitEffort(let words): "effort:\(words.joined(separator: ","))"
        case .signCalls: "sign-calls"
        case .plainSchemas: "plain-schemas"
        case .alternateRoles: "alternate-roles"
        case .limitStops(let count): "stops:\(count)"
        case .addThoughts: "add-thoughts"
        case .plainText: "plain-text"
        case .dropStrict: "drop-strict"
        case .markPrefill: "mark-prefill"
        case .askToContinue: "ask-to-continue"
        case .fitBudget: "fit-budget"
        case .pairResults: "pair-results"
        case .dropEmptyText: "drop-empty-text"
        case .limitTokens(let count): "tokens:\(count)"
        case .sayJSON: "say-json"
        case .offerCalledTools: "offer-called-tools"
        }
    }

    public init?(code: String) {
        switch code {
        case "drop-cache-markers": self = .dropCacheMarkers
        case "tool-call-ids": self = .normaliseToolCallIDs(exactly: nil)
        case "drop-thoughts": self = .dropThoughts
        case "sign-calls": self = .signCalls
        case "plain-schemas": self = .plainSchemas
        case "alternate-roles": self = .alternateRoles
        case "add-thoughts": self = .addThoughts
        case "plain-text": self = .plainText
        case "drop-strict": self = .dropStrict
        case "mark-prefill": self = .markPrefill
        case "ask-to-continue": self = .askToContinue
        case "fit-budget": self = .fitBudget
        case "pair-results": self = .pairResults
        case "drop-empty-text": self = .dropEmptyText
        case "say-json": self = .sayJSON
        case "offer-called-tools": self = .offerCalledTools
        default:
            guard let colon = code.firstIndex(of: ":") else { return nil }
            let rest = String(code[code.index(after: colon)...])
            guard !rest.isEmpty else { return nil }
            switch code[..<colon] {
            case "drop": self = .dropMember(rest)
            case "rename":
                guard let names = Repair.pair(rest) else { return nil }
                self = .renameMember(from: names.0, to: names.1)
            case "role":
                guard let names = Repair.pair(rest) else { return nil }
                self = .renameRole(from: names.0, to: names.1)
            case "effort":
                let words = rest.split(separator: ",").map(String.init)
                guard !words.isEmpty, words.allSatisfy(Repair.efforts.contains) else { return nil }
                self = .limitEffort(to: words)
            case "stops":
                guard let count = Int(rest), (1...64).contains(count) else { return nil }
                self = .limitStops(to: count)
            case "tokens":
                guard let count = Int(rest), count > 0 else { return nil }
                self = .limitTokens(to: count)
            case "tool-call-ids":
                guard let length = Int(rest), (1...64).contains(length) else { return nil }
                self = .normaliseToolCallIDs(exactly: length)
            default: return nil
            }
        }
    }

    /// How the request went up with it, such as `without cache markers`.
    public var text: String {
        switch self {
        case .dropCacheMarkers: "without cache markers"
        case .dropMember(let name): "without \(name)"
        case .renameMember(let from, let to): "with \(to) instead of \(from)"
        case .renameRole(let from, let to): "with the role \(to) instead of \(from)"
        case .normaliseToolCallIDs(nil): "with plain tool-call ids"
        case .normaliseToolCallIDs(let length?): "with tool-call ids of \(length) letters and digits"
        case .dropThoughts: "without the thoughts of earlier turns"
        case .limitEffort(let words): "with an effort of \(words.joined(separator: ", "))"
        case .signCalls: "with a word in place of thought signatures"
        case .plainSchemas: "with plainer schemas"
        case .alternateRoles: "with turns that alternate"
        case .limitStops(let count): "with the first \(count) stop sequences"
        case .addThoughts: "with a blank where thoughts of earlier turns are missing"
        case .plainText: "with texts in place of lists of texts"
        case .dropStrict: "without strict schemas"
        case .markPrefill: "with the last message marked as a beginning"
        case .askToContinue: "with a request to go on"
        case .fitBudget: "with a thinking budget that leaves room for the answer"
        case .pairResults: "with a result for each tool call"
        case .dropEmptyText: "without empty texts"
        case .limitTokens(let count): "with at most \(count) tokens of answer"
        case .sayJSON: "with the word JSON in its instructions"
        case .offerCalledTools: "with the tools that were called"
        }
    }

    private static func pair(_ text: String) -> (String, String)? {
        let names = text.split(separator: "→", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return names.count == 2 && names.allSatisfy { !$0.isEmpty } ? (names[0], names[1]) : nil
    }
}
