// SPDX-License-Identifier: Apache-2.0
import JSON

/// Turns configured `params` into members of a Responses request.
enum ResponsesParams {
    /// The members to add: those that the client left out, under the wire's own names.
    ///
    /// `extra_body` is opened: its members go in as they are, unless a param of its own says the same.
    static func members(from params: JSONObject, in index: JSONIndex, of body: [UInt8]) -> [(key: String, value: JSONValue)] {
        let bytes = body.span.bytes
        var result: [(key: String, value: JSONValue)] = []
        var taken = Set(index.members.map { $0.name(in: bytes) })
        func add(_ key: String, _ value: JSONValue) {
            if reserved.contains(key) || !taken.insert(key).inserted { return }
            result.append((key, value))
        }
        for (name, value) in params.members where name != "extra_body" && !steering.contains(name) {
            switch name {
            case "reasoningEffort", "reasoning_effort": add("reasoning", .object(["effort": value]))
            case "verbosity", "textVerbosity": add("text", .object(["verbosity": value]))
            default: add(wireNames[name] ?? name, value)
            }
        }
        if case .object(let extra)? = params["extra_body"] {
            for (name, value) in extra.members { add(name, value) }
        }
        return result
    }

    /// What a request says or the gateway decides: never a matter of configured params.
    private static let reserved: Set<String> = ["model", "models", "input", "stream", "previous_response_id", "conversation"]

    /// OpenClaw's and Chat Completions' names for members that the wire calls otherwise.
    private static let wireNames = [
        "maxTokens": "max_output_tokens", "max_tokens": "max_output_tokens", "max_completion_tokens": "max_output_tokens",
        "serviceTier": "service_tier", "topP": "top_p", "parallelToolCalls": "parallel_tool_calls",
    ]

    /// OpenClaw's params that steer a gateway or belong to other wires.
    private static let steering: Set<String> = [
        "cacheControlTtl", "cacheRetention", "context1m", "transport", "fastMode", "thinking", "tool_stream", "responsesServerCompaction",
        "responsesCompactThreshold", "cachedContent",
    ]
}
