// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads a stream as the strictest client of its wire would, and says what that client would choke on.
protocol StreamListener: Sendable {
    var heard: Heard { get set }
    /// - Parameters:
    ///   - data: The event's data. `nil`: it is no JSON.
    ///   - text: The same as it came.
    ///   - name: Of the event; empty: none.
    mutating func hear(_ data: JSONValue?, text: String, name: String)
    /// The connection has closed.
    mutating func ended()
}

extension StreamListener {
    mutating func isJSON(_ data: JSONValue?, _ text: String) -> JSONValue? {
        if data?.object == nil { heard.fault("an event is no JSON object: \(text.prefix(60))") }
        return data
    }
}

/// Chat Completions (docs/wire/openai-completions.md, "Streams").
struct ChatListener: StreamListener {
    var heard = Heard()
    private var id: JSONValue?
    private var created: JSONValue?
    private var isDone = false

    mutating func hear(_ data: JSONValue?, text: String, name: String) {
        if isDone { return heard.fault("an event behind [DONE]") }
        if heard.error != nil { return heard.fault("an event behind an error") }
        if !name.isEmpty { heard.fault("an event has a name: \(name)") }
        if text == "[DONE]" {
            isDone = true
            if heard.finish == nil { heard.fault("[DONE] with no finish_reason before it") }
            return
        }
        guard let event = isJSON(data, text) else { return }
        if let error = event["error"] {
            heard.error = error["message"]?.string ?? "?"
            return
        }
        if event["object"] != "chat.completion.chunk" { heard.fault("object is \(event["object"]?.string ?? "missing")") }
        id = heard.same("id", event["id"], as: id)
        created = heard.same("created", event["created"], as: created)
        heard.name(event["model"]?.string)
        if let usage = event["usage"], !usage.isNull {
            heard.usage = .init(inputTokens: usage["prompt_tokens"]?.int, outputTokens: usage["completion_tokens"]?.int)
        }
        guard let choices = event["choices"]?.array else { return heard.fault("an event has no choices") }
        for choice in choices {
            if choice["index"]?.int != 0 { heard.fault("a choice that nobody asked for") }
            guard let delta = choice["delta"], delta.object != nil else { return heard.fault("a choice has no delta") }
            let piece = delta["content"]?.string ?? ""
            let thought = delta["reasoning_content"]?.string ?? ""
            if heard.finish != nil, !piece.isEmpty || !thought.isEmpty { heard.fault("text behind the finish_reason") }
            heard.text += piece
            heard.thinking += thought
            for call in delta["tool_calls"]?.array ?? [] { take(call) }
            if let finish = choice["finish_reason"]?.string {
                if heard.finish != nil { heard.fault("a second finish_reason") }
                heard.finish = finish
            }
        }
    }

    private mutating func take(_ call: JSONValue) {
        guard let index = call["index"]?.int else { return heard.fault("a tool call has no index") }
        if heard.finish != nil { heard.fault("a tool call behind the finish_reason") }
        if index == heard.calls.count {
            guard let id = call["id"]?.string, let name = call["function"]?["name"]?.string else {
                return heard.fault("tool call \(index) begins without its id or name")
            }
            heard.calls.append(Heard.Call(id: id, name: name, arguments: ""))
        }
        guard heard.calls.indices.contains(index) else { return heard.fault("tool call \(index) where \(heard.calls.count) is next") }
        heard.calls[index].arguments += call["function"]?["arguments"]?.string ?? ""
    }

    mutating func ended() {
        heard.isWhole = isDone && heard.finish != nil && heard.error == nil
        if heard.isWhole { heard.endCalls() }
    }
}

/// The Gemini API (docs/wire/google-generative-ai.md, "Streams").
struct GoogleListener: StreamListener {
    var heard = Heard()
    private var id: JSONValue?

    mutating func hear(_ data: JSONValue?, text: String, name: String) {
        if heard.error != nil { return heard.fault("an event behind an error") }
        if text == "[DONE]" { return heard.fault("[DONE], which this wire has not") }
        guard let event = isJSON(data, text) else { return }
        if let error = event["error"] {
            heard.error = error["message"]?.string ?? "?"
            return
        }
        if let known = event["responseId"] { id = heard.same("responseId", known, as: id) }
        heard.name(event["modelVersion"]?.string)
        if let usage = event["usageMetadata"] {
            heard.usage = .init(
                inputTokens: usage["promptTokenCount"]?.int,
                outputTokens: usage["candidatesTokenCount"]?.int.map { $0 + (usage["thoughtsTokenCount"]?.int ?? 0) })
        }
        for candidate in event["candidates"]?.array ?? [] {
            if candidate["index"]?.int ?? 0 != 0 { heard.fault("a candidate that nobody asked for") }
            let parts = candidate["content"]?["parts"]?.array ?? []
            let piece = parts.filter { $0["thought"]?.bool != true }.compactMap { $0["text"]?.string }.joined()
            heard.thinking += parts.filter { $0["thought"]?.bool == true }.compactMap { $0["text"]?.string }.joined()
            for call in parts.compactMap({ $0["functionCall"] }) {
                if heard.finish != nil { heard.fault("a functionCall behind the finishReason") }
                heard.calls.append(
                    Heard.Call(
                        id: call["id"]?.string ?? "", name: call["name"]?.string ?? "", arguments: JSONWriter.string(call["args"] ?? [:])))
            }
            if heard.finish != nil, !piece.isEmpty { heard.fault("text behind the finishReason") }
            heard.text += piece
            if let finish = candidate["finishReason"]?.string {
                if heard.finish != nil { heard.fault("a second finishReason") }
                heard.finish = finish
            }
        }
    }

    mutating func ended() { heard.isWhole = heard.finish != nil && heard.error == nil }
}
