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

    /// Calls by their ids, counted over the whole request.
    private var calls: [String: Int] = [:]
    private var names: [Int: String] = [:]
    private var answered: Set<Int> = []

    init() {}

    init(_ body: JSONValue, _ dialect: Dialect) {
        switch dialect {
        case .chat: readChat(body)
        case .responses: readResponses(body)
        case .anthropic: readMessages(body)
        case .gemini: readGoogle(body)
        }
    }

    mutating func instruct(_ text: String) { system += text.filter { !$0.isWhitespace } }

    mutating func say(_ piece: SeenTurn.Piece, isUser: Bool) {
        if turns.last?.isUser != isUser { turns.append(SeenTurn(isUser: isUser)) }
        if case .text(let text) = piece, case .text(let before)? = turns[turns.count - 1].pieces.last {
            turns[turns.count - 1].pieces.removeLast()
            turns[turns.count - 1].pieces.append(.text(before + text))
        } else if piece != .text("") {
            turns[turns.count - 1].pieces.append(piece)
        }
    }

    mutating func call(_ call: SeenCall) {
        names[names.count] = call.name
        if !call.id.isEmpty { calls[call.id] = names.count - 1 }
        say(.call(call.meaning), isUser: false)
    }

    /// - Parameter id: Empty on Google's older models: the first call of that name without an answer is meant.
    mutating func answer(id: String, name: String = "", _ result: JSONValue) {
        let place = calls[id] ?? names.sorted { $0.key < $1.key }.first { $0.value == name && !answered.contains($0.key) }?.key
        if let place { answered.insert(place) }
        say(.result(call: place ?? -1, SeenTurn.plain(result)), isUser: true)
    }

    /// - Parameter lost: What the crossing said it could not carry is not compared.
    func differences(from other: SeenRequest, lost: [Feature]) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ name: String, _ excuses: [Feature], _ mine: Value, _ theirs: Value) {
            if mine == theirs || excuses.contains(where: lost.contains) { return }
            found.append("\(name): \(String(describing: mine).prefix(700)) | \(String(describing: theirs).prefix(700))")
        }
        compare("system", [], system, other.system)
        let partial: [Feature] = [.foreignParts, .documents, .documentURL, .imageURL, .fileID, .toolResultImages, .audioInput, .videoInput]
        compare("turns", partial, turns, other.turns)
        compare("tools", [.foreignTools], tools.sorted { $0.name < $1.name }, other.tools.sorted { $0.name < $1.name })
        compare("choice", [.allowedTools], choice ?? "auto", other.choice ?? "auto")
        compare("max tokens", [], maxTokens ?? other.maxTokens, other.maxTokens ?? maxTokens)
        compare("temperature", [.temperature], temperature, other.temperature)
        compare("top p", [.topP], topP, other.topP)
        compare("top k", [.topK], topK, other.topK)
        compare("seed", [.seed], seed, other.seed)
        compare("stop", [.stopSequences], stop, other.stop)
        compare("format", [.jsonSchema, .jsonObject], format, other.format)
        compare("thinks", [.reasoning, .reasoningBudget], thinks, other.thinks)
        compare("streams", [], streams ?? other.streams, other.streams ?? streams)
        return found
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
            case ("additionalProperties", .bool(false)), ("$schema", _), ("description", .null), ("required", .array([])): break
            default: result[key] = plain(value)
            }
        }
        return result.isEmpty || result == ["type": "object"] ? .null : .object(result)
    }
}
