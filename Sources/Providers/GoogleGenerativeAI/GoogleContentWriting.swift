// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes turns as contents.
///
/// The API wants a function's call right after what the user said, and all results of a turn's calls in one content after it, without
/// anything else: models take a content that mixes them with text for the model's own (pydantic/pydantic-ai#3763).
struct GoogleContentWriting {
    private let model: GoogleModel
    private let keepsIDs: Bool
    private var open: Kind?
    private(set) var isEmpty = true

    private enum Kind: Equatable {
        case user, results, model

        var role: StaticString { self == .model ? "model" : "user" }
    }

    init(model: GoogleModel, keepsIDs: Bool) {
        self.model = model
        self.keepsIDs = keepsIDs
    }

    mutating func write(_ turns: [Turn], to output: inout [UInt8], losses: inout Losses) {
        /// What the user said since the model spoke.
        var asked: [Turn] = []
        for turn in turns where !turn.role.isInstruction {
            guard turn.role == .assistant else {
                asked.append(turn)
                continue
            }
            writeQuestion(asked, to: &output, losses: &losses)
            asked = []
            writeAnswer(turn.parts, to: &output, losses: &losses)
        }
        writeQuestion(asked, to: &output, losses: &losses)
        close(&output)
    }

    /// All results first; what one user says after another is a content of its own.
    private mutating func writeQuestion(_ turns: [Turn], to output: inout [UInt8], losses: inout Losses) {
        var shown: [Part] = []
        for turn in turns { shown += writeResults(turn.parts, to: &output, losses: &losses) }
        for parts in [shown] + turns.map(\.parts) {
            if open == .user { close(&output) }
            for part in parts {
                if case .toolResult = part { continue }
                write(part, as: .user, to: &output, losses: &losses)
            }
        }
    }

    /// Parts alone, such as of an instruction.
    mutating func writeParts(_ parts: [Part], to output: inout [UInt8], losses: inout Losses) {
        for part in parts { _ = append(part, to: &output, losses: &losses) }
    }

    private mutating func writeAnswer(_ parts: [Part], to output: inout [UInt8], losses: inout Losses) {
        var isFirstCall = true
        for part in parts {
            guard case .toolCall(let call) = part else {
                write(part, as: .model, to: &output, losses: &losses)
                continue
            }
            begin(.model, &output)
            output.comma()
            output.append("{")
            append(call, isFirst: isFirstCall, to: &output)
            output.append("}")
            isFirstCall = false
        }
    }

    private func append(_ call: ToolCall, isFirst: Bool, to output: inout [UInt8]) {
        output.append(#""functionCall":{"#)
        if keepsIDs { output.member("id", call.id) }
        output.member("name", call.name)
        output.member("args", call.argumentsObject)
        output.append("}")
        if let state = call.state {
            output.member("thoughtSignature", state.payload)
        } else if isFirst, model.isThirdGeneration {
            output.member("thoughtSignature", GoogleSignatures.placeholder)
        }
    }

    /// - Returns: What has to be shown to the model apart from them.
    private mutating func writeResults(_ parts: [Part], to output: inout [UInt8], losses: inout Losses) -> [Part] {
        var shown: [Part] = []
        for case .toolResult(let result) in parts {
            begin(.results, &output)
            output.comma()
            output.append(#"{"functionResponse":{"#)
            if keepsIDs { output.member("id", result.callID) }
            output.member("name", result.name.isEmpty ? result.callID : result.name)
            output.key("response")
            GoogleResults.append(result.text, isError: result.isError, to: &output)
            var media: [Media] = []
            for case .media(let medium) in result.parts { media.append(medium) }
            if model.isThirdGeneration {
                append(media, to: &output, losses: &losses)
            } else if !media.isEmpty {
                // Older models take media only from the user.
                shown.append(.text("What \(result.name.isEmpty ? result.callID : result.name) returned:"))
                shown += media.map { .media($0) }
            }
            for case .foreign(let name) in result.parts { losses.note(.foreignParts, name) }
            output.append("}}")
        }
        return shown
    }

    private func append(_ media: [Media], to output: inout [UInt8], losses: inout Losses) {
        guard !media.isEmpty else { return }
        output.key("parts")
        output.append("[")
        for medium in media { _ = append(.media(medium), to: &output, losses: &losses) }
        output.append("]")
    }

    private mutating func write(_ part: Part, as kind: Kind, to output: inout [UInt8], losses: inout Losses) {
        let mark = output.count
        let (openBefore, emptyBefore) = (open, isEmpty)
        begin(kind, &output)
        if !append(part, to: &output, losses: &losses) {
            // Nothing of it is left: no content is begun for it.
            if openBefore == kind { return }
            output.removeSubrange(mark...)
            (open, isEmpty) = (openBefore, emptyBefore)
        }
    }

    /// - Returns: Whether anything was written.
    private func append(_ part: Part, to output: inout [UInt8], losses: inout Losses) -> Bool {
        let mark = output.count
        output.comma()
        output.append("{")
        switch part {
        case .text(let text) where !text.text.isEmpty || text.state != nil:
            output.member("text", text.text)
            if let state = text.state { output.member("thoughtSignature", state.payload) }
        case .refusal(let text) where !text.isEmpty: output.member("text", text)
        case .thinking(let thinking) where !thinking.text.isEmpty || thinking.state != nil:
            output.member("text", thinking.text)
            if !thinking.text.isEmpty { output.member("thought", true) }
            if let state = thinking.state { output.member("thoughtSignature", state.payload) }
        case .media(let media):
            if let lost = GoogleMedia.append(media, takesURLs: model.takesURLs, to: &output) {
                losses.note(lost)
                output.removeSubrange(mark...)
                return false
            }
        case .text, .refusal, .thinking, .toolCall, .toolResult, .foreign:
            output.removeSubrange(mark...)
            return false
        }
        output.append("}")
        return true
    }

    private mutating func begin(_ kind: Kind, _ output: inout [UInt8]) {
        if open == kind { return }
        close(&output)
        output.comma()
        output.append(#"{"role":""#)
        output.append(kind.role)
        output.append(#"","parts":["#)
        open = kind
        isEmpty = false
    }

    private mutating func close(_ output: inout [UInt8]) {
        if open != nil { output.append("]}") }
        open = nil
    }
}
