// SPDX-License-Identifier: Apache-2.0

extension Feature {
    /// What it is, as a phrase without a full stop.
    public var phrase: String {
        switch self {
        case .developerRole: "the role `developer` beside `system`; goes over as instructions"
        case .laterInstructions: "instructions behind the first turn; gathered at the one place for instructions"
        case .speakerName: "the name of who speaks in a turn"
        case .imageURL: "images by URL"
        case .imageDetail: "how closely to look at an image"
        case .documents: "documents as data, such as PDF"
        case .documentURL: "documents by URL"
        case .audioInput: "sound in a prompt"
        case .videoInput: "video in a prompt"
        case .fileID: "files by an id, which one account owns"
        case .toolResultErrors: "the mark that a tool failed; the text of its result stays"
        case .toolResultImages: "images and documents in results of tools"
        case .freeFormTools: "tools that take free text, perhaps of a grammar"
        case .strictTools: "that arguments must keep to a tool's schema"
        case .webSearch: "the provider's own web search"
        case .codeExecution: "the provider's own running of code"
        case .webFetch: "the provider's own reading of pages"
        case .foreignTools: "a provider's own tools that no other wire knows"
        case .foreignParts: "parts of content that no other wire knows"
        case .allowedTools: "that only some of the tools may be called"
        case .parallelToolCalls: "whether several tools may be called at once"
        case .jsonObject: "that the reply is some JSON object"
        case .jsonSchema: "a JSON schema for the reply"
        case .temperature: "a temperature beyond the range of the other wire, or for a model that takes none"
        case .topP: "`top_p`"
        case .topK: "`top_k`"
        case .frequencyPenalty: "a penalty for repeated words"
        case .presencePenalty: "a penalty for words that occurred"
        case .seed: "a seed"
        case .stopSequences: "texts at which the reply ends"
        case .choices: "several replies to one request"
        case .logprobs: "how probable each token was"
        case .topLogprobs: "how probable other tokens were"
        case .logitBias: "a bias for single tokens"
        case .verbosity: "how wordy the reply is"
        case .reasoning: "whether and how hard to think"
        case .reasoningBudget: "how many tokens to think for; becomes an effort where there is one"
        case .user: "an id of the end user"
        case .cacheKey: "a key for the provider's prompt cache"
        case .cacheMarkers: "marks of what to cache; set anew where `cacheRetention` says so"
        case .serviceTier: "the service tier"
        case .metadata: "metadata kept with the request"
        case .store: "that the provider keeps the reply"
        case .foreignMembers: "members of the request that no other wire knows"
        case .foreignThinking: "thoughts that another provider sealed; kept for it, and sent when it is asked again"
        case .refusals: "refusals apart from text; told as text"
        case .citations: "where a statement comes from"
        case .stopSequenceTold: "which text ended the reply"
        case .mediaOutput: "images and sound in a reply"
        case .cacheWriteTokens: "how many tokens went into the cache"
        case .reasoningTokens: "how many tokens were thinking"
        }
    }

    /// Whether replies hold it and requests only repeat it from there.
    public var isOfReplies: Bool {
        switch self {
        case .refusals, .citations, .stopSequenceTold, .mediaOutput, .cacheWriteTokens, .reasoningTokens: true
        default: false
        }
    }

    /// Whether its loss depends on the single request, not on the two wires: it is in no wire's table.
    var isOfNoWire: Bool {
        switch self {
        case .foreignTools, .foreignParts, .foreignMembers, .foreignThinking, .cacheMarkers, .temperature: true
        default: false
        }
    }
}
