// SPDX-License-Identifier: Apache-2.0
import JSON

/// A request for a provider on the same wire: as the client wrote it, with the configured `params` that it left out.
enum GoogleParams {
    /// The model's name stands in the path; one in the body is put right, since Google compares the two.
    static func passthrough(body: [UInt8], index: JSONIndex, model: String, params: JSONObject?) -> [UInt8] {
        let bytes = body.span.bytes
        var edits = BodyEdits()
        let name = model.hasPrefix("models/") ? model : "models/\(model)"
        var text: [UInt8] = []
        JSONWriter.quote(name, into: &text)
        if let own = index.root.member("model", in: bytes), own.kind == .string { edits.replace(own.range, with: text) }
        if let request = index.root.google("generateContentRequest", in: bytes), let own = request.member("model", in: bytes) {
            edits.replace(own.range, with: text)
        }
        if let params { add(params, to: index.root, bytes, &edits) }
        return edits.apply(to: body, index: index) ?? body
    }

    /// In Cloud Code Assist's envelope the params belong into its `request`, but for the project, which stands beside it.
    static func wrapped(body: [UInt8], index: JSONIndex, params: JSONObject?) -> [UInt8] {
        let bytes = body.span.bytes
        guard var params, let request = index.root.member("request", in: bytes), request.kind == .object else { return body }
        var edits = BodyEdits()
        if let project = params[CodeAssistEnvelope.projectOption] {
            params[CodeAssistEnvelope.projectOption] = nil
            if index.member("project", in: bytes) == nil, let model = index.value("model", in: bytes) {
                edits.insert(",\"project\":\(JSONWriter.string(project))", at: model.end)
            }
        }
        add(params, to: request, bytes, &edits)
        return edits.apply(to: body, index: index) ?? body
    }

    private static func add(_ params: JSONObject, to request: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var config: [(key: String, value: JSONValue)] = []
        var top: [(key: String, value: JSONValue)] = []
        func add(_ name: String, _ value: JSONValue) {
            if steering.contains(name) || reserved.contains(name) { return }
            if name == "generationConfig", case .object(let members) = value {
                config += members.members
            } else if topLevel.contains(name) {
                top.append((name, value))
            } else {
                config.append((wireNames[name] ?? name, value))
            }
        }
        for (name, value) in params.members where name != "extra_body" { add(name, value) }
        if case .object(let extra)? = params["extra_body"] {
            for (name, value) in extra.members where !reserved.contains(name) {
                if name == "generationConfig" { add(name, value) } else { top.append((name, value)) }
            }
        }
        let given = request.google("generationConfig", in: bytes)
        config = missing(config, in: given, bytes)
        if let given, !config.isEmpty {
            edits.addMember(config.map(text).joined(separator: ","), to: given, in: bytes)
        } else if !config.isEmpty {
            top.insert(("generationConfig", .object(JSONObject(config))), at: 0)
        }
        top = missing(top, in: request, bytes)
        if !top.isEmpty { edits.addMember(top.map(text).joined(separator: ","), to: request, in: bytes) }
    }

    /// Those that `object` has not, in whichever spelling, each once.
    private static func missing(
        _ members: [(key: String, value: JSONValue)], in object: JSONSlice?, _ bytes: RawSpan
    ) -> [(key: String, value: JSONValue)] {
        var taken: Set<String> = []
        object?.forEachMember(in: bytes) { key, _ in
            taken.insert(plain(JSONText.string(key, in: bytes)))
            return true
        }
        return members.filter { taken.insert(plain($0.key)).inserted }
    }

    private static func plain(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }

    private static func text(_ member: (key: String, value: JSONValue)) -> String {
        "\(JSONWriter.string(.string(member.key))):\(JSONWriter.string(member.value))"
    }

    /// What a request says or the gateway decides.
    private static let reserved: Set<String> = ["model", "models", "contents", "stream"]

    /// Members of the request itself; all others belong into `generationConfig`.
    private static let topLevel: Set<String> = [
        "safetySettings", "toolConfig", "tools", "systemInstruction", "cachedContent", "labels", "serviceTier", "store",
    ]

    /// Other wires' and OpenClaw's names for members of `generationConfig`.
    private static let wireNames = [
        "maxTokens": "maxOutputTokens", "max_tokens": "maxOutputTokens", "max_completion_tokens": "maxOutputTokens", "top_p": "topP",
        "top_k": "topK", "stop": "stopSequences", "presence_penalty": "presencePenalty", "frequency_penalty": "frequencyPenalty",
    ]

    /// OpenClaw's params that steer a gateway or belong to other wires (`cachedContent` is Google's).
    private static let steering: Set<String> = [
        "cacheControlTtl", "cacheRetention", "context1m", "transport", "fastMode", "thinking", "tool_stream", "responsesServerCompaction",
        "responsesCompactThreshold",
    ]
}
