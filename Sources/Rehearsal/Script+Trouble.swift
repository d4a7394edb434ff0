// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// What a provider refuses with, on whatever wire: each has its own status, words and shape for it.
public enum Trouble: Hashable, Sendable {
    /// - Parameter retryAfter: Seconds; `nil`: it does not say.
    case rateLimited(retryAfter: Int?)
    case failed
    case overloaded
    case promptTooLong
    case refusedForContent
    /// The conversation ends with the assistant's words.
    case prefillRefused
}

extension Script {
    /// A refusal in the words and the shape of the wire that was asked.
    public static func refuses(_ asked: AskedRequest, _ trouble: Trouble) -> Script {
        let said = Said(trouble, on: asked.wire)
        var headers = json
        if case .rateLimited(let seconds?) = trouble, asked.wire != .google { headers.append("retry-after", String(seconds)) }
        let body: JSONValue
        switch asked.wire {
        case .chat, .responses:
            body = [
                "error": [
                    "message": .string(said.message), "type": .string(said.type), "param": nil,
                    "code": said.code.map { .string($0) } ?? .null,
                ]
            ]
        case .messages: body = ["type": "error", "error": ["type": .string(said.type), "message": .string(said.message)]]
        case .google:
            var error: JSONObject = ["code": number(said.status), "message": .string(said.message), "status": .string(said.type)]
            if case .rateLimited(let seconds?) = trouble {
                // google.rpc.RetryInfo (https://github.com/googleapis/googleapis, google/rpc/error_details.proto).
                error["details"] = [["@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": .string("\(seconds)s")]]
            }
            body = ["error": .object(error)]
        }
        return Script([.answer(status: said.status, headers: headers, body: JSONWriter.compact(body))])
    }

    /// How providers of a wire say it (docs/wire/, "Errors").
    struct Said {
        var status: Int
        /// Google's `status`.
        var type: String
        var code: String?
        var message: String

        init(_ trouble: Trouble, on wire: AskedRequest.Wire) {
            let row =
                switch wire {
                case .chat, .responses: Said.openAI(trouble)
                case .messages: Said.anthropic(trouble)
                case .google: Said.google(trouble)
                }
            (status, type, code, message) = row
        }

        private typealias Row = (Int, String, String?, String)

        private static func openAI(_ trouble: Trouble) -> Row {
            switch trouble {
            case .rateLimited: (429, "requests", "rate_limit_exceeded", "Rate limit reached for requests.")
            case .failed: (500, "server_error", nil, "The server had an error.")
            case .overloaded: (503, "service_unavailable_error", nil, "The engine is currently overloaded.")
            case .promptTooLong:
                (400, "invalid_request_error", "context_length_exceeded", "This model's maximum context length is 8192 tokens.")
            case .refusedForContent:
                (400, "invalid_request_error", "content_policy_violation", "The request was rejected by the content policy.")
            case .prefillRefused: (400, "invalid_request_error", nil, "This model does not support assistant message prefill.")
            }
        }

        private static func anthropic(_ trouble: Trouble) -> Row {
            switch trouble {
            case .rateLimited: (429, "rate_limit_error", nil, "This request would exceed the rate limit of your organization.")
            case .failed: (500, "api_error", nil, "Internal server error")
            case .overloaded: (529, "overloaded_error", nil, "Overloaded")
            case .promptTooLong: (400, "invalid_request_error", nil, "prompt is too long: 210000 tokens > 200000 maximum")
            case .refusedForContent: (400, "invalid_request_error", nil, "Output blocked by content filtering policy")
            case .prefillRefused:
                (
                    400, "invalid_request_error", nil,
                    "This model does not support assistant message prefill. The conversation must end with a user message."
                )
            }
        }

        private static func google(_ trouble: Trouble) -> Row {
            switch trouble {
            case .rateLimited: (429, "RESOURCE_EXHAUSTED", nil, "Resource has been exhausted (e.g. check quota).")
            case .failed: (500, "INTERNAL", nil, "An internal error has occurred.")
            case .overloaded: (503, "UNAVAILABLE", nil, "The model is overloaded. Please try again later.")
            case .promptTooLong:
                (400, "INVALID_ARGUMENT", nil, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")
            case .refusedForContent: (400, "INVALID_ARGUMENT", nil, "The prompt goes against Google's Responsible AI practices.")
            case .prefillRefused: (400, "INVALID_ARGUMENT", nil, "Please ensure that multiturn requests end with a user role.")
            }
        }
    }
}
