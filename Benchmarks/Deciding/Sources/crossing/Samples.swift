// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// What is measured, on any wire: written by the wire itself from neutral values.
enum Samples {
    /// A hundred turns of an agent with twelve tools, some 200 KB.
    static var conversation: Conversation {
        var conversation = Conversation()
        conversation.turns.append(Turn(.system, [.text(words(2_000))]))
        for turn in 0..<25 {
            conversation.turns.append(Turn(.user, [.text(words(1_500))]))
            conversation.turns.append(
                Turn(.assistant, [.text(words(900)), .toolCall(ToolCall(id: "call_\(turn)", name: "read_file", arguments: arguments))]))
            conversation.turns.append(
                Turn(.user, [.toolResult(ToolResult(callID: "call_\(turn)", name: "read_file", parts: [.text(words(3_500))]))]))
            conversation.turns.append(Turn(.assistant, [.text(words(1_400))]))
        }
        conversation.turns.append(Turn(.user, [.text("And now?")]))
        for number in 0..<12 {
            conversation.tools.append(
                .function(FunctionTool(name: "tool_\(number)", description: words(200), schema: JSONFragment(parsing: schema))))
        }
        conversation.sampling.maxTokens = 4096
        return conversation
    }

    /// About 1 KB.
    static var reply: ConversationReply {
        ConversationReply(
            head: ReplyHead(id: "reply-1", model: "m", created: 1_767_225_600),
            choices: [
                .init(
                    [.text(words(600)), .toolCall(ToolCall(id: "call_1", name: "read_file", arguments: arguments))], finish: .toolCalls)
            ], usage: Usage(inputTokens: 1200, outputTokens: 300, cachedTokens: 1000))
    }

    /// Two hundred pieces of text, a call of a tool in thirty pieces.
    static var events: [ConversationEvent] {
        var events = [ConversationEvent(.head(ReplyHead(id: "reply-1", model: "m", created: 1_767_225_600)))]
        for _ in 0..<200 { events.append(ConversationEvent(.text("a few words more "))) }
        events.append(ConversationEvent(.toolCall(call: 0, id: "call_1", name: "read_file", isFreeForm: false)))
        events.append(ConversationEvent(.toolArguments(call: 0, #"{"path":""#)))
        for _ in 0..<28 { events.append(ConversationEvent(.toolArguments(call: 0, "src/"))) }
        events.append(ConversationEvent(.toolArguments(call: 0, #""}"#)))
        events.append(ConversationEvent(.finish(.toolCalls)))
        events.append(ConversationEvent(.usage(Usage(inputTokens: 1200, outputTokens: 300))))
        return events
    }

    static let arguments = #"{"path":"Sources/Providers/Conversation/Crossing.swift","from":1,"to":200,"why":"to see what it says"}"#

    private static let schema =
        #"{"type":"object","properties":{"path":{"type":"string","description":"Where it is"},"from":{"type":"integer"},"#
        + #""to":{"type":"integer"},"mode":{"type":"string","enum":["text","bytes"]}},"required":["path"],"additionalProperties":false}"#

    private static func words(_ count: Int) -> String {
        var text = ""
        while text.utf8.count < count { text += "The quick brown fox, \"as they say\", jumps over the lazy dog.\n" }
        return text
    }
}

/// A client's request and an upstream's replies on one wire.
struct Side {
    let wire: any Wire
    let body: [UInt8]
    let index: JSONIndex
    let shape: RequestShape
    let reply: [UInt8]
    /// The data and the name of each event of a stream.
    let events: [(data: [UInt8], name: [UInt8])]

    init(_ kind: WireKind) throws {
        var losses = Losses()
        let target = RequestTarget(provider: "p", model: "m")
        let wire = kind.wire
        self.wire = wire
        let body = wire.translation.writeRequest(Samples.conversation, for: target, losses: &losses)
        self.body = body
        let index = try JSONIndex(scanning: body.span.bytes)
        self.index = index
        shape = try wire.facts(.generate, body: body, index: index, target: PathFacts(model: "m", streaming: false))
        let asked = try wire.translation.readRequest(body, index: index, shape: shape)
        let context = ReplyContext(id: "01K", created: 1_767_225_600, model: "m", request: asked, body: body, index: index)
        reply = wire.translation.writeReply(Samples.reply, to: context)
        var writer = wire.translation.makeEventWriter(to: context)
        var stream: [UInt8] = []
        for event in Samples.events { writer.write(event, into: &stream) }
        writer.end(into: &stream)
        var found: [(data: [UInt8], name: [UInt8])] = []
        var reader = EventStreamReader()
        try reader.feed(stream.span.bytes) { _, data, name in
            if data.byteCount > 0 { found.append((data.withUnsafeBytes { Array($0) }, name.withUnsafeBytes { Array($0) })) }
        }
        events = found
    }
}
