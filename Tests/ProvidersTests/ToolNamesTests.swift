// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

private let names = ["files.read", "files/read", "files read", "7zip", "größe", String(repeating: "n", count: 200), "plain_name-1", "a:b"]

private func fits(_ name: String, _ dialect: Dialect) -> Bool {
    let pattern =
        switch dialect {
        case .chat, .responses: #/[a-zA-Z0-9_-]{1,64}/#
        case .anthropic: #/[a-zA-Z0-9_-]{1,128}/#
        case .gemini: #/[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}/#
        }
    return name.wholeMatch(of: pattern) != nil
}

private func function(_ name: String) -> Tool { .function(FunctionTool(name: name)) }

@Suite struct `Names of tools` {
    @Test(arguments: Dialect.allCases)
    func `fit each wire's pattern, each its own, and are the same in every turn`(dialect: Dialect) {
        let rule = dialect.wire.translation.toolNames
        var turn = Conversation()
        turn.tools = names.map(function)
        var other = turn
        other.tools.append(function("added.later"))
        other.tools.insert(function("added/before"), at: 0)
        func fitted(_ conversation: Conversation) -> [String: String] {
            var fitted = conversation
            var names = ToolNames(conversation.tools, fitting: rule)
            names.fit(&fitted)
            var found: [String: String] = [:]
            for case (.function(let old), .function(let new)) in zip(conversation.tools, fitted.tools) { found[old.name] = new.name }
            return found
        }
        let (first, second) = (fitted(turn), fitted(other))
        #expect(first.values.allSatisfy { fits($0, dialect) })
        #expect(Set(first.values).count == names.count)
        #expect(first["plain_name-1"] == "plain_name-1")
        for name in names { #expect(first[name] == second[name]) }
        #expect(GivenToolNames([function("ok")], fitting: rule).isEmpty)
    }

    @Test func `stay apart from one that a client has already`() {
        let rule = ToolNameRule(length: 64)
        let taken = ToolNames([function("a.b")], fitting: rule).given.keys.first ?? ""
        let given = ToolNames([function("a.b"), function(taken)], fitting: rule).given
        #expect(given.count == 2 && given[taken] == taken)
    }

    /// Declared, chosen, called, answered; and the client's own again in what comes back, whole and streamed.
    @Test(arguments: Dialect.allCases)
    func `go up fitted and come back as the client's`(dialect: Dialect) throws {
        let crossing = Crossing(from: chat, to: dialect.wire, of: dialect.maker)
        let body = bytes(
            #"{"model":"m","tools":[{"type":"function","function":{"name":"files read"}}],"tool_choice":{"type":"function","function":{"name":"files read"}},"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"files read","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","name":"files read","content":"r"}]}"#
        )
        let index = try JSONIndex(scanning: body.span.bytes)
        let shape = try chat.facts(.generate, body: body, index: index, target: PathFacts())
        let request = try crossing.request(body, index: index, shape: shape, for: dialect.target(model: "m"))
        let name = "files_read_" + String(decoding: StableHash.word("files read"), as: UTF8.self)
        #expect(!request.body.text.contains("files read"))
        #expect(request.body.text.split(separator: "\"\(name)\"", omittingEmptySubsequences: false).count - 1 >= 3)

        let context = ReplyContext(id: "01R", created: 1, model: "m", request: request.asked, body: body, index: index)
        let reply = ConversationReply(
            choices: [ConversationReply.Choice([.toolCall(ToolCall(id: "b", name: name, arguments: "{}"))], finish: .toolCalls)])
        let upstream = dialect.wire.translation.writeReply(reply, to: context)
        let whole = try #require(crossing.reply(upstream, to: context))
        #expect(whole.text.contains(#""name":"files read""#))

        var writer = dialect.wire.translation.makeEventWriter(to: context)
        var output: [UInt8] = []
        for kind: ConversationEvent.Kind in [
            .head(ReplyHead(id: "r", model: "m")), .toolCall(call: 0, id: "b", name: name, isFreeForm: false),
            .toolArguments(call: 0, "{}"),
            .finish(.toolCalls),
        ] { writer.write(ConversationEvent(kind), into: &output) }
        writer.end(into: &output)
        var stream = crossing.stream(to: context)
        var assembly = crossing.assembly()
        var told: [UInt8] = []
        for line in output.text.split(whereSeparator: \.isNewline) where line.hasPrefix("data: {") {
            let data = bytes(String(line.dropFirst(6)))
            stream.take(data: data.span.bytes, name: [UInt8]().span.bytes, into: &told)
            assembly.take(data: data.span.bytes, name: [UInt8]().span.bytes)
        }
        stream.end(into: &told)
        #expect(told.text.contains(#""name":"files read""#) && !told.text.contains(name))
        #expect(assembly.reply(to: context).text.contains(#""name":"files read""#))
    }
}
