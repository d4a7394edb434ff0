// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

/// - Returns: The facts of a request, or `path: message` of the refusal.
private func facts(_ body: String, _ operation: Providers.Operation = .generate) -> Result<RequestShape, RequestProblem> {
    let bytes = Array(body.utf8)
    guard let index = try? JSONIndex(scanning: bytes.span.bytes) else {
        return .failure(RequestProblem(path: "", message: "no JSON", code: ""))
    }
    do throws(RequestProblem) {
        return .success(try MessagesWire().facts(operation, body: bytes, index: index, target: PathFacts()))
    } catch {
        return .failure(error)
    }
}

private func with(_ members: String, messages: String = #"[{"role":"user","content":"hi"}]"#) -> String {
    #"{"model":"m","max_tokens":10,"messages":\#(messages)\#(members.isEmpty ? "" : ",")\#(members)}"#
}

@Suite struct `A Messages request` {
    @Test func `tells routing what it needs`() throws {
        let shape = try facts(
            with(
                #""stream":true,"thinking":{"type":"adaptive"},"tools":[{"name":"f","input_schema":{}}],"models":["a","b"]"#,
                messages: #"[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":""}}]}]"#)
        ).get()
        #expect(shape.model == "m" && shape.maxTokens == 10 && shape.streaming && shape.hasTools && shape.hasImages && shape.asksReasoning)
        #expect(shape.fallbacks == ["a", "b"])
        #expect((1000..<1100).contains(shape.estimatedTokens))
        let plain = try facts(with(#""thinking":{"type":"disabled"}"#)).get()
        #expect(!plain.streaming && !plain.hasTools && !plain.hasImages && !plain.asksReasoning && plain.estimatedTokens < 20)
    }

    @Test(
        arguments: [
            ("user_ab12_account_0e-1_session_7f-33", "7f-33", nil),
            (#"{\"device_id\":\"d\",\"session_id\":\"s-1\"}"#, "s-1", nil),
            ("someone", nil, "someone"),
            (#"{\"device_id\":\"d\"}"#, nil, #"{"device_id":"d"}"#),
            ("a_session_", nil, "a_session_"),
        ] as [(String, String?, String?)])
    func `names its session in user_id`(user: String, session: String?, name: String?) throws {
        let shape = try facts(with(#""metadata":{"user_id":"\#(user)"}"#)).get()
        #expect(shape.sessionHint == session)
        #expect(shape.userHint == name)
    }

    @Test func `needs no limit to be counted`() throws {
        let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#
        #expect(try facts(body, .countTokens).get().maxTokens == nil)
        #expect(throws: MessagesProblem.required("max_tokens")) { try facts(body).get() }
    }

    @Test(arguments: [
        ("[]", "The body must be a JSON object, not an array"),
        (#"{"max_tokens":1,"messages":[]}"#, "model: Field required"),
        (#"{"model":"m","max_tokens":1}"#, "messages: Field required"),
        (with("", messages: "[]"), "messages: at least one message is required"),
        (#"{"model":"","max_tokens":1,"messages":[{"role":"user","content":""}]}"#, "model: String should have at least 1 character"),
        (#"{"model":"m","max_tokens":0,"messages":[]}"#, "max_tokens: Input should be greater than or equal to 1"),
        (#"{"model":"m","max_tokens":"9","messages":[]}"#, "max_tokens: Input should be a valid integer"),
        (with(#""temperature":"hot""#), "temperature: Input should be a valid number"),
        (with(#""stream":1"#), "stream: Input should be a valid boolean"),
        (with(#""stop_sequences":[1]"#), "stop_sequences: Input should be an array of strings"),
        (with(#""tools":[1]"#), "tools.0: Input should be an object"),
        (with(#""system":7"#), "system: Input should be a valid string or an array of content blocks"),
        (with(#""system":[{"type":"text"}]"#), "system.0.text: Field required"),
        (with("", messages: "[1]"), "messages.0: Input should be an object"),
        (with("", messages: #"[{"content":"a"}]"#), "messages.0.role: Field required"),
        (with("", messages: #"[{"role":"user"}]"#), "messages.0.content: Field required"),
        (with("", messages: #"[{"role":"tool","content":"a"}]"#), "messages.0.role: Input should be 'user' or 'assistant'"),
        (
            with("", messages: #"[{"role":"user","content":7}]"#),
            "messages.0.content: Input should be a valid string or an array of content blocks"
        ),
        (with("", messages: #"[{"role":"user","content":[{}]}]"#), "messages.0.content.0.type: Field required"),
        (
            with(
                "", messages: #"[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f"}]}]"#),
            "messages.1.content.0.input: Field required"
        ),
        (
            with(
                "",
                messages: #"[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":1}]}]}]"#),
            "messages.0.content.0.content.0.text: Input should be a valid string"
        ),
    ])
    func `is refused in Anthropic's words`(body: String, message: String) {
        #expect(throws: RequestProblem.self) { try facts(body).get() }
        guard case .failure(let problem) = facts(body) else { return }
        #expect(problem.message == message)
        #expect(message.hasPrefix(problem.path))
    }

    @Test func `may name members with escapes`() throws {
        let shape = try facts(
            #"{"m\u006fdel":"m","max_tokens":1,"messages":[{"r\u006fle":"user","content":[{"typ\u0065":"text","text":"a"}]}]}"#
        )
        .get()
        #expect(shape.model == "m")
    }
}

@Suite struct `A call of the Messages API` {
    static let wire = MessagesWire()

    @Test(arguments: [
        ("https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"),
        ("https://api.kimi.com/coding/", "https://api.kimi.com/coding/v1/messages"),
        ("https://api.minimax.io/anthropic", "https://api.minimax.io/anthropic/v1/messages"),
    ])
    func `goes to its path`(base: String, url: String) throws {
        let base = try #require(BaseURL(base))
        let path = try #require(Self.wire.path(.generate, model: "m", streaming: false, base: base))
        #expect(base.appending(path) == url)
        #expect(Self.wire.path(.countTokens, model: "m", streaming: false, base: base) == "\(path)/count_tokens")
        #expect(Self.wire.path(.embeddings, model: "m", streaming: false, base: base) == nil)
    }

    static func headers(_ client: Headers, _ secret: String?, _ change: (inout Provider) -> Void = { _ in }) throws -> Headers {
        var provider = Provider(
            id: "anthropic", baseURL: try #require(BaseURL("https://api.anthropic.com")), wireName: "anthropic-messages")
        change(&provider)
        return wire.headers(client: client, credential: secret.map { Secret($0) }, provider: provider, streaming: true)
    }

    @Test func `carries a key in its own header`() throws {
        let headers = try Self.headers(
            ["x-api-key": "client", "authorization": "Bearer client", "x-stainless-os": "Linux"], "sk-ant-api03-x")
        #expect(headers["x-api-key"] == "sk-ant-api03-x")
        #expect(headers["authorization"] == nil && headers["x-stainless-os"] == nil && headers["anthropic-beta"] == nil)
        #expect(headers["anthropic-version"] == "2023-06-01")
    }

    @Test(
        arguments: [
            (nil, "oauth-2025-04-20"), ("a-1", "a-1,oauth-2025-04-20"), ("oauth-2025-04-20, b", "oauth-2025-04-20, b"),
        ] as [(String?, String)])
    func `carries a subscription's token as such`(beta: String?, sent: String) throws {
        var client = Headers()
        if let beta { client.append("anthropic-beta", beta) }
        let headers = try Self.headers(client, "sk-ant-oat01-x")
        #expect(headers["authorization"] == "Bearer sk-ant-oat01-x")
        #expect(headers["x-api-key"] == nil)
        #expect(headers["anthropic-beta"] == sent)
    }

    @Test func `lets the settings win`() throws {
        let client: Headers = ["anthropic-version": "2024-01-01", "anthropic-beta": "files-1", "user-agent": "app/1"]
        let plain = try Self.headers(client, "k")
        #expect(plain["anthropic-version"] == "2024-01-01" && plain["anthropic-beta"] == "files-1" && plain["user-agent"] == "app/1")
        let set = try Self.headers(client, "k") {
            $0.credentialHeader = .bearer
            $0.headers = [ProviderHeader(name: "anthropic-version", value: Secret("2025-01-01"))]
        }
        #expect(set["authorization"] == "Bearer k" && set["x-api-key"] == nil && set["anthropic-version"] == "2025-01-01")
    }
}
