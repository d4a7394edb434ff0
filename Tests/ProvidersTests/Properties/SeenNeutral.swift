// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

@testable import Providers

/// What neutral values say, in the words of the readers of the wires.
extension SeenReply {
    init(_ reply: ConversationReply) {
        self.init()
        guard let choice = reply.choices.first else { return }
        for part in choice.parts {
            switch part {
            case .text(let said): text += said.text
            case .thinking(let thought): thinking += thought.text
            case .refusal(let said): refusal += said
            case .toolCall(let call): calls.append(SeenCall(id: call.id, name: call.name, written: call.arguments))
            case .media, .toolResult, .foreign: break
            }
        }
        end(choice.finish, reply.usage)
    }

    init(_ events: [ConversationEvent]) {
        self.init()
        var arguments: [(id: String, name: String, text: String)] = []
        var ended: Finish?
        var counted: Usage?
        for event in events where event.choice == 0 {
            switch event.kind {
            case .text(let said): text += said
            case .thinking(let thought): thinking += thought
            case .refusal(let said): refusal += said
            case .toolCall(_, let id, let name, _): arguments.append((id, name, ""))
            case .toolArguments(let call, let said): arguments[call].text += said
            case .finish(let finish): ended = finish
            case .usage(let usage): counted = counted?.updated(by: usage) ?? usage
            default: break
            }
        }
        calls = arguments.map { SeenCall(id: $0.id, name: $0.name, written: $0.text) }
        end(ended, counted)
    }

    private mutating func end(_ ended: Finish?, _ usage: Usage?) {
        switch ended {
        case .stop?: finish = "stop"
        case .length?: finish = "length"
        case .toolCalls?: finish = "tool_calls"
        default: finish = ended.map { "\($0)" }
        }
        input = usage?.inputTokens
        output = usage?.outputTokens
        cached = usage?.cachedTokens
    }
}

extension SeenRequest {
    init(_ conversation: Conversation) {
        self.init()
        for turn in conversation.turns {
            for part in turn.parts { take(part, turn.role) }
        }
        for case .function(let tool) in conversation.tools {
            tools.append(SeenTool(name: tool.name, description: tool.description, schema: tool.schema?.value))
        }
        switch conversation.toolChoice {
        case .auto?, nil: choice = "auto"
        case ToolChoice.none?: choice = "none"
        case .required?: choice = "required"
        case .tool(let name)?: choice = "tool:\(name)"
        case .oneOf?: choice = "one of"
        }
        let sampling = conversation.sampling
        maxTokens = sampling.maxTokens
        user = conversation.user
        for tag in conversation.metadata { metadata[tag.name] = tag.value }
        temperature = sampling.temperature?.double
        topP = sampling.topP?.double
        topK = sampling.topK?.double
        seed = sampling.seed
        stop = sampling.stop
        switch conversation.output {
        case .json?: format = [:]
        case .schema(let schema)?: format = SeenTool.plain(schema.schema.value)
        case .text?, nil: break
        }
        streams = conversation.streaming
    }

    private mutating func take(_ part: Part, _ role: Role) {
        switch part {
        case .text(let text) where role.isInstruction: instruct(text.text)
        case .text(let text): say(.text(text.text), isUser: role == .user)
        case .toolCall(let asked): call(SeenCall(id: asked.id, name: asked.name, written: asked.arguments))
        case .toolResult(let result): answer(id: result.callID, name: result.name, .string(result.text))
        case .media(let media):
            switch media.source {
            case .data(let text), .url(let text), .file(let text), .text(let text): say(.media(text), isUser: role == .user)
            }
        case .refusal, .thinking, .foreign: break
        }
    }
}
