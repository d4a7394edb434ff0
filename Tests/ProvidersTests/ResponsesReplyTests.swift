// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

func responsesVerdict(_ body: String) -> ReplyVerdict {
    responses.readReply(status: 200, headers: Headers(), body: bytes(body), context: context, nowMilliseconds: now)
}

@Suite struct `A whole Responses reply` {
    @Test(
        arguments: [
            (#"{"object":"response","status":"completed","error":null,"output":[{"type":"message","content":[]}]}"#, "completed", nil),
            (
                #"{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[],"usage":{"input_tokens":3,"output_tokens":4,"output_tokens_details":{"reasoning_tokens":2}}}"#,
                "max_output_tokens", Usage(inputTokens: 3, outputTokens: 4, reasoningTokens: 2)
            ),
            (#"{"object":"response","status":"queued","output":[]}"#, nil, nil),
            (#"{"object":"response.input_tokens","input_tokens":11}"#, nil, Usage(inputTokens: 11)),
            (#"{"output":[{"type":"something_new"}]}"#, nil, nil),
        ] as [(String, String?, Usage?)])
    func `is good`(body: String, finish: String?, usage: Usage?) {
        #expect(responsesVerdict(body) == .good(usage: usage, finish: finish))
    }

    @Test(arguments: [
        (#"{"object":"response","status":"failed","output":[],"error":{"code":"rate_limit_exceeded","message":"Slow down"}}"#, "Slow down"),
        (#"{"error":{"message":"Overloaded"}}"#, "Overloaded"), (#"{"detail":"Unauthorized"}"#, "Unauthorized"),
    ])
    func `that holds an error is that error`(body: String, message: String) {
        guard case .bad(let error) = responsesVerdict(body) else { return #expect(Bool(false)) }
        #expect(error.message == message)
        #expect(error.insideSuccess)
    }

    @Test(arguments: [
        "[]", "{", #"{"object":"response","status":"completed"}"#, #"{"object":"response","output":{}}"#, #"{"output":[3]}"#,
        #"{"output":[{}]}"#, #"{"status":"completed","output":[]}"#, #"{"object":"response","status":"failed","output":[],"error":null}"#,
        #"{"input_tokens":-1}"#,
    ])
    func `that breaks the grammar is malformed`(body: String) {
        guard case .bad(let error) = responsesVerdict(body), case .malformed? = error.transport else {
            return #expect(Bool(false), "\(body)")
        }
    }

    @Test func `that is empty is none`() {
        guard case .bad(let error) = responsesVerdict(" \n") else { return #expect(Bool(false)) }
        #expect(error.transport == .emptyReply)
    }

    // MARK: Written

    static let request =
        #"{"model":"m","input":"Hi","instructions":"Be brief","temperature":0.50,"tools":[{"type":"function","name":"f"}]}"#

    static func written(_ reply: ConversationReply) throws -> JSONValue {
        let body = bytes(request)
        let context = ReplyContext(
            id: "01R", created: 17, model: "m", request: Conversation(), body: body, index: try JSONIndex(scanning: body.span.bytes))
        return try JSONValue.parse(responses.translation.writeReply(reply, to: context))
    }

    @Test func `repeats the request and has what the SDKs ask for`() throws {
        let reply = try Self.written(ConversationReply(choices: [ConversationReply.Choice([.text("Hey")], finish: .stop)]))
        #expect(reply["id"]?.string == "resp_01R")
        #expect(reply["created_at"]?.int == 17)
        #expect(reply["model"]?.string == "m")
        #expect(reply["instructions"]?.string == "Be brief")
        #expect(reply["temperature"] == JSONFragment(parsing: "0.50")?.value)
        #expect(reply["usage"] == .null)
        #expect(reply["tools"]?[0]?["name"]?.string == "f")
        for name in ["error", "incomplete_details", "previous_response_id", "max_output_tokens", "user"] { #expect(reply[name] == .null) }
        #expect(reply["output"]?[0]?["id"]?.string == "msg_understudy_01R_0")
        #expect(reply["output"]?[0]?["content"]?[0]?["annotations"] == .array([]))
    }

    @Test(
        arguments: [
            (Finish.stop, "completed", nil), (.toolCalls, "completed", nil), (.length, "incomplete", "max_output_tokens"),
            (.windowFull, "incomplete", "max_output_tokens"), (.contentFilter, "incomplete", "content_filter"),
            (.refusal, "incomplete", "content_filter"), (.paused, "completed", nil), (.other("x"), "completed", nil),
            (nil, "completed", nil),
        ] as [(Finish?, String, String?)])
    func `says in its own words why it ended`(finish: Finish?, status: String, reason: String?) throws {
        let reply = try Self.written(ConversationReply(choices: [ConversationReply.Choice([.text("Hey")], finish: finish)]))
        #expect(reply["status"]?.string == status)
        #expect(reply["incomplete_details"]?["reason"]?.string == reason)
    }

    @Test func `means the same read back`() throws {
        let maker = Maker(provider: "anthropic", wire: .openaiCompletions)
        let parts: [Part] = [
            .thinking(Thinking("a")), .thinking(Thinking("b", state: ProviderState(maker: maker, payload: "sig"))), .text("One \"q\" \n"),
            .text(Text("two", citations: [Citation(url: "https://x", title: "X", start: 9, end: 12)])), .refusal("no"),
            .toolCall(ToolCall(id: "c1", name: "f", arguments: #"{"a":"é"}"#)),
            .toolCall(ToolCall(id: "c2", name: "g", arguments: "text", isFreeForm: true)),
            .media(Media(.image, .data("QUJD"), mimeType: "image/png")),
        ]
        let usage = Usage(inputTokens: 3, outputTokens: 4, cachedTokens: 1, cacheWriteTokens: 0, reasoningTokens: 2)
        let reply = ConversationReply(
            head: ReplyHead(model: "claude"), choices: [ConversationReply.Choice(parts, finish: .toolCalls)], usage: usage)
        let written = JSONWriter.compact(try Self.written(reply))
        let read = try #require(responses.translation.readReply(written, maker: maker))
        #expect(read.usage == usage)
        #expect(read.choices[0].finish == .toolCalls)
        #expect(read.head.model == "claude")
        // The proof comes back sealed, and opens as what it was.
        guard case .thinking(let thinking) = read.choices[0].parts[1] else { return #expect(Bool(false)) }
        let cipher = try JSONValue.parse(try #require(thinking.state?.payload))["encrypted_content"]?.string
        #expect(Seal.open(try #require(cipher)) == ProviderState(maker: maker, payload: "sig"))
        #expect(
            read.choices[0].parts.enumerated().filter { $0.offset != 1 }.map(\.element)
                == parts.enumerated().filter { $0.offset != 1 }.map(\.element))
    }
}

@Suite struct `A Responses client's error` {
    static let error = WireError(status: 429, message: "All \"busy\"", code: "exhausted", receipt: Array(#"{"id":"01R"}"#.utf8))

    @Test func `is OpenAI's, with the receipt`() throws {
        let body = try JSONValue.parse(responses.errorBody(Self.error))
        #expect(body["error"]?["message"]?.string == "All \"busy\"")
        #expect(body["error"]?["understudy"]?["id"]?.string == "01R")
    }

    /// `response.failed` for those who follow the response, `error` with an `error` in it for what the SDKs raise.
    @Test func `in a stream is two events that every reader takes for a failure`() throws {
        var events: [(name: String, data: JSONValue)] = []
        var reader = EventStreamReader()
        try reader.feed(responses.errorEvent(Self.error).span.bytes) { _, data, name in
            let text = String(decoding: data.withUnsafeBytes { Array($0) }, as: UTF8.self)
            #expect(responsesEvent(text).failure != nil)
            guard let value = try? JSONValue.parse(text) else { return #expect(Bool(false)) }
            events.append((String(decoding: name.withUnsafeBytes { Array($0) }, as: UTF8.self), value))
        }
        #expect(events.map(\.name) == ["response.failed", "error"])
        #expect(events[0].data["response"]?["error"]?["code"]?.string == "rate_limit_exceeded")
        #expect(events[0].data["response"]?["error"]?["understudy"]?["id"]?.string == "01R")
        #expect(events[0].data["response"]?["id"]?.string == "resp_01R")
        #expect(events[1].data["error"]?["message"]?.string == "All \"busy\"")
        #expect(events[1].data["message"]?.string == "All \"busy\"")
    }

    private static let seen = NumberedRow.rows

    @Test(arguments: seen) func `has the next two numbers of the stream, and its response's name`(_ row: NumberedRow) throws {
        var reader = responses.makeStreamReader(context: ErrorContext(provider: "p", model: "m"), nowMilliseconds: 0)
        for event in row.events { _ = reader.read(data: Array(event.utf8).span.bytes, name: [UInt8]().span.bytes) }
        var stream = EventStreamReader()
        var events: [JSONValue] = []
        try stream.feed(responses.errorEvent(Self.error, after: reader.position).span.bytes) { _, data, _ in
            events.append((try? JSONValue.parse(data)) ?? .null)
        }
        #expect(events.map { $0["sequence_number"]?.int } == [row.next, row.next + 1])
        #expect(events[0]["response"]?["id"]?.string == row.id)
    }
}

/// The events of a stream that broke off, and where its error belongs.
struct NumberedRow: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var events: [String]
    var next: Int
    var id = "resp_1"

    private static func event(_ type: String, _ number: String?, _ members: String) -> String {
        #"{"type":"\#(type)""# + (number.map { #","sequence_number":\#($0)"# } ?? "") + members + "}"
    }
    private static func created(_ number: String?) -> String {
        event("response.created", number, #","response":{"id":"resp_1","created_at":7,"model":"m","output":[]}"#)
    }
    private static func delta(_ number: String?) -> String { event("response.output_text.delta", number, #","delta":"a""#) }

    static let rows = [
        NumberedRow(testDescription: "numbered", events: [created("0"), delta("1"), delta("2")], next: 3),
        NumberedRow(testDescription: "with gaps", events: [created("10"), delta("14")], next: 15),
        NumberedRow(testDescription: "without numbers", events: [created(nil), delta(nil), "", delta(nil)], next: 3),
        NumberedRow(testDescription: "with numbers that are none", events: [created("-4"), delta("1e400"), delta("\"9\"")], next: 3),
        NumberedRow(testDescription: "that fails", events: [created("0"), delta("1"), #"{"type":"error","sequence_number":2}"#], next: 2),
        NumberedRow(testDescription: "with no JSON", events: [created("0"), "{"], next: 1),
        NumberedRow(testDescription: "that said nothing", events: [], next: 0, id: "resp_01R"),
    ]
}

@Suite struct `ChatGPT's backend` {
    static let codex = WireKind.openaiCodexResponses.wire
    /// `{"https://api.openai.com/auth":{"chatgpt_account_id":"acc-1"}}` between two other parts.
    static let token = Secret("e30.eyJodHRwczovL2FwaS5vcGVuYWkuY29tL2F1dGgiOnsiY2hhdGdwdF9hY2NvdW50X2lkIjoiYWNjLTEifX0.c2ln")

    static func provider() throws -> Provider {
        Provider(id: "openai-codex", baseURL: try #require(BaseURL("https://chatgpt.com/backend-api")), wireName: "openai-codex-responses")
    }

    @Test func `is a variant that only streams`() throws {
        #expect(Self.codex.onlyStreams)
        #expect(Self.codex.family == .openaiResponses)
        #expect(Self.codex.kind == .openaiCodexResponses)
    }

    @Test(arguments: [
        ("https://chatgpt.com/backend-api", "/codex/responses"), ("https://chatgpt.com/backend-api/codex", "/responses"),
    ])
    func `has a path of its own`(base: String, path: String) throws {
        #expect(Self.codex.path(.generate, model: "m", streaming: true, base: try #require(BaseURL(base))) == path)
        #expect(Self.codex.path(.countTokens, model: "m", streaming: false, base: try #require(BaseURL(base))) == nil)
    }

    @Test func `is told the account that the token is for`() throws {
        let headers = Self.codex.headers(
            client: ["session_id": "s1", "cookie": "c", "originator": "codex_exec"], credential: Self.token, provider: try Self.provider(),
            streaming: false)
        #expect(headers["chatgpt-account-id"] == "acc-1")
        #expect(headers["originator"] == "codex_exec")
        #expect(headers["session_id"] == "s1")
        #expect(headers["accept"] == "text/event-stream")
        #expect(headers["openai-beta"] == "responses=experimental")
        #expect(headers["cookie"] == nil)
    }

    @Test(arguments: ["", "sk-plain", "a.b.c", "a.e30.c", "a.W10.c", "..", "a.eyJ.c"])
    func `is told no account where the token names none`(token: String) throws {
        let headers = Self.codex.headers(client: Headers(), credential: Secret(token), provider: try Self.provider(), streaming: true)
        #expect(headers["chatgpt-account-id"] == nil)
        #expect(headers["originator"] == "understudy")
    }

    @Test(arguments: [
        (
            #"{"model":"a/gpt-5", "input":[{"role":"system","content":"x"},{"role":"user","content":"Hi"}],"temperature":1,"max_output_tokens":5,"store":true,"instructions":"Be","include":[]}"#,
            #"{"model":"gpt-5","stream":true, "input":[{"role":"developer","content":"x"},{"role":"user","content":"Hi"}],"store":false,"instructions":"Be","include":[]}"#
        ),
        (
            #"{"input":"H\u0069","model":"a/gpt-5","stream":false,"service_tier":"flex","user":"u","metadata":{},"truncation":"auto"}"#,
            #"{"input":[{"type":"message","role":"user","content":"H\u0069"}],"model":"gpt-5","store":false,"instructions":"You are a helpful assistant.","include":["reasoning.encrypted_content"],"stream":true}"#
        ),
    ])
    func `gets what a client of the API wrote, but for what it refuses`(body: String, sent: String) throws {
        let body = bytes(body)
        let index = try JSONIndex(scanning: body.span.bytes)
        #expect(Self.codex.passthrough(body: body, index: index, model: "gpt-5", params: nil).text == sent)
    }

    @Test func `gets a conversation of another wire`() throws {
        var conversation = Conversation()
        conversation.turns = [
            Turn(.system, [.text("A")]), Turn(.developer, [.text("B")]), Turn(.user, [.text("Hi")]), Turn(.system, [.text("C")]),
        ]
        conversation.sampling.maxTokens = 5
        conversation.user = "u"
        conversation.store = true
        var losses = Losses()
        let body = Self.codex.translation.writeRequest(
            conversation, for: RequestTarget(provider: "openai-codex", model: "gpt-5"), losses: &losses)
        #expect(
            body.text
                == #"{"model":"gpt-5","instructions":"A\n\nB","input":[{"type":"message","role":"user","content":"Hi"},{"type":"message","role":"developer","content":"C"}],"include":["reasoning.encrypted_content"],"store":false,"stream":true}"#
        )
        #expect(losses.all.map(\.code) == ["foreign_members: max_output_tokens"])
        #expect(!Self.codex.translation.carries.contains(.user))
    }
}
