// SPDX-License-Identifier: Apache-2.0
import JSON

/// Errors as this wire shows them to its clients, and as providers hide them where a reply should be.
enum ChatErrors {
    /// Whether an object without choices is an error itself: by its own `type` or `object`, or by an error's members.
    static func isFlatError(_ root: JSONSlice, in bytes: RawSpan) -> Bool {
        if root.member("object", in: bytes)?.equals("error", in: bytes) == true { return true }
        if root.member("type", in: bytes)?.equals("error", in: bytes) == true { return true }
        if root.member("detail", in: bytes).map({ OpenAIErrors.isFilled($0, in: bytes) }) == true { return true }
        guard root.member("message", in: bytes)?.kind == .string else { return false }
        return root.member("code", in: bytes) != nil || root.member("status", in: bytes) != nil || root.member("type", in: bytes) != nil
    }

    /// MiniMax answers 200 and puts its business code, 0 for success, into `base_resp.status_code`.
    static func isFailure(_ base: JSONSlice, in bytes: RawSpan) -> Bool {
        guard base.kind == .object, let code = base.member("status_code", in: bytes)?.int(in: bytes) else { return false }
        return code != 0
    }

    /// Finish reasons that say the provider broke off: OpenRouter, z.ai, vLLM and DeepSeek, in this order.
    static func isFailure(finishReason: JSONSlice, in bytes: RawSpan) -> Bool {
        finishReason.equals("error", in: bytes) || finishReason.equals("network_error", in: bytes)
            || finishReason.equals("abort", in: bytes) || finishReason.equals("insufficient_system_resource", in: bytes)
            || finishReason.equals("malformed_response", in: bytes)
    }

    /// The same body as one event. No terminator follows: it would pass for an end.
    static func event(_ error: WireError) -> [UInt8] {
        Array("data: ".utf8) + OpenAIErrors.body(error) + Array("\n\n".utf8)
    }
}
