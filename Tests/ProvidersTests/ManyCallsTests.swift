// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Providers

@Suite struct `Results of many calls` {
    @Test func `join their calls by id, else by name in order`() {
        var calls = GooglePendingCalls()
        let first = calls.call(id: nil, name: "f")
        let second = calls.call(id: "b", name: "f")
        let third = calls.call(id: nil, name: "g")
        let fourth = calls.call(id: "b", name: "g")
        #expect(calls.result(id: "b", name: "f") == second)
        #expect(calls.result(id: nil, name: "g") == third)
        #expect(calls.result(id: "unknown", name: "f") == first)
        #expect(calls.result(id: "b", name: "x") == fourth)
        #expect(calls.result(id: "c", name: "f") == "c")
        #expect(![first, second, third, fourth].contains(calls.result(id: nil, name: "f")))
    }

    /// As long as one takes as many steps as there are calls, this takes minutes.
    @Test(.timeLimit(.minutes(5))) func `take no longer each for being many`() {
        let count = 100_000
        var calls = GooglePendingCalls()
        let ids = (0..<count).map { _ in calls.call(id: nil, name: "f") }
        #expect((0..<count).map { _ in calls.result(id: nil, name: "f") } == ids)
    }

    /// The same for results that are joined by ids that are not their own.
    @Test(.timeLimit(.minutes(5))) func `are answered in the same time each, also under one id`() {
        let count = 50_000
        var conversation = Conversation()
        conversation.turns = [
            Turn(.assistant, (0..<count).map { .toolCall(ToolCall(id: $0 < count / 2 ? "a" : "\($0)", name: "f", arguments: "")) }),
            Turn(.user, (0..<count / 2).map { _ in .toolResult(ToolResult(callID: "a", parts: [])) }),
        ]
        conversation.answerCalls()
        #expect(conversation.turns.map(\.parts.count) == [count, count])
    }
}
