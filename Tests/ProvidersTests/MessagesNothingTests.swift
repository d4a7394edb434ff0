// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

private let messages = MessagesTranslation()

private func body(_ turns: [Turn]) throws -> JSONValue {
    var conversation = Conversation()
    conversation.turns = turns
    var losses = Losses()
    return try JSONValue.parse(
        messages.writeRequest(conversation, for: RequestTarget(provider: "anthropic", model: "m"), losses: &losses))
}

@Suite struct `Messages where there is nothing to say` {
    @Test(
        arguments: [
            // Instructions alone are what is asked, since a request has to have a message.
            ([Turn(.system, [.text("s")]), Turn(.developer, [.text("d")])], nil, ["s", "d"]),
            ([Turn(.system, [.text("s")]), Turn(.user, [])], "s", ["…"]), ([], nil, ["…"]),
        ] as [([Turn], String?, [String])])
    func `have one message of the user's`(turns: [Turn], system: String?, said: [String]) throws {
        let written = try body(turns)
        #expect(written["system"]?.string == system)
        #expect(written["messages"]?.array?.map { $0["role"]?.string } == ["user"])
        #expect(written["messages"]?[0]?["content"]?.array?.compactMap { $0["text"]?.string } == said)
    }

    @Test(arguments: ["", " ", "null", "{}"])
    func `have an object for a call without arguments`(arguments: String) throws {
        let call = Part.toolCall(ToolCall(id: "1", name: "f", arguments: arguments))
        let written = try body([Turn(.user, [.text("q")]), Turn(.assistant, [call])])
        #expect(written["messages"]?[1]?["content"]?[0]?["input"] == [:])
    }

    @Test(
        arguments: [
            (nil, #"{"input_tokens":0,"output_tokens":0}"#),
            (Usage(inputTokens: 3, outputTokens: 2), #"{"input_tokens":3,"output_tokens":2}"#),
            (
                Usage(inputTokens: 3, outputTokens: 2, cachedTokens: 0),
                #"{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":2}"#
            ),
            (
                Usage(inputTokens: 3, outputTokens: 2, cacheWriteTokens: 1),
                #"{"input_tokens":2,"cache_creation_input_tokens":1,"output_tokens":2}"#
            ),
        ] as [(Usage?, String)])
    func `say nothing of a cache that nobody counted`(usage: Usage?, told: String) throws {
        let request = Array(#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"}]}"#.utf8)
        let context = ReplyContext(
            id: "r1", created: 1, model: "m", request: Conversation(), body: request, index: try JSONIndex(scanning: request.span.bytes))
        let reply = ConversationReply(choices: [.init([.text("Hi")], finish: .stop)], usage: usage)
        #expect(try JSONValue.parse(messages.writeReply(reply, to: context))["usage"] == JSONValue.parse(told))
    }
}
