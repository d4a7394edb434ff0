// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads a `generateContent` request into neutral values.
enum GoogleRequestReading {
    static func read(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation {
        let bytes = body.span.bytes
        var conversation = Conversation()
        conversation.streaming = shape.streaming
        let wrapped = shape.operation == .countTokens ? index.root.google("generateContentRequest", in: bytes) : nil
        let request = wrapped ?? index.root
        var contents = GoogleContentReading()
        // Instructions come first, wherever they stand.
        if let instruction = request.google("systemInstruction", in: bytes) { contents.readInstruction(instruction, in: bytes) }
        var problem: RequestProblem?
        request.forEachMember(in: bytes) { key, value in
            if value.kind == .null { return true }
            do throws(RequestProblem) {
                try read(key, value, bytes, &contents, &conversation)
            } catch {
                problem = error
            }
            return problem == nil
        }
        if let problem { throw problem }
        conversation.turns = contents.turns
        return conversation
    }

    private static func read(
        _ key: Range<Int>, _ value: JSONSlice, _ bytes: RawSpan, _ contents: inout GoogleContentReading, _ conversation: inout Conversation
    ) throws(RequestProblem) {
        func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
        switch true {
        case reads("contents"): contents.read(value, in: bytes)
        case reads("systemInstruction"), reads("model"): break
        case reads("tools"): conversation.tools += GoogleToolReading.tools(value, in: bytes)
        case reads("toolConfig"): GoogleToolReading.choice(value, in: bytes, into: &conversation)
        case reads("generationConfig"): GoogleConfigReading.read(value, in: bytes, into: &conversation)
        case reads("serviceTier"): conversation.serviceTier = tier(value.string(in: bytes))
        // A list of nothing means nothing.
        case value.kind == .array && value.element(0, in: bytes) == nil: break
        default: conversation.foreign.append(JSONText.string(key, in: bytes))
        }
    }

    private static func tier(_ word: String?) -> ServiceTier? {
        switch word?.lowercased() {
        case nil, "", "unspecified"?: nil
        case "standard"?: .standard
        case "flex"?: .flex
        case "priority"?: .priority
        case let word?: .other(word)
        }
    }
}

/// Reads `generationConfig`.
enum GoogleConfigReading {
    static func read(_ config: JSONSlice, in bytes: RawSpan, into conversation: inout Conversation) {
        var (mimeType, schema): (String?, JSONFragment?)
        config.forEachMember(in: bytes) { key, value in
            func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
            if value.kind == .null || readSampling(key, value, bytes, &conversation.sampling) { return true }
            switch true {
            case reads("responseMimeType"): mimeType = value.string(in: bytes)
            case reads("responseSchema"): schema = GoogleSchema.standard(value, in: bytes)
            case reads("responseJsonSchema"): schema = JSONFragment(value, in: bytes)
            case reads("thinkingConfig"): conversation.reasoning = reasoning(value, in: bytes)
            case reads("responseModalities"):
                if !isTextAlone(value, in: bytes) { conversation.foreign.append("responseModalities") }
            default: conversation.foreign.append("generationConfig.\(JSONText.string(key, in: bytes))")
            }
            return true
        }
        if let schema {
            conversation.output = .schema(OutputFormat.Schema(schema: schema))
        } else if mimeType == "application/json" {
            conversation.output = .json
        } else if mimeType == "text/plain" {
            conversation.output = .text
        } else if let mimeType {
            conversation.foreign.append("responseMimeType \(mimeType)")
        }
    }

    /// - Returns: Whether this is one of its members.
    private static func readSampling(_ key: Range<Int>, _ value: JSONSlice, _ bytes: RawSpan, _ sampling: inout Sampling) -> Bool {
        func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
        switch true {
        case reads("maxOutputTokens"): sampling.maxTokens = value.googleInt(in: bytes)
        case reads("temperature"): sampling.temperature = number(value, bytes)
        case reads("topP"): sampling.topP = number(value, bytes)
        case reads("topK"): sampling.topK = number(value, bytes)
        case reads("frequencyPenalty"): sampling.frequencyPenalty = number(value, bytes)
        case reads("presencePenalty"): sampling.presencePenalty = number(value, bytes)
        case reads("seed"): sampling.seed = value.googleInt(in: bytes)
        case reads("candidateCount"): sampling.choices = value.googleInt(in: bytes)
        case reads("responseLogprobs"): sampling.logprobs = value.bool(in: bytes)
        case reads("logprobs"): sampling.topLogprobs = value.googleInt(in: bytes)
        case reads("stopSequences"):
            value.forEachElement(in: bytes) { element in
                if let text = element.string(in: bytes) { sampling.stop.append(text) }
                return true
            }
        default: return false
        }
        return true
    }

    /// As it is written, also in quotes.
    private static func number(_ value: JSONSlice, _ bytes: RawSpan) -> JSONNumber? {
        if let number = value.number(in: bytes) { return number }
        return value.string(in: bytes).flatMap { Double($0) }.map { JSONNumber($0) }
    }

    private static func reasoning(_ config: JSONSlice, in bytes: RawSpan) -> Reasoning? {
        let level = config.google("thinkingLevel", in: bytes)?.string(in: bytes)?.lowercased()
        let reasoning = Reasoning(
            effort: level.flatMap(Reasoning.Effort.init), budget: config.google("thinkingBudget", in: bytes)?.googleInt(in: bytes),
            isShown: config.google("includeThoughts", in: bytes)?.bool(in: bytes))
        return reasoning == Reasoning() ? nil : reasoning
    }

    private static func isTextAlone(_ value: JSONSlice, in bytes: RawSpan) -> Bool {
        var isAlone = true
        value.forEachElement(in: bytes) { element in
            isAlone = element.string(in: bytes)?.uppercased() == "TEXT"
            return isAlone
        }
        return isAlone
    }
}
