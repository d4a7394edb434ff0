// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// What the backend of ChatGPT's subscriptions does differently (`openai-codex-responses`; docs/wire/openai-responses.md, "Codex").
enum CodexVariant {
    /// Below `https://chatgpt.com/backend-api`, or below its `codex`.
    static func path(_ operation: Operation, base: BaseURL) -> String? {
        guard operation == .generate else { return nil }
        return base.path.hasSuffix("/codex") ? "/responses" : "/codex/responses"
    }

    /// It has no members for the rest.
    static let carries: Set<Feature> = ResponsesTranslation.carried.subtracting([
        .topP, .logprobs, .topLogprobs, .user, .metadata, .store, .codeExecution, .fileID,
    ])

    /// What every other provider has a member for.
    static func noteLost(_ sampling: Sampling, _ losses: inout Losses) {
        if sampling.maxTokens != nil { losses.note(.foreignMembers, "max_output_tokens") }
        if sampling.temperature != nil { losses.note(.foreignMembers, "temperature") }
    }

    /// It refuses requests without instructions.
    static let instructions = "You are a helpful assistant."

    // MARK: Headers

    static func headers(client: Headers, credential: Secret?, provider: Provider) -> Headers {
        var headers = UpstreamHeaders.make(
            client: client, passed: passedHeaders, credential: credential, provider: provider, streaming: true)
        if headers["originator"] == nil { headers.append("originator", "understudy") }
        if headers["openai-beta"] == nil { headers.append("openai-beta", "responses=experimental") }
        if headers["chatgpt-account-id"] == nil, let account = credential.flatMap(account(of:)) {
            headers.append("chatgpt-account-id", account)
        }
        return headers
    }

    /// Codex's own ids of sessions are random, and keep its prompt cache warm.
    private static let passedHeaders: [StaticString] = [
        "user-agent", "openai-beta", "originator", "version", "session_id", "session-id", "conversation_id",
    ]

    /// The account that a token is for: a claim of the access token, which is a JWT (RFC 7519 §3). Nothing is verified: the backend does
    /// that.
    static func account(of token: Secret) -> String? {
        token.withExposed { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[1].utf8.count <= 1 << 16, let claims = Base64.decode(String(parts[1])),
                let index = try? JSONIndex(scanning: claims.span.bytes)
            else { return nil }
            let bytes = claims.span.bytes
            let own = index.value("https://api.openai.com/auth", in: bytes)?.member("chatgpt_account_id", in: bytes)
            return (own ?? index.value("chatgpt_account_id", in: bytes))?.string(in: bytes)
        }
    }

    // MARK: Body

    /// Members that it refuses, as those found out who sent them one by one (mnfst/llm-gateway#1807, askalf/dario#1144,
    /// diegosouzapw/OmniRoute#12585): with any of them there is no answer at all.
    private static let refused: [StaticString] = [
        "max_output_tokens", "max_completion_tokens", "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed",
        "top_logprobs", "metadata", "user", "safety_identifier", "truncation", "prompt_cache_retention", "background", "max_tool_calls",
        "stream_options",
    ]

    private static func isRefused(_ key: Range<Int>, _ value: JSONSlice, _ bytes: RawSpan) -> Bool {
        if JSONText.equals(key, "service_tier", in: bytes) { return !value.equals("priority", in: bytes) }
        return refused.contains { JSONText.equals(key, $0, in: bytes) }
    }

    /// A request of the Responses API as this backend takes it: nothing is kept, everything is streamed, there are instructions, the
    /// input is a list without the system's messages, and what it refuses is left out. Every other byte stays.
    static func body(_ body: [UInt8]) -> [UInt8] {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), index.root.kind == .object else { return body }
        var edits = BodyEdits()
        edits.dropMembers(of: index.root, in: bytes) { isRefused($0, $1, bytes) }
        var added = ""
        func set(_ name: StaticString, _ wanted: StaticString) {
            if let value = index.value(name, in: bytes) {
                if !bytes.equals(wanted, in: value.range) { edits.replace(value.range, with: Array(wanted.description.utf8)) }
            } else {
                added += ",\"\(name)\":\(wanted)"
            }
        }
        set("store", "false")
        set("stream", "true")
        let given = index.value("instructions", in: bytes)
        if given == nil {
            added += ",\"instructions\":\"\(instructions)\""
        } else if let given, given.kind == .null || given.isEmptyString {
            edits.replace(given.range, with: Array("\"\(instructions)\"".utf8))
        }
        if index.value("include", in: bytes) == nil { added += #","include":["reasoning.encrypted_content"]"# }
        // Right after the model's name, which is always there and stays.
        if let model = index.value("model", in: bytes) { edits.insert(added, at: model.end) }
        if let input = index.value("input", in: bytes) { setInput(input, bytes, &edits) }
        return edits.apply(to: body, index: index) ?? body
    }

    private static func setInput(_ input: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        if input.kind == .string {
            edits.insert(#"[{"type":"message","role":"user","content":"#, at: input.start)
            edits.insert("}]", at: input.end)
        }
        input.forEachElement(in: bytes) { item in
            if let role = item.member("role", in: bytes), role.equals("system", in: bytes) {
                edits.replace(role.range, with: Array(#""developer""#.utf8))
            }
            return !edits.areTooMany
        }
    }
}
