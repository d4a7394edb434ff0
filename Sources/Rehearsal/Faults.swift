// SPDX-License-Identifier: Apache-2.0
import HTTP

/// A named way for an upstream to behave, playable on cue.
public struct Fault: Sendable {
    /// The model name that asks for it, such as `402-no-body`.
    public var name: String
    /// For people: what happens.
    public var summary: String
    public var script: @Sendable (AskedRequest) -> Script

    init(_ name: String, _ summary: String, _ script: @escaping @Sendable (AskedRequest) -> Script) {
        self.name = name
        self.summary = summary
        self.script = script
    }
}

extension Fault {
    /// What providers do when they fail, each row a kind of failure of docs/failover.md.
    public static let all: [Fault] = refusals + silences + breaks + formats

    static let line = "This line is said by the lead, who does not get to the end of it before the curtain falls."

    private static let refusals: [Fault] = [
        Fault("402-no-body", "402 without a word: no credit") { _ in Script([.answer(status: 402, headers: [:], body: [])]) },
        Fault("402-credits", "402 with words: no credit") { _ in .refuses(402, "Insufficient credits. Add more to continue.", code: "402")
        },
        Fault("429-quota", "429: the plan's quota is used up") { _ in
            .refuses(
                429, "You exceeded your current quota, please check your plan and billing details.", type: "insufficient_quota",
                code: "insufficient_quota")
        },
        Fault("429-rate", "429: too fast, come back in 30 s") { _ in
            .refuses(429, "Rate limit reached for requests.", type: "requests", code: "rate_limit_exceeded", headers: ["retry-after": "30"])
        },
        Fault("401-bad-key", "401: the key is wrong") { _ in
            .refuses(401, "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key")
        },
        Fault("404-model", "404: no such model here") { asked in
            .refuses(404, "The model `\(asked.model)` does not exist.", type: "invalid_request_error", code: "model_not_found")
        },
        Fault("400-context", "400: the prompt is too long") { _ in
            .refuses(
                400, "This model's maximum context length is 8192 tokens.", type: "invalid_request_error", code: "context_length_exceeded")
        },
        Fault("400-invalid", "400: the client's own mistake") { _ in
            .refuses(400, "Invalid value for 'temperature'.", type: "invalid_request_error", code: "invalid_value")
        },
        Fault("400-policy", "400: refused for its content") { _ in
            .refuses(400, "The response was filtered due to the content policy.", code: "content_filter")
        },
        Fault("500-error", "500: an internal error") { _ in .refuses(500, "The server had an error.", type: "server_error") },
        Fault("503-overloaded", "503: overloaded") { _ in .refuses(503, "The engine is currently overloaded.", type: "overloaded_error") },
        Fault("html-page", "502 with an HTML page of some proxy") { _ in
            Script([
                .answer(
                    status: 502, headers: ["content-type": "text/html"],
                    body: Array("<html><body><h1>502 Bad Gateway</h1></body></html>".utf8))
            ])
        },
        Fault("error-in-200", "an error inside a success") { _ in
            Script([
                .answer(
                    status: 200, headers: Script.json,
                    body: Array(#"{"error":{"message":"Insufficient credits","code":402}}"#.utf8))
            ])
        },
    ]

    private static let silences: [Fault] = [
        Fault("stall", "accepts and never answers") { _ in Script([.stall]) },
        Fault("stall-at-40", "a stream that falls silent at 40 %") { asked in
            .streams(line, model: asked.model, ending: .act(.stall, afterPercent: 40))
        },
        Fault("slow-start", "the first word after 3 s") { asked in
            Script([.wait(.seconds(3))] + Script.says(line, to: asked).acts)
        },
    ]

    private static let breaks: [Fault] = [
        Fault("reset", "breaks the connection instead of answering") { _ in Script([.reset]) },
        Fault("cut-at-40", "a stream that is cut at 40 %") { asked in
            .streams(line, model: asked.model, pace: .milliseconds(20), ending: .act(.cut, afterPercent: 40))
        },
        Fault("error-at-40", "a stream with an error event at 40 %") { asked in
            let event = Array(#"data: {"error":{"message":"The server had an error.","type":"server_error"}}"#.utf8) + [10, 10]
            let stream = Script.streams(line, model: asked.model, ending: .act(.bytes(event), afterPercent: 40))
            return Script(stream.acts + [.end])
        },
        Fault("garbage-at-40", "a stream that turns to garbage at 40 %") { asked in
            let stream = Script.streams(
                line, model: asked.model, ending: .act(.bytes(Array("data: {\"choices\":[{\"del\n\n".utf8)), afterPercent: 40))
            return Script(stream.acts + [.end])
        },
        Fault("no-terminator", "a whole stream without its [DONE]") { asked in
            .streams(line, model: asked.model, ending: .withoutTerminator)
        },
        Fault("empty-reply", "200 with nothing in it") { _ in Script([.answer(status: 200, headers: Script.json, body: [])]) },
        Fault("truncated-reply", "200 with half a JSON document") { _ in
            Script([.answer(status: 200, headers: Script.json, body: Array(#"{"id":"x","choices":[{"ind"#.utf8))])
        },
        Fault("not-http", "bytes that are no HTTP") { _ in Script([.raw(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)), .cut]) },
    ]
}
