// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes a request for a provider that speaks this API.
struct ResponsesRequestWriting {
    private let conversation: Conversation
    private let target: RequestTarget
    private let isCodex: Bool
    private var output: [UInt8] = []

    static func write(
        _ conversation: Conversation, for target: RequestTarget, isCodex: Bool, losses: inout Losses
    ) -> [UInt8] {
        var writing = ResponsesRequestWriting(conversation, target, isCodex)
        writing.writeBody(&losses)
        return writing.output
    }

    private init(_ conversation: Conversation, _ target: RequestTarget, _ isCodex: Bool) {
        self.conversation = conversation
        self.target = target
        self.isCodex = isCodex
    }

    private mutating func writeBody(_ losses: inout Losses) {
        output.append(#"{"model":"#)
        output.quote(target.model)
        let (instructions, turns) = ResponsesInstructions.split(conversation.turns, all: isCodex)
        if let instructions = instructions ?? (isCodex ? CodexVariant.instructions : nil) {
            output.append(#","instructions":"#)
            output.quote(instructions)
        }
        output.append(#","input":["#)
        var items = ResponsesItemWriting(quirks: target.quirks, isCodex: isCodex)
        for turn in turns { items.write(turn, into: &output, &losses) }
        items.writeSomething(into: &output)
        output.append("]")
        ResponsesToolWriting.write(conversation, into: &output, &losses)
        writeText()
        writeReasoning(&losses)
        if isCodex { CodexVariant.noteLost(conversation.sampling, &losses) } else { writeSampling() }
        writeInclude()
        writeRest(&losses)
        output.append("}")
    }

    private mutating func write(_ name: String, _ value: Int?) {
        if let value { output.append(",\"\(name)\":\(value)") }
    }

    private mutating func write(_ name: String, _ value: JSONNumber?) {
        if let value { output.append(",\"\(name)\":\(value.text)") }
    }

    private mutating func write(_ name: String, text: String?) {
        guard let text else { return }
        output.append(",\"\(name)\":")
        output.quote(text)
    }

    // MARK: Members

    private mutating func writeText() {
        let verbosity = conversation.sampling.verbosity
        guard conversation.output != nil || verbosity != nil else { return }
        output.append(#","text":{"#)
        switch conversation.output {
        case .text: output.append(#""format":{"type":"text"}"#)
        case .json: output.append(#""format":{"type":"json_object"}"#)
        case .schema(let schema): write(schema)
        case nil: break
        }
        if let verbosity {
            if conversation.output != nil { output.append(",") }
            output.append(#""verbosity":"#)
            output.quote(verbosity)
        }
        output.append("}")
    }

    private mutating func write(_ schema: OutputFormat.Schema) {
        output.append(#""format":{"type":"json_schema","name":"#)
        output.quote(schema.name ?? "response")
        if let description = schema.description {
            output.append(#","description":"#)
            output.quote(description)
        }
        output.append(#","schema":"#)
        output += schema.schema.bytes
        if let strict = schema.strict { output.append(#","strict":\#(strict)"#) }
        output.append("}")
    }

    private mutating func writeReasoning(_ losses: inout Losses) {
        guard let reasoning = conversation.reasoning else { return }
        var members: [String] = []
        if reasoning.isOff {
            members.append(#""effort":"none""#)
        } else {
            if let level = reasoning.level { members.append(#""effort":"\#(level.rawValue)""#) }
            if reasoning.effort == nil, reasoning.budget ?? 0 > 0 { losses.note(.reasoningBudget) }
            if let summary = reasoning.summary ?? (reasoning.isShown == true ? "auto" : nil) {
                var quoted: [UInt8] = []
                quoted.quote(summary)
                members.append("\"summary\":" + String(decoding: quoted, as: UTF8.self))
            }
        }
        if !members.isEmpty { output.append(",\"reasoning\":{\(members.joined(separator: ","))}") }
    }

    private mutating func writeSampling() {
        write("max_output_tokens", conversation.sampling.maxTokens)
        write("temperature", conversation.sampling.temperature)
        write("top_p", conversation.sampling.topP)
        if let count = conversation.sampling.topLogprobs, count > 0 { write("top_logprobs", count) }
    }

    /// Reasoning comes encrypted where the model thinks, so that its next turn can go on from it: nothing is kept at the provider.
    private mutating func writeInclude() {
        var names: [String] = []
        if thinks { names.append("\"reasoning.encrypted_content\"") }
        if conversation.sampling.logprobs == true, !isCodex { names.append("\"message.output_text.logprobs\"") }
        if !names.isEmpty { output.append(",\"include\":[\(names.joined(separator: ","))]") }
    }

    private var thinks: Bool {
        if isCodex { return true }
        if conversation.reasoning?.isOff == true { return false }
        return conversation.reasoning != nil || target.known?.reasons == true || ResponsesModels.think(target.model)
    }

    private mutating func writeRest(_ losses: inout Losses) {
        if let parallel = conversation.parallelToolCalls, !conversation.tools.isEmpty {
            output.append(",\"parallel_tool_calls\":\(parallel)")
        }
        write("prompt_cache_key", text: conversation.cacheKey)
        if let tier = conversation.serviceTier {
            if let word = OpenAITier.text(tier), !isCodex || tier == .priority {
                write("service_tier", text: word)
            } else {
                losses.note(.serviceTier)
            }
        }
        if !isCodex {
            write("safety_identifier", text: conversation.user)
            writeMetadata()
        }
        // Said outright: this API keeps what it is not told to forget, where all others do the opposite.
        output.append(",\"store\":\(!isCodex && conversation.store == true)")
        output.append(",\"stream\":\(isCodex || conversation.streaming)")
    }

    private mutating func writeMetadata() {
        guard !conversation.metadata.isEmpty else { return }
        output.append(#","metadata":{"#)
        for (position, tag) in conversation.metadata.enumerated() {
            if position > 0 { output.append(",") }
            output.quote(tag.name)
            output.append(":")
            output.quote(tag.value)
        }
        output.append("}")
    }
}

/// Where instructions go.
enum ResponsesInstructions {
    /// - Parameter all: Every instruction at the head, joined; else the first, if it is the system's and one text.
    /// - Returns: The `instructions`, and the turns that are left; never none of them, since an input must not be empty.
    static func split(_ turns: [Turn], all: Bool) -> (String?, ArraySlice<Turn>) {
        guard let first = turns.first, first.role.isInstruction, turns.contains(where: { !$0.role.isInstruction }) else {
            return (nil, turns[...])
        }
        if !all {
            guard first.role == .system, first.name == nil, first.parts.count == 1, case .text(let text) = first.parts[0] else {
                return (nil, turns[...])
            }
            return (text.text, turns.dropFirst())
        }
        let head = turns.prefix { $0.role.isInstruction }
        let texts = head.flatMap(\.parts).compactMap { part in
            if case .text(let text) = part { return text.text }
            return nil
        }
        return (texts.joined(separator: "\n\n"), turns.dropFirst(head.count))
    }
}

/// What is known of OpenAI's models by their names alone.
enum ResponsesModels {
    /// Thinks before it speaks, so that `reasoning.encrypted_content` may be asked for; others refuse to be asked
    /// (platform.openai.com/docs/guides/reasoning).
    static func think(_ model: String) -> Bool {
        let name = model.split(separator: "/").last.map(String.init) ?? model
        if name.contains("-chat") { return false }
        return ["gpt-5", "gpt-6", "o1", "o3", "o4", "codex", "computer-use"].contains { name.hasPrefix($0) }
    }
}
