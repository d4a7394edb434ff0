// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes a conversation's turns as `system` and `messages`: instructions apart, turns of one speaker in a row as one message, each
/// call with its result in the very next message, a user first and last.
struct MessagesTurnWriting {
    private let turns: [Turn]
    private let target: RequestTarget
    private let model: MessagesModel
    private let isThinking: Bool

    private struct Group {
        var role: Role
        var turns: [Int]
    }

    init(_ conversation: Conversation, target: RequestTarget, model: MessagesModel, isThinking: Bool) {
        turns = conversation.turns
        self.target = target
        self.model = model
        self.isThinking = isThinking
    }

    func append(to output: inout [UInt8], losses: inout Losses) {
        var (groups, instructions) = sorted(&losses)
        if groups.isEmpty, !instructions.isEmpty {
            // Instructions alone are what is asked: a request has to have a message.
            groups = [Group(role: .user, turns: instructions)]
            instructions = []
        }
        appendSystem(instructions, to: &output)
        output.key("messages")
        output.append("[" as StaticString)
        let blocks = MessagesBlockWriting(keepsUnsignedThoughts: target.quirks.wantsThoughtsBack == true || model.generation == nil)
        var lastRole: Role?
        for (place, group) in groups.enumerated() {
            let parts = group.turns.map { turns[$0].parts }
            var content: [UInt8] = []
            switch group.role {
            case .assistant:
                let isLast = place == groups.count - 1
                blocks.appendAssistant(parts, isLast: isLast, to: &content, &losses)
            case .user: blocks.appendUser(parts, to: &content, &losses)
            case .system, .developer: blocks.appendTexts(parts.joined(), to: &content)
            }
            if content.isEmpty { continue }
            if lastRole == nil, group.role == .assistant { Self.append("user", Self.textBlock(Turn.nothing), to: &output) }
            if lastRole == group.role {
                // What stood between had nothing to say.
                output.removeLast(2)
                output.append("," as StaticString)
                output += content
                output.append("]}" as StaticString)
            } else {
                Self.append(group.role == .assistant ? "assistant" : group.role == .user ? "user" : "system", content, to: &output)
            }
            lastRole = group.role
        }
        if lastRole == nil { Self.append("user", Self.textBlock(Turn.nothing), to: &output) }
        let takesPrefill = (target.quirks.takesPrefill ?? model.takesPrefill) && !isThinking
        if lastRole == .assistant, !takesPrefill { Self.append("user", Self.textBlock(ContinuationPrompt.general), to: &output) }
        output.append("]" as StaticString)
    }

    private static func textBlock(_ text: String) -> [UInt8] {
        var block: [UInt8] = []
        MessagesBlockWriting.append(text: text, to: &block)
        return block
    }

    private static func append(_ role: StaticString, _ content: [UInt8], to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"role":""# as StaticString)
        output.append(role)
        output.append(#"","content":["# as StaticString)
        output += content
        output.append("]}" as StaticString)
    }

    private func appendSystem(_ instructions: [Int], to output: inout [UInt8]) {
        let texts = instructions.flatMap { turns[$0].parts }.compactMap { part -> String? in
            if case .text(let text) = part, !MessagesBlockWriting.isBlank(text.text) { return text.text }
            return nil
        }
        guard !texts.isEmpty else { return }
        output.key("system")
        if texts.count == 1 {
            output.quote(texts[0])
            return
        }
        output.append("[" as StaticString)
        for text in texts { MessagesBlockWriting.append(text: text, to: &output) }
        output.append("]" as StaticString)
    }

    /// Turns by speaker, in order, and the instructions for `system`.
    private func sorted(_ losses: inout Losses) -> (groups: [Group], instructions: [Int]) {
        var groups: [Group] = []
        var instructions: [Int] = []
        for (place, turn) in turns.enumerated() {
            if turn.role.isInstruction {
                if groups.isEmpty {
                    instructions.append(place)
                } else if model.takesLaterInstructions, mayStand(at: place, after: groups[groups.count - 1].role) {
                    add(place, .system, to: &groups)
                } else {
                    instructions.append(place)
                    losses.note(.laterInstructions)
                }
            } else {
                add(place, turn.role, to: &groups)
            }
        }
        return (groups, instructions)
    }

    /// An instruction stands behind what the user says, and the model speaks next.
    private func mayStand(at place: Int, after role: Role) -> Bool {
        guard role != .assistant else { return false }
        guard let next = turns[place...].first(where: { !$0.role.isInstruction }) else { return true }
        return next.role == .assistant
    }

    private func add(_ place: Int, _ role: Role, to groups: inout [Group]) {
        if groups.last?.role == role {
            groups[groups.count - 1].turns.append(place)
        } else {
            groups.append(Group(role: role, turns: [place]))
        }
    }
}
