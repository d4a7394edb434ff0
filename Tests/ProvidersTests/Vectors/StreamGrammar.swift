// SPDX-License-Identifier: Apache-2.0
import JSON

/// What is wrong with a stream by its wire's own grammar: the order of its events, their indexes, what opens and closes.
struct StreamGrammar {
    private(set) var faults: [String] = []

    /// - Returns: Each fault in words; empty for a stream that a strict client takes.
    static func faults(in text: String, _ dialect: Dialect) -> [String] {
        var grammar = StreamGrammar()
        let events = SeenEvent.events(text)
        for event in events where event.json == .null && event.data != "[DONE]" { grammar.fault("no JSON: \(event.data.prefix(120))") }
        switch dialect {
        case .chat: grammar.chat(events)
        case .responses: grammar.responses(events)
        case .anthropic: grammar.messages(events)
        case .gemini: grammar.google(events)
        }
        return grammar.faults
    }

    mutating func fault(_ words: String) {
        if faults.count < 8 { faults.append(words) }
    }

    mutating func require(_ condition: Bool, _ words: @autoclosure () -> String) {
        if !condition { fault(words()) }
    }
}

extension StreamGrammar {
    /// One object in pieces, no names, no terminator; the last piece of each candidate has its finish reason.
    private mutating func google(_ events: [SeenEvent]) {
        var finished: Set<Int> = []
        var begun: Set<Int> = []
        require(!events.isEmpty, "empty")
        for event in events {
            let chunk = event.json
            require(event.name.isEmpty, "an event named \(event.name)")
            require(chunk["responseId"]?.string != nil && chunk["modelVersion"]?.string != nil, "a piece without its ids")
            for candidate in chunk["candidates"]?.array ?? [] {
                let index = candidate["index"]?.int ?? 0
                begun.insert(index)
                require(!finished.contains(index), "candidate \(index) goes on after its end")
                if let content = candidate["content"] {
                    require(content["role"]?.string == "model", "content without its role")
                    for part in content["parts"]?.array ?? [] { googlePart(part) }
                }
                if candidate["finishReason"]?.string != nil { finished.insert(index) }
            }
        }
        require(begun == finished, "candidates \(begun) began, \(finished) ended")
        require(events.last?.json["usageMetadata"] != nil || !events.contains { $0.json["usageMetadata"] != nil }, "usage is not told last")
    }

    private mutating func googlePart(_ part: JSONValue) {
        let kinds = ["text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"]
            .filter { part[$0] != nil }
        require(kinds.count == 1 || (kinds.isEmpty && part["thoughtSignature"] != nil), "a part of \(kinds)")
        if let call = part["functionCall"] {
            require(call["name"]?.string?.isEmpty == false, "a call without a name")
            require(call["args"] == nil || call["args"]?.object != nil, "arguments that are no object")
        }
    }

    /// A role first, deltas by choice, a finish reason each, usage alone in the last chunk, `[DONE]`.
    private mutating func chat(_ events: [SeenEvent]) {
        require(events.last?.data == "[DONE]", "the last event is not [DONE]")
        require(events.count { $0.data == "[DONE]" } == 1, "[DONE] not once")
        var finished: Set<Int> = []
        var begun: Set<Int> = []
        var calls: [Int: Int] = [:]
        var hasUsage = false
        let id = events.first?.json["id"]?.string
        for event in events.dropLast() {
            let chunk = event.json
            require(event.name.isEmpty, "an event named \(event.name)")
            require(chunk["object"]?.string == "chat.completion.chunk", "not a chunk")
            require(chunk["id"]?.string == id && id != nil, "ids differ")
            require(chunk["created"]?.int != nil && chunk["model"]?.string != nil, "no time or model")
            require(!hasUsage, "a chunk after the usage")
            if chunk["usage"]?.object != nil {
                require(chunk["choices"]?.array?.isEmpty == true, "usage with choices")
                hasUsage = true
            }
            for choice in chunk["choices"]?.array ?? [] {
                let index = choice["index"]?.int ?? -1
                let delta = choice["delta"] ?? .null
                require(delta.object != nil, "a choice without a delta")
                require(begun.insert(index).inserted == (delta["role"]?.string == "assistant"), "choice \(index)'s role is not first, once")
                require(!finished.contains(index), "choice \(index) goes on after its end")
                for call in delta["tool_calls"]?.array ?? [] {
                    let place = call["index"]?.int ?? -1
                    let known = calls[index] ?? 0
                    require(place >= 0 && place <= known, "call \(place) after \(known)")
                    require(call["function"]?.object != nil || call["custom"]?.object != nil, "a piece of a call without its function")
                    if place == known {
                        calls[index] = known + 1
                        require(call["id"]?.string?.isEmpty == false && call["type"]?.string != nil, "a call begins without id or type")
                    }
                }
                if choice["finish_reason"]?.string != nil { finished.insert(index) }
            }
        }
        require(begun == finished, "choices \(begun) began, \(finished) ended")
    }
}
