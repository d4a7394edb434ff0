// SPDX-License-Identifier: Apache-2.0
import JSON

/// A reply or an event seen from outside: the places of the members that every one of them is judged by, found in the pass that
/// validates it.
struct ChatEnvelope {
    let root: JSONSlice
    private(set) var choices: JSONSlice?
    private(set) var usage: JSONSlice?
    /// `x_groq`, which may hold the usage.
    private(set) var groq: JSONSlice?
    /// Members that only some replies have: who read them ask here first.
    private(set) var hasTier = false
    private(set) var hasSources = false
    private var error: JSONSlice?
    private var baseResponse: JSONSlice?

    /// - Throws: `JSONProblem` unless `bytes` are one JSON document, of whatever kind.
    init(scanning bytes: RawSpan) throws(JSONProblem) {
        var (choices, usage, error, baseResponse): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
        var groq: JSONSlice?
        var (hasTier, hasSources) = (false, false)
        root = try JSONScanner.scan(bytes) { key, value in
            if JSONText.equals(key, "choices", in: bytes) {
                choices = value
            } else if JSONText.equals(key, "usage", in: bytes) {
                usage = value
            } else if JSONText.equals(key, "error", in: bytes) {
                error = value
            } else if JSONText.equals(key, "base_resp", in: bytes) {
                baseResponse = value
            } else if JSONText.equals(key, "x_groq", in: bytes) {
                groq = value
            } else if JSONText.equals(key, "service_tier", in: bytes) {
                hasTier = true
            } else if JSONText.equals(key, "citations", in: bytes) || JSONText.equals(key, "search_results", in: bytes) {
                hasSources = true
            }
        }
        (self.choices, self.usage, self.error, self.baseResponse) = (choices, usage, error, baseResponse)
        self.groq = groq
        (self.hasTier, self.hasSources) = (hasTier, hasSources)
    }

    /// Whether this is an error although it came with a success status: `error`, MiniMax's `base_resp`, or, where the choices should
    /// be, an error's own members.
    func isError(in bytes: RawSpan) -> Bool {
        if let error, OpenAIErrors.isFilled(error, in: bytes) { return true }
        if let baseResponse, ChatErrors.isFailure(baseResponse, in: bytes) { return true }
        return choices?.kind != .array && ChatErrors.isFlatError(root, in: bytes)
    }
}
