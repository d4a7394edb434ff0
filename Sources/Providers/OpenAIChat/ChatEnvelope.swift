// SPDX-License-Identifier: Apache-2.0
import JSON

/// A reply or an event seen from outside: the places of the members that every one of them is judged by, found in the pass that
/// validates it.
struct ChatEnvelope {
    let root: JSONSlice
    private(set) var choices: JSONSlice?
    private(set) var usage: JSONSlice?
    private var error: JSONSlice?
    private var baseResponse: JSONSlice?

    /// - Throws: `JSONProblem` unless `bytes` are one JSON document, of whatever kind.
    init(scanning bytes: RawSpan) throws(JSONProblem) {
        var (choices, usage, error, baseResponse): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
        root = try JSONScanner.scan(bytes) { key, value in
            if JSONText.equals(key, "choices", in: bytes) {
                choices = value
            } else if JSONText.equals(key, "usage", in: bytes) {
                usage = value
            } else if JSONText.equals(key, "error", in: bytes) {
                error = value
            } else if JSONText.equals(key, "base_resp", in: bytes) {
                baseResponse = value
            }
        }
        (self.choices, self.usage, self.error, self.baseResponse) = (choices, usage, error, baseResponse)
    }

    /// Whether this is an error although it came with a success status: `error`, MiniMax's `base_resp`, or, where the choices should
    /// be, an error's own members.
    func isError(in bytes: RawSpan) -> Bool {
        if let error, OpenAIErrors.isFilled(error, in: bytes) { return true }
        if let baseResponse, ChatErrors.isFailure(baseResponse, in: bytes) { return true }
        return choices?.kind != .array && ChatErrors.isFlatError(root, in: bytes)
    }
}
