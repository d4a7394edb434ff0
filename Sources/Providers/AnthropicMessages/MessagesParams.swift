// SPDX-License-Identifier: Apache-2.0
import JSON

/// Turns configured `params` into members of a Messages request.
enum MessagesParams {
    /// The members to add: those that the client left out, under the wire's own names. None for a count of tokens, which takes nothing
    /// that steers an answer; its body is told by having no `max_tokens`, which all others must have.
    ///
    /// `extra_body` is opened: its members go in as they are, unless a param of its own says the same.
    static func members(from params: JSONObject, in index: JSONIndex, of body: [UInt8]) -> [(key: String, value: JSONValue)] {
        let bytes = body.span.bytes
        var taken = Set(index.members.map { $0.name(in: bytes) })
        guard taken.contains("max_tokens") else { return [] }
        var result: [(key: String, value: JSONValue)] = []
        func add(_ key: String, _ value: JSONValue) {
            if reserved.contains(key) || !taken.insert(key).inserted { return }
            result.append((key, value))
        }
        for (name, value) in params.members where name != "extra_body" && !steering.contains(name) {
            // A word for how long to think steers OpenClaw; the wire's own member is an object.
            if name == "thinking", value.object == nil { continue }
            add(wireNames[name] ?? name, value)
        }
        if case .object(let extra)? = params["extra_body"] {
            for (name, value) in extra.members { add(name, value) }
        }
        return result
    }

    /// What a request says or the gateway decides: never a matter of configured params.
    private static let reserved: Set<String> = ["model", "models", "messages", "stream"]

    /// OpenClaw's and Chat Completions' names for members that the wire calls otherwise.
    private static let wireNames = [
        "maxTokens": "max_tokens", "serviceTier": "service_tier", "topP": "top_p", "topK": "top_k", "stop": "stop_sequences",
        "stopSequences": "stop_sequences",
    ]

    /// OpenClaw's params that steer a gateway or belong to other wires.
    private static let steering: Set<String> = [
        "cacheControlTtl", "cacheRetention", "context1m", "transport", "fastMode", "tool_stream", "responsesServerCompaction",
        "responsesCompactThreshold", "cachedContent", "reasoningEffort", "reasoning_effort", "parallelToolCalls", "responseFormat",
    ]
}
