// SPDX-License-Identifier: Apache-2.0
import JSON

/// Routes that refuse something in the request which the gateway can change, and answer once it has.
extension Fault {
    static let formats: [Fault] = [
        format("format-cache-markers", "400: no prompt caching here, until the cache marks are gone") { body in
            // As OpenRouter passed it on in 2026, for a model of Anthropic that takes no marks.
            holds("cache_control", in: body)
                ? .refuses(
                    400,
                    "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.",
                    code: "400") : nil
        },
        format("format-unknown-parameter", "400: no `seed` here, until it is gone") { body in
            body["seed"] == nil
                ? nil : .refuses(400, "Unknown parameter: 'seed'.", type: "invalid_request_error", code: "unknown_parameter")
        },
        format("format-max-tokens-name", "400: no `max_tokens` here, until it is `max_completion_tokens`") { body in
            body["max_tokens"] == nil
                ? nil
                : .refuses(
                    400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                    type: "invalid_request_error", code: "unsupported_parameter")
        },
        format("format-developer-role", "400: no role `developer` here, until it is `system`") { body in
            messages(body).contains { $0["role"]?.string == "developer" }
                ? .refuses(
                    400,
                    "Failed to deserialize the JSON body into the target type: messages[0].role: unknown variant `developer`, expected one of "
                        + "`system`, `user`, `assistant`, `tool` at line 1 column 60",
                    type: "invalid_request_error", code: "invalid_request_error") : nil
        },
        format("format-tool-call-id", "400: tool-call ids have nine letters and digits, until they do") { body in
            let calls = messages(body).flatMap { $0["tool_calls"]?.array ?? [] }.compactMap { $0["id"]?.string }
            let results = messages(body).compactMap { $0["tool_call_id"]?.string }
            if let wrong = (calls + results).first(where: { !isNine($0) }) {
                return .refuses(
                    400, "Tool call id was \(wrong) but must be a-z, A-Z, 0-9, with a length of 9.", type: "invalid_function_call",
                    code: "3280")
            }
            return Set(results).isSubset(of: calls)
                ? nil : .refuses(400, "Unexpected tool call id \(results) in tool results", type: "invalid_request_message_order")
        },
    ]

    /// A route that says its line to whoever asks as it wants to be asked.
    ///
    /// - Parameter refusal: What it says to a body that is not to its taste; `nil`: it is.
    private static func format(
        _ name: String, _ summary: String, _ refusal: @escaping @Sendable (_ body: JSONValue) -> Script?
    ) -> Fault {
        Fault(name, summary) { asked in
            let body = (try? JSONValue.parse(asked.body.span.bytes)) ?? .null
            return refusal(body) ?? .says(line, to: asked, pace: .zero)
        }
    }

    private static func messages(_ body: JSONValue) -> [JSONValue] { body["messages"]?.array ?? [] }

    private static func isNine(_ id: String) -> Bool {
        id.utf8.count == 9 && id.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 0x20) }
    }

    /// Whether a member of this name stands anywhere.
    private static func holds(_ name: String, in value: JSONValue) -> Bool {
        switch value {
        case .object(let object): object.members.contains { $0.key == name || holds(name, in: $0.value) }
        case .array(let elements): elements.contains { holds(name, in: $0) }
        case .null, .bool, .number, .string: false
        }
    }
}
