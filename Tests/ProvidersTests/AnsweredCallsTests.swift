// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

private func call(_ id: String) -> Part { .toolCall(ToolCall(id: id, name: "f", arguments: "{}")) }
private func result(_ id: String, _ text: String = "r") -> Part { .toolResult(ToolResult(callID: id, parts: [.text(text)])) }
private func unanswered(_ id: String) -> Part {
    .toolResult(ToolResult(callID: id, parts: [.text("The call was not answered.")], isError: true))
}
private func asked(_ text: String) -> Turn { Turn(.user, [.text(text)]) }

private func answered(_ turns: [Turn]) -> [Turn] {
    var conversation = Conversation()
    conversation.turns = turns
    conversation.answerCalls()
    return conversation.turns
}

@Suite struct `Calls of a history` {
    @Test(arguments: [
        [asked("q"), Turn(.assistant, [.text("a")]), asked("r")],
        [asked("q"), Turn(.assistant, [call("1"), call("2")]), Turn(.user, [result("2"), result("1"), .text("more")]), asked("r")],
        [Turn(.assistant, [call("1")]), Turn(.user, [result("1")]), Turn(.assistant, [call("2")]), Turn(.user, [result("2")])],
        [],
    ])
    func `stay as they are where each is answered`(turns: [Turn]) {
        #expect(answered(turns) == turns)
    }

    @Test func `are answered where nobody did`() {
        #expect(
            answered([asked("q"), Turn(.assistant, [call("1")]), asked("never mind")])
                == [asked("q"), Turn(.assistant, [call("1")]), Turn(.user, [unanswered("1")]), asked("never mind")])
        #expect(answered([Turn(.assistant, [call("1")])]) == [Turn(.assistant, [call("1")]), Turn(.user, [unanswered("1")])])
        #expect(
            answered([Turn(.assistant, [call("1"), call("2")]), Turn(.user, [result("2"), .text("x")]), Turn(.assistant, [call("3")])])
                == [
                    Turn(.assistant, [call("1"), call("2")]), Turn(.user, [result("2"), unanswered("1"), .text("x")]),
                    Turn(.assistant, [call("3")]), Turn(.user, [unanswered("3")]),
                ])
    }

    @Test func `are answered right behind the model's turn, before what else is said`() {
        #expect(
            answered([
                Turn(.assistant, [call("1"), call("2")]), Turn(.developer, [.text("d")]), asked("q"),
                Turn(.user, [result("2"), result("1")]),
            ]) == [
                Turn(.assistant, [call("1"), call("2")]), Turn(.user, [result("2"), result("1")]), Turn(.developer, [.text("d")]),
                asked("q"),
            ])
        // The model goes on before its first call is answered.
        #expect(
            answered([Turn(.assistant, [call("1")]), Turn(.assistant, [call("2")]), Turn(.user, [result("1"), result("2")])])
                == [Turn(.assistant, [call("1"), call("2")]), Turn(.user, [result("1"), result("2")])])
    }

    @Test func `that are gone leave their results as text`() {
        #expect(answered([Turn(.user, [result("9", "late"), .text("q")])]) == [Turn(.user, [.text("late"), .text("q")])])
        #expect(
            answered([Turn(.assistant, [call("1")]), Turn(.user, [result("1"), result("1", "again")])])
                == [Turn(.assistant, [call("1")]), Turn(.user, [result("1"), .text("again")])])
    }

    @Test func `get ids of their own, which later turns do not change`() {
        let turns = [
            Turn(.assistant, [call("c"), call("c")]), Turn(.user, [result("c", "1"), result("c", "2")]), Turn(.assistant, [call("c")]),
            Turn(.user, [result("c", "3")]), Turn(.assistant, [call("c_2")]), Turn(.user, [result("c_2", "4")]),
        ]
        let wanted = [
            Turn(.assistant, [call("c"), call("c_2")]), Turn(.user, [result("c", "1"), result("c_2", "2")]),
            Turn(.assistant, [call("c_3")]),
            Turn(.user, [result("c_3", "3")]), Turn(.assistant, [call("c_2_2")]), Turn(.user, [result("c_2_2", "4")]),
        ]
        for count in stride(from: 2, through: turns.count, by: 2) {
            #expect(answered(Array(turns.prefix(count))) == Array(wanted.prefix(count)))
        }
    }
}

/// What crosses to each wire from a chat client that was cut off, or says nothing.
@Suite struct `A request that no provider would take` {
    static func crossed(_ messages: String, to dialect: Dialect) throws -> (text: String, value: JSONValue) {
        let body = bytes(
            #"{"model":"m","messages":[\#(messages)],"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]}"#
        )
        let index = try JSONIndex(scanning: body.span.bytes)
        let shape = try chat.facts(.generate, body: body, index: index, target: PathFacts())
        let crossing = Crossing(from: chat, to: dialect.wire, of: dialect.maker)
        let written = try crossing.request(body, index: index, shape: shape, for: dialect.target(model: "m")).body
        return (written.text, try JSONValue.parse(written))
    }

    @Test(arguments: Dialect.allCases)
    func `has each call answered`(dialect: Dialect) throws {
        let written = try Self.crossed(
            #"{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"go on"}"#,
            to: dialect)
        #expect(written.text.contains("The call was not answered."))
        let place = try #require(written.text.firstRange(of: "The call was not answered."))
        let next = try #require(written.text.firstRange(of: "go on"))
        #expect(place.lowerBound < next.lowerBound)
    }

    @Test func `has results that share an id under the names of their calls, for Google`() throws {
        let written = try Self.crossed(
            #"{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"a","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"2"},{"type":"text","text":"3"}]}"#,
            to: .gemini)
        let parts = written.value["contents"]?[1]?["parts"]?.array ?? []
        #expect(parts.map { $0["functionResponse"]?["name"]?.string } == ["f", "g"])
        #expect(parts.map { $0["functionResponse"]?["id"]?.string } == ["a", "a_2"])
        #expect(parts.map { $0["functionResponse"]?["response"]?["output"]?.string } == ["1", "2\n3"])
    }

    @Test(
        arguments: Dialect.allCases,
        [
            #"{"role":"user","content":""}"#, #"{"role":"system","content":"Be kind."}"#,
            #"{"role":"system","content":"Be kind."},{"role":"user","content":""}"#, #"{"role":"system","content":""}"#,
            #"{"role":"user","content":[{"type":"text","text":""},{"type":"text","text":""}]}"#,
        ])
    func `has something to say`(dialect: Dialect, messages: String) throws {
        let (text, value) = try Self.crossed(messages, to: dialect)
        switch dialect {
        case .chat: #expect(value["messages"]?.array?.isEmpty == false)
        case .responses:
            #expect(value["input"]?.array?.isEmpty == false && !text.contains(#""content":"""#) && !text.contains(#""content":[]"#))
        case .anthropic:
            let messages = try #require(value["messages"]?.array)
            #expect(!messages.isEmpty && messages.allSatisfy { $0["content"]?.array?.isEmpty == false } && !text.contains(#""text":"""#))
        case .gemini:
            let contents = try #require(value["contents"]?.array)
            #expect(!contents.isEmpty && contents.allSatisfy { $0["parts"]?.array?.isEmpty == false } && !text.contains(#""parts":[]"#))
        }
        if messages.contains("kind") { #expect(text.contains("Be kind.")) }
    }
}
