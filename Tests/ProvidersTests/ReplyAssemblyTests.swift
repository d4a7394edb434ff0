// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Providers

@Suite("A whole reply from a stream")
struct ReplyAssemblyTests {
    private static let state = ProviderState(maker: Maker(provider: "p", wire: .openaiCompletions), payload: "s")
    private static let other = ProviderState(maker: Maker(provider: "p", wire: .openaiCompletions), payload: "t")

    @Test(
        "Pieces of one kind are one part; another kind, or a boundary, begins the next",
        arguments: [
            ([.text("a"), .text("b")], [.text("ab")]),
            ([.text("a"), .boundary, .text("b")], [.text("a"), .text("b")]),
            ([.thinking("t"), .text("a"), .thinking("u")], [.thinking(Thinking("t")), .text("a"), .thinking(Thinking("u"))]),
            ([.thinking("t"), .thinkingState(state), .text("a")], [.thinking(Thinking("t", state: state)), .text("a")]),
            (
                [.thinkingState(state), .boundary, .thinkingState(other)],
                [.thinking(Thinking("", state: state)), .thinking(Thinking("", state: other))]
            ),
            (
                [.thinkingState(state), .thinkingState(other)],
                [.thinking(Thinking("", state: state)), .thinking(Thinking("", state: other))]
            ),
            ([.refusal("n"), .refusal("o")], [.refusal("no")]),
            ([.text("a"), .foreign("search"), .text("b")], [.text("a"), .foreign("search"), .text("b")]),
            ([.text("a"), .textState(state)], [.text(Text("a", state: state))]),
            ([.text("a"), .boundary, .citation(Citation(url: "u"))], [.text(Text("a", citations: [Citation(url: "u")]))]),
            ([.boundary, .text("")], []),
        ] as [([ConversationEvent.Kind], [Part])])
    func parts(_ kinds: [ConversationEvent.Kind], _ parts: [Part]) {
        var assembly = ReplyAssembly()
        for kind in kinds { assembly.take(ConversationEvent(kind)) }
        #expect(assembly.reply.choices[0].parts == parts)
    }

    @Test("Calls may come interleaved, and what belongs to none is left out")
    func calls() {
        var assembly = ReplyAssembly()
        let kinds: [ConversationEvent.Kind] = [
            .toolCall(call: 0, id: "c0", name: "f", isFreeForm: false), .toolArguments(call: 0, "{\"a\""),
            .toolCall(call: 1, id: "c1", name: "g", isFreeForm: true), .toolArguments(call: 1, "x"), .toolArguments(call: 0, ":1}"),
            .toolCallState(call: 1, Self.state), .toolArguments(call: 7, "lost"), .toolArguments(call: -1, "lost"), .finish(.toolCalls),
        ]
        for kind in kinds { assembly.take(ConversationEvent(kind)) }
        let choice = assembly.reply.choices[0]
        #expect(
            choice.parts == [
                .toolCall(ToolCall(id: "c0", name: "f", arguments: "{\"a\":1}")),
                .toolCall(ToolCall(id: "c1", name: "g", arguments: "x", isFreeForm: true, state: Self.state)),
            ])
        #expect(choice.finish == .toolCalls)
    }

    @Test("The head's first words stand, counts are the last ones told, and choices stand by their numbers")
    func rest() {
        var assembly = ReplyAssembly()
        assembly.take(ConversationEvent(.head(ReplyHead(id: "r", model: "m"))))
        assembly.take(ConversationEvent(.head(ReplyHead(id: "x", created: 5, serviceTier: "flex"))))
        assembly.take(ConversationEvent(.text("second"), choice: 1))
        assembly.take(ConversationEvent(.usage(Usage(inputTokens: 3, outputTokens: 1))))
        assembly.take(ConversationEvent(.usage(Usage(outputTokens: 9))))
        let reply = assembly.reply
        #expect(reply.head == ReplyHead(id: "r", model: "m", created: 5, serviceTier: "flex"))
        #expect(reply.usage == Usage(inputTokens: 3, outputTokens: 9))
        #expect(reply.choices.map(\.parts) == [[], [.text("second")]])
    }

    @Test(
        "More than a reply may hold is said to be too much",
        arguments: [
            ConversationEvent(.text("x"), choice: 128), ConversationEvent(.text("x"), choice: -1),
            ConversationEvent(.toolCall(call: 5000, id: "i", name: "n", isFreeForm: false)),
        ])
    func bounds(_ event: ConversationEvent) {
        var assembly = ReplyAssembly()
        assembly.take(ConversationEvent(.text("a")))
        assembly.take(event)
        #expect(assembly.isTooLarge)
        #expect(assembly.reply.choices.map(\.parts) == [[.text("a")]])
    }
}
