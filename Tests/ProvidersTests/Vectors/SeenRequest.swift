// SPDX-License-Identifier: Apache-2.0
import JSON

@testable import Providers

/// What a provider makes of a request, whatever its wire.
struct SeenRequest: Equatable {
    /// All instructions, without white space: wires join several in their own ways.
    var system = ""
    /// Turns of one speaker in a row are one, and so are texts in a row.
    private(set) var turns: [SeenTurn] = []
    var tools: [SeenTool] = []
    /// `auto`, `none`, `required` or `tool:` with its name.
    var choice: String?
    var maxTokens: Int?
    var temperature: Double?
    var topP: Double?
    var topK: Double?
    var seed: Int?
    var stop: [String] = []
    /// The schema of the answer; an empty one where any object will do.
    var format: JSONValue?
    /// Whether the model is asked to think, or not to; `nil`: nothing is said of it.
    var thinks: Bool?
    var streams: Bool?
    /// How long, in the words or the tokens of its wire.
    var effort: String?
    var budget: Int?
    var user: String?
    /// Names to texts; nobody minds their order.
    var metadata: [String: String] = [:]
    /// `standard`, `priority`, `flex`; `nil`: as the provider does by itself.
    var tier: String?
    var choices = 1
    /// Others told at each token's place; -1: none, only the token's own likelihood.
    var likelihoods: Int?

    /// Of which alone any may be called; empty: all.
    var onlyTools: Set<String> = []

    /// Calls by their ids, counted over the whole request.
    private var calls: [String: Int] = [:]
    private var names: [Int: String] = [:]
    private var answered: Set<Int> = []
    private(set) var dialect = Dialect.chat

    init() {}

    init(_ body: JSONValue, _ dialect: Dialect) {
        switch dialect {
        case .chat: readChat(body)
        case .responses: readResponses(body)
        case .anthropic: readMessages(body)
        case .gemini: readGoogle(body)
        }
        self.dialect = dialect
    }

    mutating func instruct(_ text: String) { system += text.filter { !$0.isWhitespace } }

    mutating func say(_ piece: SeenTurn.Piece, isUser: Bool) {
        if piece == .text("") { return }
        if turns.last?.isUser != isUser { turns.append(SeenTurn(isUser: isUser)) }
        if case .text(let text) = piece, case .text(let before)? = turns[turns.count - 1].pieces.last {
            turns[turns.count - 1].pieces.removeLast()
            turns[turns.count - 1].pieces.append(.text(before + text))
        } else {
            turns[turns.count - 1].pieces.append(piece)
        }
    }

    mutating func call(_ call: SeenCall) {
        names[names.count] = call.name
        if !call.id.isEmpty { calls[call.id] = names.count - 1 }
        say(.call(call.meaning.asObject), isUser: false)
    }

    /// - Parameter id: Empty on Google's older models: the first call of that name without an answer is meant.
    mutating func answer(id: String, name: String = "", _ result: JSONValue) {
        let place = calls[id] ?? names.sorted { $0.key < $1.key }.first { $0.value == name && !answered.contains($0.key) }?.key
        if let place { answered.insert(place) }
        say(.result(call: place ?? -1, SeenTurn.plain(result)), isUser: true)
    }
}

struct SeenTurn: Equatable {
    enum Piece: Equatable {
        case text(String)
        case call(SeenCall)
        /// `call` counts the request's calls from 0; -1: of none.
        case result(call: Int, JSONValue)
        /// By its base64 or its URL.
        case media(String)
        case other(String)

        /// A document that is text.
        static func text(base64: String) -> Piece { .text(String(decoding: Base64.decode(base64) ?? [], as: UTF8.self)) }
    }

    var isUser: Bool
    var pieces: [Piece] = []

    /// A result without its wrapping: Google wants an object, the others text, mostly JSON.
    static func plain(_ result: JSONValue) -> JSONValue {
        if case .string(let text) = result, let inner = try? JSONValue.parse(text) { return plain(inner) }
        if let object = result.object, object.count == 1, let key = object.keys.first,
            ["result", "output", "error", "content"].contains(key), let inner = result[key]
        {
            return plain(inner)
        }
        return result
    }
}

struct SeenTool: Equatable {
    var name: String
    var description: String
    var schema: JSONValue

    init(name: String?, description: String?, schema: JSONValue?) {
        self.name = name ?? ""
        self.description = description ?? ""
        self.schema = Self.plain(schema ?? .null)
    }

    /// A schema without what says nothing (an empty one, its dialect) and with Google's words in those of JSON Schema.
    static func plain(_ schema: JSONValue) -> JSONValue {
        guard let object = schema.object else {
            guard let elements = schema.array else { return schema }
            return .array(elements.map(plain))
        }
        var result = JSONObject()
        for (key, value) in object.members {
            switch (key, value) {
            case ("type", .string(let word)): result[key] = .string(word.lowercased())
            case ("properties", .object(let members)):
                if members.isEmpty { break }
                var plainMembers = JSONObject()
                for (name, member) in members.members { plainMembers[name] = plain(member) }
                result[key] = .object(plainMembers)
            case ("nullable", _), ("propertyOrdering", _), ("format", "enum"): break
            // Protocol buffers write 64 bits as text.
            case ("minItems", .string(let count)), ("maxItems", .string(let count)):
                result[key] = Int(count).map { .number(JSONNumber($0)) }
            case ("additionalProperties", .bool(false)), ("$schema", _), ("description", .null), ("required", .array([])): break
            default: result[key] = plain(value)
            }
        }
        if object["nullable"] == true, let type = result["type"] { result["type"] = .array([type, "null"]) }
        return result.isEmpty || result == ["type": "object"] ? .null : .object(result)
    }
}
