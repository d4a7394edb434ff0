// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

@Suite struct `A repaired Messages body` {
    static let toEffort = Repair.renameMember(from: "thinking.budget_tokens", to: "output_config.effort")
    static let toBudget = Repair.renameMember(from: "output_config.effort", to: "thinking.budget_tokens")
    static let goOn = ContinuationPrompt.general

    /// `nil`: nothing in it would change.
    static let everything: [(repair: Repair, body: String, result: String?)] = [
        (.dropCacheMarkers, #"{"messages":[{"role":"user","content":"hi"}]}"#, nil),
        (
            .dropCacheMarkers,
            #"{"cache_control":{},"system":[{"text":"a", "cache_control":{}}],"tools":[{"cache_control":{},"input_schema":{"cache_control":1}}]}"#,
            #"{"system":[{"text":"a"}],"tools":[{"input_schema":{"cache_control":1}}]}"#
        ),
        (.dropMember("temperature"), #"{"a":1,"temperature":0.5,"b":2}"#, #"{"a":1,"b":2}"#),
        (.dropMember("output_config.effort"), #"{"a":1,"output_config":{"effort":"low"}}"#, #"{"a":1}"#),
        (.dropMember("output_config.effort"), #"{"output_config":{"effort":"low","format":1}}"#, #"{"output_config":{"format":1}}"#),
        (.dropMember("thinking.display"), #"{"thinking":{"type":"adaptive","display":"omitted"}}"#, #"{"thinking":{"type":"adaptive"}}"#),
        (.dropMember("messages"), #"{"messages":[]}"#, nil),
        // How long to think.
        (
            toEffort, #"{"thinking":{"type":"enabled","budget_tokens":20000}}"#,
            #"{"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}}"#
        ),
        (
            toEffort, #"{"thinking":{"budget_tokens":1024,"type":"enabled"},"output_config":{"effort":"max"}}"#,
            #"{"thinking":{"type":"adaptive"},"output_config":{"effort":"max"}}"#
        ),
        (toEffort, #"{"thinking":{"type":"adaptive"}}"#, nil),
        (
            toBudget, #"{"max_tokens":4000,"thinking":{"type":"adaptive"},"output_config":{"effort":"high","format":1}}"#,
            #"{"max_tokens":4000,"thinking":{"type":"enabled","budget_tokens":3200},"output_config":{"format":1}}"#
        ),
        (toBudget, #"{"max_tokens":500,"thinking":{"type":"adaptive"}}"#, #"{"max_tokens":500,"thinking":{"type":"disabled"}}"#),
        (
            .fitBudget, #"{"max_tokens":2000,"thinking":{"type":"enabled","budget_tokens":2000}}"#,
            #"{"max_tokens":2000,"thinking":{"type":"enabled","budget_tokens":1600}}"#
        ),
        (.fitBudget, #"{"max_tokens":800,"thinking":{"type":"enabled","budget_tokens":2000}}"#, #"{"max_tokens":800}"#),
        (.fitBudget, #"{"max_tokens":8000,"thinking":{"type":"enabled","budget_tokens":2000}}"#, nil),
        (.limitTokens(to: 4096), #"{"max_tokens":64000}"#, #"{"max_tokens":4096}"#),
        (.limitTokens(to: 4096), #"{"max_tokens":4096}"#, nil),
        (.limitEffort(to: ["low", "high"]), #"{"output_config":{"effort":"max"}}"#, #"{"output_config":{"effort":"high"}}"#),
        // Thoughts.
        (
            .dropThoughts,
            #"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"s"}, {"type":"text","text":"b"}]}]}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"text","text":"b"}]}]}"#
        ),
        (
            .dropThoughts,
            #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"redacted_thinking","data":"s"}]}]}"#,
            #"{"messages":[{"role":"user","content":"a"}]}"#
        ),
        // Turns.
        (
            .alternateRoles, #"{"messages":[{"role":"assistant","content":"a"}]}"#,
            #"{"messages":[{"role":"user","content":"…"},{"role":"assistant","content":"a"},{"role":"user","content":"\#(goOn)"}]}"#
        ),
        (.alternateRoles, #"{"messages":[{"role":"user","content":"a"}]}"#, nil),
        (
            .askToContinue, #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#,
            #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"\#(goOn)"}]}"#
        ),
        (.askToContinue, #"{"messages":[{"role":"user","content":"a"}]}"#, nil),
        (.dropStrict, #"{"tools":[{"name":"f","strict":true}]}"#, #"{"tools":[{"name":"f"}]}"#),
        (.renameRole(from: "system", to: "user"), #"{"messages":[{"role":"system"}]}"#, #"{"messages":[{"role":"user"}]}"#),
        (
            .dropEmptyText,
            #"{"system":" ","messages":[{"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"a"}]},{"role":"assistant","content":""}]}"#,
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}"#
        ),
        (
            .normaliseToolCallIDs(exactly: nil),
            #"{"messages":[{"content":[{"type":"tool_use","id":"a.b"}]},{"content":[{"type":"tool_result","tool_use_id":"a.b"}]}]}"#,
            #"{"messages":[{"content":[{"type":"tool_use","id":"\#(MessagesToolCallID.fit("a.b"))"}]},{"content":[{"type":"tool_result","tool_use_id":"\#(MessagesToolCallID.fit("a.b"))"}]}]}"#
        ),
        // Results.
        (
            .pairResults,
            #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1"}]},{"role":"user","content":"b"}]}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1"}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"The call was not answered.","is_error":true},{"type":"text","text":"b"}]}]}"#
        ),
        (
            .pairResults,
            #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1"}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"2","content":"b"}]}]}"#,
            #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1"}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"The call was not answered.","is_error":true},{"type":"text","text":"b"}]}]}"#
        ),
        (
            .pairResults,
            #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"1"}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1"}]}]}"#,
            nil
        ),
        // Schemas.
        (
            .plainSchemas,
            #"{"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"minimum":{"type":"integer","minimum":1}}}}}}"#,
            #"{"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"minimum":{"type":"integer"}},"additionalProperties":false}}}}"#
        ),
        (.plainSchemas, #"{"tools":[{"name":"f","input_schema":{"type":"object"}}]}"#, nil),
        (.signCalls, #"{"messages":[]}"#, nil),
        (.dropThoughts, "[", nil),
    ]

    @Test(arguments: everything)
    func `is as the route wants it, and else as it was`(repair: Repair, body: String, result: String?) throws {
        let repaired = MessagesWire().repaired(Array(body.utf8), by: repair)
        #expect(text(repaired) == result)
        if let repaired {
            _ = try JSONValue.parse(repaired)
            #expect(text(MessagesWire().repaired(repaired, by: repair)) == nil, "once is enough")
        }
    }
}

@Suite struct `A refusal by Anthropic` {
    static let everything: [(message: String, repair: Repair)] = [
        ("messages.1.content.0: Invalid `signature` in `thinking` block", .dropThoughts),
        ("messages.3.content.0: Invalid `data` in `redacted_thinking` block", .dropThoughts),
        ("messages.1.content.0.thinking.signature: Field required", .dropThoughts),
        (
            "messages.5.content.2: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.",
            .dropThoughts
        ),
        (
            "messages.129.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks).",
            .dropMember("thinking")
        ),
        ("Thinking may not be enabled when tool_choice forces tool use.", .dropMember("thinking")),
        ("This model does not support assistant message prefill. The conversation must end with a user message.", .askToContinue),
        ("messages: first message must use the \"user\" role", .alternateRoles),
        (
            "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.",
            `A repaired Messages body`.toEffort
        ),
        ("adaptive thinking is not supported on this model", `A repaired Messages body`.toBudget),
        ("This model does not support the effort parameter.", .dropMember("output_config.effort")),
        (
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size",
            .fitBudget
        ),
        ("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024", .fitBudget),
        ("`temperature` and `top_p` cannot both be specified for this model. Please use only one.", .dropMember("top_p")),
        (
            "`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation.", .dropMember("temperature")
        ),
        ("`temperature` is deprecated for this model.", .dropMember("temperature")),
        ("`top_k` must be unset when thinking is enabled. Please consult our documentation.", .dropMember("top_k")),
        ("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.", .dropMember("top_p")),
        ("messages: text content blocks must be non-empty", .dropEmptyText),
        ("messages: text content blocks must contain non-whitespace text", .dropEmptyText),
        ("messages.4.content.0.text: cache_control cannot be set for empty text blocks", .dropEmptyText),
        (
            "messages.2: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_01. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
            .pairResults
        ),
        (
            "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_01. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.",
            .pairResults
        ),
        ("role 'system' is not supported on this model", .renameRole(from: "system", to: "user")),
        (
            "max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-sonnet-20241022",
            .limitTokens(to: 8192)
        ),
        ("context_management: Extra inputs are not permitted", .dropMember("context_management")),
        ("messages.1.content.1.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'", .normaliseToolCallIDs(exactly: nil)),
        ("output_config.effort: Input should be 'low', 'medium' or 'high'", .limitEffort(to: ["low", "medium", "high"])),
        (
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false", .plainSchemas
        ),
    ]

    @Test(arguments: everything)
    func `says what would mend it`(message: String, repair: Repair) {
        var body = Array(#"{"type":"error","error":{"type":"invalid_request_error","message":"#.utf8)
        JSONWriter.quote(message, into: &body)
        body += Array("}}".utf8)
        let error = MessagesWire().readError(
            status: 400, headers: Headers(), body: body, context: ErrorContext(provider: "anthropic", model: "m"), nowMilliseconds: 0)
        let failure = Classifier.classify(error)
        #expect(failure.reason == .format)
        #expect(failure.repair == repair)
    }
}

@Suite struct `Marks in a Messages body` {
    @Test(
        arguments: [
            (
                .none, false, #"{"system":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}"#,
                #"{"system":[{"type":"text","text":"a"}]}"#
            ),
            (
                .short, true, #"{"system":[{"cache_control":{"type":"ephemeral","ttl":"1h"}}]}"#,
                #"{"system":[{"cache_control":{"type":"ephemeral"}}]}"#
            ),
            (.long, true, #"{"cache_control":{"type":"ephemeral"}}"#, #"{"cache_control":{"type":"ephemeral","ttl":"1h"}}"#),
            (.long, true, #"{"cache_control":{"type":"ephemeral","ttl":"1h"}}"#, nil),
            (.short, false, #"{"system":"a","messages":[{"role":"user","content":"b"}]}"#, nil),
            (
                .short, true, #"{"system":"a","messages":[{"role":"user","content":"b"}]}"#,
                #"{"system":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}]}]}"#
            ),
            (
                .long, true,
                #"{"tools":[{"name":"f"},{"name":"g"}],"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1"}]}]}"#,
                #"{"tools":[{"name":"f"},{"name":"g","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}"#
            ),
            (.short, true, #"{"messages":[{"role":"user","content":""}]}"#, nil),
            (.none, true, "[", nil),
        ] as [(CacheRetention, Bool, String, String?)])
    func `are as the settings want them`(retention: CacheRetention, placing: Bool, body: String, result: String?) {
        #expect(text(MessagesWire().marked(Array(body.utf8), for: retention, placing: placing)) == result)
    }
}
