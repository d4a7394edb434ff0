// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

/// What a provider's API insists on, and the client's does not.
@Suite struct `A request that crosses is made fit` {
    static func asking(_ parts: [Part], _ change: (inout Conversation) -> Void) -> Conversation {
        var conversation = Conversation()
        conversation.turns.append(Turn(.user, parts))
        change(&conversation)
        return conversation
    }

    static func written(
        _ conversation: Conversation, for kind: WireKind, provider: ProviderID = "openai", model: String = "m"
    ) throws -> (body: JSONValue, lost: [String]) {
        var losses = Losses()
        let target = RequestTarget(provider: provider, model: model)
        let body = kind.wire.translation.writeRequest(conversation, for: target, losses: &losses)
        return (try JSONValue.parse(body), losses.all.map(\.code))
    }

    /// A body, and what a repair makes of it.
    static let repairs: [(kind: WireKind, repair: Repair, body: String, result: String?)] = [
        (
            .openaiCompletions, .sayJSON,
            #"{"messages": [{"role":"user","content":"Three colours"}],"response_format":{"type":"json_object"}}"#,
            #"{"messages": [{"role":"system","content":"\#(JSONInstruction.text)"},{"role":"user","content":"Three colours"}],"response_format":{"type":"json_object"}}"#
        ),
        (
            .openaiResponses, .sayJSON, #"{"input":"Three","instructions":"JSON","text":{"format":{"type":"json_object"}}}"#,
            #"{"input":[{"type":"message","role":"developer","content":"\#(JSONInstruction.text)"},{"type":"message","role":"user","content":"Three"}],"instructions":"JSON","text":{"format":{"type":"json_object"}}}"#
        ),
        (
            .openaiResponses, .sayJSON, #"{"input":[{"role":"user","content":"Three"}],"text":{"format":{"type":"json_object"}}}"#,
            #"{"input":[{"type":"message","role":"developer","content":"\#(JSONInstruction.text)"},{"role":"user","content":"Three"}],"text":{"format":{"type":"json_object"}}}"#
        ),
        // Said already, in whatever case; not asked for; nowhere to say it.
        (.openaiCompletions, .sayJSON, #"{"messages":[{"content":"jjSoN"}],"response_format":{"type":"json_object"}}"#, nil),
        (.openaiCompletions, .sayJSON, #"{"messages":[{"content":"x"}],"response_format":{"type":"text"}}"#, nil),
        (.openaiCompletions, .sayJSON, #"{"messages":[],"response_format":{"type":"json_object"}}"#, nil),
        (.openaiResponses, .sayJSON, #"{"input":"as Json","text":{"format":{"type":"json_object"}}}"#, nil),
        (.openaiResponses, .sayJSON, #"{"input":"x"}"#, nil), (.anthropicMessages, .sayJSON, #"{"messages":[]}"#, nil),
        (
            .anthropicMessages, .offerCalledTools,
            #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{}},{"type":"tool_use","id":"2","name":"g\"","input":{}},{"type":"tool_use","id":"3","name":"f","input":{}}]}]}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{}},{"type":"tool_use","id":"2","name":"g\"","input":{}},{"type":"tool_use","id":"3","name":"f","input":{}}]}],"tools":[{"name":"f","input_schema":{"type":"object","properties":{}}},{"name":"g\"","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"none"}}"#
        ),
        (
            .anthropicMessages, .offerCalledTools,
            #"{"tools":[],"tool_choice":{"type":"auto"},"messages":[{"content":[{"type":"tool_use","name":"f"}]}]}"#,
            #"{"tools":[{"name":"f","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"none"},"messages":[{"content":[{"type":"tool_use","name":"f"}]}]}"#
        ),
        // Some are offered; none were called.
        (
            .anthropicMessages, .offerCalledTools, #"{"tools":[{"name":"h"}],"messages":[{"content":[{"type":"tool_use","name":"f"}]}]}"#,
            nil
        ),
        (.anthropicMessages, .offerCalledTools, #"{"messages":[{"content":"tool_use"}]}"#, nil),
        (.openaiCompletions, .offerCalledTools, #"{"messages":[]}"#, nil),
    ]

    @Test(arguments: repairs)
    func `when it was refused, and once is enough`(kind: WireKind, repair: Repair, body: String, result: String?) {
        let repaired = kind.wire.repaired(bytes(body), by: repair)
        #expect(repaired?.text == result)
        if let repaired { #expect(kind.wire.repaired(repaired, by: repair) == nil) }
    }

    @Test(arguments: [
        // Model, offered beside functions, how many lists of tools go up, what is lost.
        ("gemini-2.5-flash", true, 1, ["web_search: beside functions", "code_execution: beside functions"]),
        ("gemini-2.0-flash", true, 1, ["web_search: beside functions", "code_execution: beside functions"]),
        ("gemini-3-pro-preview", true, 3, []), ("gemini-flash-latest", true, 3, []),
        ("gemini-2.5-flash", false, 2, []), ("gemini-3-pro-preview", false, 2, []),
    ])
    func `with Google's own tools where the model takes them`(model: String, hasFunctions: Bool, count: Int, losses: [String]) throws {
        let asked = Self.asking([.text("?")]) { asked in
            asked.tools = [.builtIn(.webSearch(BuiltInTool.WebSearch())), .builtIn(.codeExecution)]
            if hasFunctions { asked.tools.append(.function(FunctionTool(name: "f"))) }
        }
        let (body, lost) = try Self.written(asked, for: .googleGenerativeAI, provider: "google", model: model)
        #expect(body["tools"]?.array?.count == count)
        #expect(lost == losses)
        #expect((body["toolConfig"]?["includeServerSideToolInvocations"] == true) == (hasFunctions && count > 1))
        #expect(body["toolConfig"]?["functionCallingConfig"] == nil)
        // Cloud Code Assist does not know the member.
        let wrapped = try Self.written(asked, for: .googleGeminiCLI, provider: "google-gemini-cli", model: model).body
        #expect(!JSONWriter.string(wrapped).contains("includeServerSideToolInvocations"))
    }

    @Test(arguments: [
        (#""user":"a","safety_identifier":"b""#, "b", ["user"]), (#""safety_identifier":"b","user":"a""#, "b", ["user"]),
        (#""user":"a""#, "a", []), (#""safety_identifier":"b""#, "b", []), (#""user":"a","safety_identifier":"a""#, "a", []),
    ])
    func `with one name of its user, and the other is told as lost`(members: String, user: String, foreign: [String]) throws {
        let chat = try AskedChat.asking(members)
        #expect(chat.user == user && chat.foreign == foreign)
        let responses = try responsesConversation(#"{"model":"m","input":"x",\#(members)}"#)
        #expect(responses.user == user && responses.foreign == foreign)
    }
}
