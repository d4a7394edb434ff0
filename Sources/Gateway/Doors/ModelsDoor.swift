// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Relay
import Transport

/// The models that a client may ask for, listed as the API lists them that the client speaks: `GET /v1/models`, `GET /v1beta/models` and
/// the same with a name behind it.
struct ModelsDoor {
    let relay: Relay
    /// The client's.
    let wire: WireKind

    /// One model as a list has it.
    struct Entry {
        var name: String
        var owner: String
        /// `nil` where nobody said.
        var contextWindow: Int?
        var maxTokens: Int?
    }

    /// - Parameter query: Of the API's own members for pages.
    func list(_ query: String?) -> HTTPAnswer {
        let settings = relay.snapshot.settings
        let names = ModelNames.all(in: settings)
        func entry(_ place: Int) -> Entry { Self.entry(names[place].name, owner: names[place].owner, in: settings) }
        do throws(WireError) {
            switch wire {
            case .googleGenerativeAI:
                let page = try ModelsPage.gemini(query, names: names.map(\.name))
                return .json(GeminiModels.list(page.range.map(entry), next: page.hasMore ? names[page.range.upperBound - 1].name : nil))
            case .anthropicMessages:
                let page = try ModelsPage.anthropic(query, names: names.map(\.name))
                return .json(AnthropicModels.list(page.range.map(entry), hasMore: page.hasMore))
            case .openaiCompletions, .openaiResponses, .openaiCodexResponses, .googleGeminiCLI:
                return .json(["object": "list", "data": .array(names.map { OpenAIModels.entry($0.name, owner: $0.owner) })])
            }
        } catch {
            return ErrorReply.answer(error, on: wire)
        }
    }

    /// Any name that a request may carry, listed or not.
    func model(_ id: String) -> HTTPAnswer {
        let settings = relay.snapshot.settings
        switch ModelNames.resolve(id, in: settings) {
        case .success(let target):
            let entry = Self.entry(id, owner: target.models.first?.model.ref.provider.rawValue ?? "understudy", in: settings)
            return switch wire {
            case .googleGenerativeAI: .json(GeminiModels.entry(entry))
            case .anthropicMessages: .json(AnthropicModels.entry(entry))
            case .openaiCompletions, .openaiResponses, .openaiCodexResponses, .googleGeminiCLI:
                .json(OpenAIModels.entry(id, owner: entry.owner))
            }
        case .failure(let unknown):
            return ErrorReply.answer(WireError(status: 404, message: unknown.text, code: "model_not_found", param: "model"), on: wire)
        }
    }

    private static func entry(_ name: String, owner: String, in settings: Settings) -> Entry {
        var entry = Entry(name: name, owner: owner)
        if case .success(let target) = ModelNames.resolve(name, in: settings), let ref = target.models.first?.model.ref {
            let model = settings.providers[ref.provider]?.model(ref.model)
            entry.contextWindow = model?.contextWindow
            entry.maxTokens = model?.maxTokens
        }
        return entry
    }
}

/// OpenAI's list (https://platform.openai.com/docs/api-reference/models).
private enum OpenAIModels {
    /// `created` has no meaning here, but SDKs insist on a number.
    static func entry(_ id: String, owner: String) -> JSONValue {
        ["id": .string(id), "object": "model", "created": 0, "owned_by": .string(owner)]
    }
}

/// Anthropic's list (https://platform.claude.com/docs/en/api/models-list).
private enum AnthropicModels {
    static func list(_ entries: [ModelsDoor.Entry], hasMore: Bool) -> JSONValue {
        func id(_ entry: ModelsDoor.Entry?) -> JSONValue { entry.map { .string($0.name) } ?? .null }
        return [
            "data": .array(entries.map { entry($0) }), "has_more": .bool(hasMore), "first_id": id(entries.first),
            "last_id": id(entries.last),
        ]
    }

    /// When a model was made has no meaning here, but SDKs insist on a time; this is what the API tells of one that it does not know.
    static func entry(_ entry: ModelsDoor.Entry) -> JSONValue {
        ["type": "model", "id": .string(entry.name), "display_name": .string(entry.name), "created_at": "1970-01-01T00:00:00Z"]
    }
}

/// The Gemini API's list (https://ai.google.dev/api/models).
private enum GeminiModels {
    static func list(_ entries: [ModelsDoor.Entry], next: String?) -> JSONValue {
        var list: JSONObject = ["models": .array(entries.map { entry($0) })]
        if let next { list["nextPageToken"] = .string(next) }
        return .object(list)
    }

    static func entry(_ entry: ModelsDoor.Entry) -> JSONValue {
        var members: JSONObject = ["name": .string("models/\(entry.name)"), "version": "", "displayName": .string(entry.name)]
        if let window = entry.contextWindow { members["inputTokenLimit"] = .number(JSONNumber(window)) }
        if let limit = entry.maxTokens { members["outputTokenLimit"] = .number(JSONNumber(limit)) }
        members["supportedGenerationMethods"] = ["generateContent", "countTokens"]
        return .object(members)
    }
}

extension HTTPAnswer {
    static func json(_ value: JSONValue, status: Int = 200) -> HTTPAnswer {
        json(bytes: JSONWriter.compact(value), status: status)
    }

    /// - Parameter bytes: A JSON document.
    static func json(bytes: [UInt8], status: Int = 200) -> HTTPAnswer {
        HTTPAnswer(status: status, headers: ["content-type": "application/json", "cache-control": "no-store"], body: bytes)
    }
}
