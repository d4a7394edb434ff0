// SPDX-License-Identifier: Apache-2.0

extension Conversation {
    /// What this request holds of the features that not every wire has, each with what tells which.
    public func features() -> Losses {
        var found = Losses()
        noteTurns(&found)
        noteTools(&found)
        noteSampling(&found)
        noteRest(&found)
        return found
    }

    private func noteTurns(_ found: inout Losses) {
        var hasSpoken = false
        for turn in turns {
            if turn.role == .developer { found.note(.developerRole) }
            if turn.role.isInstruction, hasSpoken { found.note(.laterInstructions) }
            if !turn.role.isInstruction { hasSpoken = true }
            if turn.name != nil { found.note(.speakerName) }
            for part in turn.parts { note(part, &found) }
        }
    }

    private func note(_ part: Part, _ found: inout Losses) {
        switch part {
        case .text(let text):
            if !text.citations.isEmpty { found.note(.citations) }
        case .refusal: found.note(.refusals)
        case .media(let media): note(media, &found)
        case .toolResult(let result):
            if result.isError { found.note(.toolResultErrors) }
            for part in result.parts {
                if case .media(let media) = part {
                    found.note(.toolResultImages)
                    note(media, &found)
                } else {
                    note(part, &found)
                }
            }
        case .foreign(let name): found.note(.foreignParts, name)
        case .toolCall, .thinking: break
        }
    }

    private func note(_ media: Media, _ found: inout Losses) {
        if case .file = media.source { found.note(.fileID) }
        switch (media.kind, media.source) {
        case (.image, .file), (.document, .file): break
        case (.image, .url): found.note(.imageURL)
        case (.image, _): break
        case (.document, .url): found.note(.documentURL)
        case (.document, _): found.note(.documents)
        case (.audio, _): found.note(.audioInput)
        case (.video, _): found.note(.videoInput)
        }
        if media.detail != nil { found.note(.imageDetail) }
    }

    private func noteTools(_ found: inout Losses) {
        for tool in tools {
            switch tool {
            case .function(let function):
                if function.isFreeForm { found.note(.freeFormTools) }
                if function.strict == true { found.note(.strictTools) }
            case .builtIn(.webSearch): found.note(.webSearch)
            case .builtIn(.codeExecution): found.note(.codeExecution)
            case .builtIn(.webFetch): found.note(.webFetch)
            case .foreign(let name): found.note(.foreignTools, name)
            }
        }
        if case .oneOf = toolChoice { found.note(.allowedTools) }
        if parallelToolCalls != nil { found.note(.parallelToolCalls) }
        switch output {
        case .json: found.note(.jsonObject)
        case .schema: found.note(.jsonSchema)
        case .text, nil: break
        }
    }

    private func noteSampling(_ found: inout Losses) {
        if sampling.topP != nil { found.note(.topP) }
        if sampling.topK != nil { found.note(.topK) }
        if sampling.frequencyPenalty != nil { found.note(.frequencyPenalty) }
        if sampling.presencePenalty != nil { found.note(.presencePenalty) }
        if sampling.seed != nil { found.note(.seed) }
        if !sampling.stop.isEmpty { found.note(.stopSequences) }
        if sampling.choices ?? 1 > 1 { found.note(.choices) }
        if sampling.logprobs == true { found.note(.logprobs) }
        if sampling.topLogprobs ?? 0 > 0 { found.note(.topLogprobs) }
        if sampling.logitBias != nil { found.note(.logitBias) }
        if sampling.verbosity != nil { found.note(.verbosity) }
    }

    private func noteRest(_ found: inout Losses) {
        if reasoning != nil { found.note(.reasoning) }
        if user != nil { found.note(.user) }
        if cacheKey != nil { found.note(.cacheKey) }
        if hasCacheMarks { found.note(.cacheMarkers) }
        if let serviceTier, serviceTier != .auto { found.note(.serviceTier) }
        if !metadata.isEmpty { found.note(.metadata) }
        if store == true { found.note(.store) }
        for name in foreign { found.note(.foreignMembers, name) }
    }
}
