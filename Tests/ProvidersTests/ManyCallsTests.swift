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
    @Test(.timeLimit(.minutes(1))) func `take no longer each for being many`() {
        let count = 100_000
        var calls = GooglePendingCalls()
        let ids = (0..<count).map { _ in calls.call(id: nil, name: "f") }
        #expect((0..<count).map { _ in calls.result(id: nil, name: "f") } == ids)
    }

    @Test func `stand in a Messages request once for each call, twice for an id given twice`() {
        func result(_ id: String, _ text: String) -> Part { .toolResult(ToolResult(callID: id, parts: [.text(text)])) }
        var losses = Losses()
        var output: [UInt8] = []
        MessagesBlockWriting().appendUser(
            [[result("b", "1"), result("a", "2"), result("a", "3"), result("a", "4")]], answering: ["a", "a", "b", "c"], to: &output,
            &losses)
        let written = String(decoding: output, as: UTF8.self)
        let ids = written.split(separator: #""tool_use_id":""#).dropFirst().map { $0.prefix(1) }
        #expect(ids == ["b", "a", "a", "c"])
        #expect(written.hasSuffix(#"{"type":"text","text":"4"}"#))
    }
}
