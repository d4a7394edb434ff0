// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a rehearsed model answers: the same on every wire, in each wire's own shape.
public struct Saying: Sendable {
    public var thinking: String
    /// The provider's proof of the thinking, which it wants back; empty: none.
    public var signature: String
    public var text: String
    public var calls: [Call]
    public var inputTokens = 12

    public struct Call: Hashable, Sendable {
        public var id: String
        public var name: String
        public var arguments: JSONValue

        public init(id: String, name: String, arguments: JSONValue) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    public init(_ text: String = "", thinking: String = "", signature: String = "", calls: [Call] = []) {
        self.text = text
        self.thinking = thinking
        self.signature = signature
        self.calls = calls
    }

    var outputTokens: Int { max(1, Self.words(of: text + thinking).count + 8 * calls.count) }

    /// Words with the space before them, so that they join to the text.
    static func words(of text: String) -> [String] {
        var words: [String] = []
        for character in text {
            if character == " " || words.isEmpty { words.append("") }
            words[words.count - 1].append(character)
        }
        return words
    }

    /// A call's arguments as text, in two pieces that are no JSON alone.
    static func pieces(of arguments: JSONValue) -> [String] {
        let text = JSONWriter.string(arguments)
        let middle = text.index(text.startIndex, offsetBy: text.count / 2)
        return [String(text[..<middle]), String(text[middle...])]
    }
}

extension Script {
    /// As the client asked: whole or as a stream, in its wire's shape.
    ///
    /// - Parameter pace: Between two events of a stream.
    public static func answers(_ saying: Saying, to asked: AskedRequest, pace: Duration = .zero) -> Script {
        guard asked.streaming else {
            let body =
                switch asked.wire {
                case .chat: chatReply(saying, model: asked.model)
                case .responses: responsesReply(saying, model: asked.model)
                case .messages: messagesReply(saying, model: asked.model)
                case .google where asked.isEnveloped: JSONValue.object(["response": googleReply(saying, model: asked.model)])
                case .google: googleReply(saying, model: asked.model)
                }
            return Script([.answer(status: 200, headers: json, body: JSONWriter.compact(body))])
        }
        var acts: [Act] = [.begin(status: 200, headers: eventStream)]
        for event in events(of: saying, for: asked) {
            if pace > .zero { acts.append(.wait(pace)) }
            acts.append(.bytes(event))
        }
        return Script(acts + [.end])
    }

    /// A stream, event by event, its terminator among them where the wire has one.
    static func events(of saying: Saying, for asked: AskedRequest) -> [[UInt8]] {
        switch asked.wire {
        case .chat: chatEvents(saying, model: asked.model)
        case .responses: responsesEvents(saying, model: asked.model)
        case .messages: messagesEvents(saying, model: asked.model)
        case .google: googleEvents(saying, model: asked.model).map { asked.isEnveloped ? enveloped($0) : $0 }
        }
    }

    /// An event of the Gemini API as Cloud Code Assist sends it.
    private static func enveloped(_ event: [UInt8]) -> [UInt8] {
        Array("data: {\"response\":".utf8) + event.dropFirst(6).dropLast(2) + Array("}\n\n".utf8)
    }

    /// An error in the shape of the wire that was asked.
    public static func refuses(_ asked: AskedRequest, _ status: Int, _ message: String) -> Script {
        let body: JSONValue =
            switch asked.wire {
            case .chat, .responses:
                ["error": ["message": .string(message), "type": "invalid_request_error", "param": nil, "code": nil]]
            case .messages: ["type": "error", "error": ["type": "invalid_request_error", "message": .string(message)]]
            case .google: ["error": ["code": .number(JSONNumber(status)), "message": .string(message), "status": "INVALID_ARGUMENT"]]
            }
        return Script([.answer(status: status, headers: json, body: JSONWriter.compact(body))])
    }

    /// An event of a stream, with its name where the wire has names.
    static func event(_ name: String? = nil, _ data: JSONValue) -> [UInt8] {
        Array((name.map { "event: \($0)\n" } ?? "").utf8) + Array("data: ".utf8) + JSONWriter.compact(data) + [10, 10]
    }

    static func number(_ count: Int) -> JSONValue { .number(JSONNumber(count)) }
}
