// SPDX-License-Identifier: Apache-2.0
import JSON

/// A reply or an event seen from outside: the places of the members that every one of them is judged by, found in the pass that
/// validates it.
struct MessagesEnvelope {
    let root: JSONSlice
    private(set) var type, content, stopReason, usage: JSONSlice?
    private(set) var index, delta, block, message: JSONSlice?
    private var error, baseResponse: JSONSlice?

    /// - Throws: `JSONProblem` unless `bytes` are one JSON document, of whatever kind.
    init(scanning bytes: RawSpan) throws(JSONProblem) {
        var (type, content, stopReason, usage): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
        var (index, delta, block, message): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
        var (error, baseResponse): (JSONSlice?, JSONSlice?)
        root = try JSONScanner.scan(bytes) { key, value in
            if JSONText.equals(key, "type", in: bytes) {
                type = value
            } else if JSONText.equals(key, "index", in: bytes) {
                index = value
            } else if JSONText.equals(key, "delta", in: bytes) {
                delta = value
            } else if JSONText.equals(key, "content_block", in: bytes) {
                block = value
            } else if JSONText.equals(key, "content", in: bytes) {
                content = value
            } else if JSONText.equals(key, "stop_reason", in: bytes) {
                stopReason = value
            } else if JSONText.equals(key, "usage", in: bytes) {
                usage = value
            } else if JSONText.equals(key, "message", in: bytes) {
                message = value
            } else if JSONText.equals(key, "error", in: bytes) {
                error = value
            } else if JSONText.equals(key, "base_resp", in: bytes) {
                baseResponse = value
            }
        }
        (self.type, self.content, self.stopReason, self.usage) = (type, content, stopReason, usage)
        (self.index, self.delta, self.block, self.message) = (index, delta, block, message)
        (self.error, self.baseResponse) = (error, baseResponse)
    }

    /// Whether this is an error although it came with a success status.
    func isError(in bytes: RawSpan) -> Bool {
        if type?.equals("error", in: bytes) == true { return true }
        if let error, OpenAIErrors.isFilled(error, in: bytes) { return true }
        if let baseResponse, MessagesErrors.isFailure(baseResponse: baseResponse, in: bytes) { return true }
        return type == nil && content?.kind != .array && MessagesErrors.isFlatError(root, in: bytes)
    }
}
