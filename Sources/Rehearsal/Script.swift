// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// What an upstream does with one request, act by act, as bytes on a socket.
public struct Script: Sendable {
    public enum Act: Sendable {
        /// A whole answer with its length.
        case answer(status: Int, headers: Headers, body: [UInt8])
        /// The head of an answer whose length is not announced.
        case begin(status: Int, headers: Headers)
        case bytes([UInt8])
        case wait(Duration)
        /// Says nothing more until the client leaves.
        case stall
        /// The proper end of what was begun.
        case end
        /// Closes in the middle.
        case cut
        /// Breaks the connection in the middle.
        case reset
        /// Bytes instead of an HTTP answer.
        case raw([UInt8])
    }

    public var acts: [Act]

    public init(_ acts: [Act]) { self.acts = acts }
}

// MARK: Chat Completions

extension Script {
    /// What the client asked for: a whole reply, or a stream of one event a word.
    ///
    /// - Parameter pace: Between two words of a stream.
    public static func says(_ text: String, to asked: AskedRequest, pace: Duration = .milliseconds(30)) -> Script {
        if asked.wire != .chat { return answers(Saying(text), to: asked, pace: pace) }
        return asked.streaming ? streams(text, model: asked.model, pace: pace) : replies(text, model: asked.model)
    }

    public static func replies(_ text: String, model: String) -> Script {
        let words = Saying.words(of: text).count
        let body: JSONValue = [
            "id": "chatcmpl-rehearsal", "object": "chat.completion", "created": 1_767_225_600, "model": .string(model),
            "choices": [["index": 0, "message": ["role": "assistant", "content": .string(text)], "finish_reason": "stop"]],
            "usage": usage(words),
        ]
        return Script([.answer(status: 200, headers: json, body: JSONWriter.compact(body))])
    }

    public static func streams(_ text: String, model: String, pace: Duration = .zero, ending: Ending = .proper) -> Script {
        let words = Saying.words(of: text)
        var acts: [Act] = [.begin(status: 200, headers: eventStream), .bytes(event(model, delta: ["role": "assistant", "content": ""]))]
        let spoken = ending.spoken(of: words.count)
        for word in words.prefix(spoken) {
            if pace > .zero { acts.append(.wait(pace)) }
            acts.append(.bytes(event(model, delta: ["content": .string(word)])))
        }
        switch ending {
        case .proper, .withoutTerminator:
            acts.append(.bytes(event(model, delta: [:], finish: "stop", usage: usage(words.count))))
            if case .proper = ending { acts.append(.bytes(done)) }
            acts.append(.end)
        case .act(let act, afterPercent: _): acts.append(act)
        }
        return Script(acts)
    }

    /// How a stream ends.
    public enum Ending: Sendable {
        case proper
        /// A finish reason, but no `[DONE]`.
        case withoutTerminator
        /// After so much of the text, something else happens.
        case act(Act, afterPercent: Int)

        fileprivate func spoken(of words: Int) -> Int {
            guard case .act(_, let percent) = self else { return words }
            return words * percent / 100
        }
    }

    /// An error in the shape that providers of this wire use.
    public static func refuses(
        _ status: Int, _ message: String, type: String? = nil, code: String? = nil, headers: Headers = [:]
    ) -> Script {
        var error: JSONObject = ["message": .string(message)]
        error["type"] = type.map { .string($0) } ?? .null
        error["code"] = code.map { .string($0) } ?? .null
        var all = json
        headers.forEach { all.append($0, $1) }
        return Script([.answer(status: status, headers: all, body: JSONWriter.compact(["error": .object(error)]))])
    }

    public static func event(_ model: String, delta: JSONValue, finish: String? = nil, usage: JSONValue? = nil) -> [UInt8] {
        var chunk: JSONObject = [
            "id": "chatcmpl-rehearsal", "object": "chat.completion.chunk", "created": 1_767_225_600, "model": .string(model),
            "choices": [["index": 0, "delta": delta, "finish_reason": finish.map { .string($0) } ?? .null]],
        ]
        if let usage { chunk["usage"] = usage }
        return Array("data: ".utf8) + JSONWriter.compact(.object(chunk)) + [10, 10]
    }

    public static let done = Array("data: [DONE]\n\n".utf8)
    public static let json: Headers = ["content-type": "application/json"]
    public static let eventStream: Headers = ["content-type": "text/event-stream"]

    private static func usage(_ words: Int) -> JSONValue {
        ["prompt_tokens": 12, "completion_tokens": .number(JSONNumber(words)), "total_tokens": .number(JSONNumber(words + 12))]
    }
}
