// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

@Suite struct `A body that goes through` {
    private func passed(_ text: String, model: String = "m2", params: JSONObject? = nil) throws -> String {
        let body = bytes(text)
        return try chat.passthrough(body: body, index: JSONIndex(scanning: body.span.bytes), model: model, params: params).text
    }

    @Test(arguments: [
        (#"{"model":"a","messages":[]}"#, #"{"model":"m2","messages":[]}"#),
        (
            "{\n  \"messages\" : [ 1.0e2, \"\\u00e9\" ] ,\t\"x\":{\"model\":\"a\"},\"model\" : \"a\" , \"temperature\": 0.10\r\n}",
            "{\n  \"messages\" : [ 1.0e2, \"\\u00e9\" ] ,\t\"x\":{\"model\":\"a\"},\"model\" : \"m2\" , \"temperature\": 0.10\r\n}"
        ),
        (#"{"unknown":[{"é":null}],"model":"a"}"#, #"{"unknown":[{"é":null}],"model":"m2"}"#),
        (#"{"mod\u0065l":"a"}"#, #"{"mod\u0065l":"m2"}"#),
    ])
    func `changes its model and nothing else`(before: String, after: String) throws {
        #expect(try passed(before) == after)
    }

    @Test func `names models of any spelling`() throws {
        #expect(try passed(#"{"model":"a"}"#, model: "anthropic/\"x\"\\é") == #"{"model":"anthropic/\"x\"\\é"}"#)
    }

    @Test(arguments: [
        #"{"models":["a","b"],"model":"a","n":1}"#, #"{"model":"a","models":["a","b"],"n":1}"#, #"{"model":"a","n":1,"models":["a","b"]}"#,
        #"{"model":"a","n":1,"models":[]}"#,
    ])
    func `keeps the client's fallbacks to ourselves`(body: String) throws {
        let value = try JSONValue.parse(passed(body))
        #expect(value.object?.keys == ["model", "n"])
    }

    @Test func `gains what the client left out`() throws {
        let params: JSONObject = [
            "temperature": 0.5, "top_p": 0.9, "maxTokens": 100, "cacheRetention": "long", "model": "evil", "messages": [],
            "extra_body": ["top_k": 40, "top_p": 0.1, "stream": true], "reasoning_effort": "low",
        ]
        let value = try JSONValue.parse(passed(#"{"model":"a","temperature":1,"max_completion_tokens":7}"#, params: params))
        #expect(value["model"]?.string == "m2")
        #expect(value["temperature"]?.int == 1)
        #expect(value["top_p"]?.double == 0.9)
        #expect(value["top_k"]?.int == 40)
        #expect(value["reasoning_effort"]?.string == "low")
        #expect(value.object?.keys.sorted() == ["max_completion_tokens", "model", "reasoning_effort", "temperature", "top_k", "top_p"])
        #expect(try JSONValue.parse(passed(#"{"model":"a"}"#, params: params))["max_tokens"]?.int == 100)
        #expect(try passed("{\"model\":\"a\"}", params: [:]) == "{\"model\":\"m2\"}")
    }

    @Test func `leaves stream options as the client wrote them`() throws {
        #expect(try passed(#"{"model":"a","stream":true}"#) == #"{"model":"m2","stream":true}"#)
        let asked = #"{"model":"m2","stream":true,"stream_options":{"include_usage":false}}"#
        #expect(try passed(asked.replacing("m2", with: "a")) == asked)
    }
}

@Suite struct `What goes up` {
    private func headers(
        _ client: Headers, credential: Secret? = Secret("sk-1"), as header: CredentialHeader = .bearer, own: [ProviderHeader] = [],
        streaming: Bool = false
    ) throws -> [String: String] {
        let url = try #require(BaseURL("https://api.groq.com/openai/v1"))
        let provider = Provider(id: "groq", baseURL: url, headers: own, credentialHeader: header)
        var result: [String: String] = [:]
        func keep(_ name: String, _ value: String) {
            #expect(result.updateValue(value, forKey: name.lowercased()) == nil, "\(name) twice")
        }
        chat.headers(client: client, credential: credential, provider: provider, streaming: streaming).forEach(keep)
        return result
    }

    @Test func `is ours, the credential and the wire's list`() throws {
        let client: Headers = [
            "Authorization": "Bearer client-token", "Cookie": "a=b", "Connection": "keep-alive", "Transfer-Encoding": "chunked",
            "Host": "localhost",
            "X-Understudy-Session": "s", "X-Forwarded-For": "10.0.0.1", "X-Api-Key": "k", "OpenAI-Organization": "org",
            "Origin": "http://x",
            "User-Agent": "agent/1", "OpenAI-Beta": "v2", "HTTP-Referer": "https://app", "X-Title": "App", "Accept": "text/html",
            "Content-Type": "text/plain", "Accept-Encoding": "gzip", "Content-Length": "3", "Proxy-Authorization": "p",
            "Idempotency-Key": "i",
        ]
        #expect(
            try headers(client) == [
                "content-type": "application/json", "accept": "application/json", "accept-encoding": "identity",
                "authorization": "Bearer sk-1",
                "user-agent": "agent/1", "openai-beta": "v2", "http-referer": "https://app", "x-title": "App",
            ])
        #expect(try headers([:], streaming: true)["accept"] == "text/event-stream")
    }

    @Test(arguments: [
        (CredentialHeader.bearer, ["authorization": "Bearer sk-1"]), (.named("api-key", prefix: ""), ["api-key": "sk-1"]),
        (.named("X-Auth", prefix: "Key "), ["x-auth": "Key sk-1"]), (.nowhere, [:]),
    ])
    func `carries the credential where the provider wants it`(header: CredentialHeader, expected: [String: String]) throws {
        let sent = try headers([:], as: header).filter { !["content-type", "accept", "accept-encoding"].contains($0.key) }
        #expect(sent == expected)
        #expect(try headers([:], credential: nil, as: header).count == 3)
    }

    @Test func `is overruled by the provider's own headers, save for framing`() throws {
        let own = [
            ("User-Agent", "kept/2"), ("Authorization", "Basic x"), ("Content-Length", "5"), ("transfer-encoding", "chunked"),
            ("Host", "h"),
            ("x-bad", "a\r\nx-evil: 1"), ("bad name", "v"),
        ].map { ProviderHeader(name: $0.0, value: Secret($0.1)) }
        let sent = try headers(["user-agent": "agent/1"], own: own)
        #expect(sent["user-agent"] == "kept/2")
        #expect(sent["authorization"] == "Basic x")
        #expect(Set(sent.keys) == ["content-type", "accept", "accept-encoding", "user-agent", "authorization"])
    }

    @Test func `never splits a header at a credential's line break`() throws {
        #expect(try headers([:], credential: Secret("sk\r\nx: y"))["authorization"] == nil)
    }
}
