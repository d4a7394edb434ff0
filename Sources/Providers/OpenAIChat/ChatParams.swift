// SPDX-License-Identifier: Apache-2.0
import JSON

/// Turns configured `params` into members of a Chat Completions request.
enum ChatParams {
    /// The members to add: those that the client left out, under the wire's own names.
    ///
    /// `extra_body` is opened: its members go in as they are, unless a param of its own says the same.
    static func members(from params: JSONObject, in index: JSONIndex, of body: [UInt8]) -> [(key: String, value: JSONValue)] {
        var result: [(key: String, value: JSONValue)] = []
        var taken = Set(index.members.compactMap { key(of: $0, in: body) })
        func add(_ key: String, _ value: JSONValue) {
            if reserved.contains(key) || !taken.insert(key).inserted { return }
            result.append((key, value))
        }
        if taken.contains("max_completion_tokens") { taken.insert("max_tokens") }
        for (name, value) in params.members where name != "extra_body" && !steering.contains(name) {
            add(wireNames[name] ?? name, value)
        }
        if case .object(let extra)? = params["extra_body"] {
            for (name, value) in extra.members { add(name, value) }
        }
        return result
    }

    /// What a request says or the gateway decides: never a matter of configured params.
    private static let reserved: Set<String> = ["model", "models", "messages", "stream", "n"]

    /// OpenClaw's names for members that the wire calls otherwise.
    private static let wireNames = [
        "maxTokens": "max_tokens", "serviceTier": "service_tier", "topP": "top_p", "reasoningEffort": "reasoning_effort",
        "parallelToolCalls": "parallel_tool_calls", "responseFormat": "response_format",
    ]

    /// OpenClaw's params that steer a gateway or belong to other wires.
    private static let steering: Set<String> = [
        "cacheControlTtl", "cacheRetention", "context1m", "transport", "fastMode", "thinking", "tool_stream", "responsesServerCompaction",
        "responsesCompactThreshold", "cachedContent",
    ]

    private static func key(of member: JSONIndex.Member, in body: [UInt8]) -> String? {
        let quoted = member.key.lowerBound - 1..<member.key.upperBound + 1
        guard quoted.lowerBound >= 0, quoted.upperBound <= body.count else { return nil }
        return (try? JSONValue.parse(Array(body[quoted])))?.string
    }
}
