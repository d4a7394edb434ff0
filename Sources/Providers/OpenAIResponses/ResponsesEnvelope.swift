// SPDX-License-Identifier: Apache-2.0
import JSON

/// A reply seen from outside: the places of the members that every one of them is judged by, found in the pass that validates it.
/// A response is one whether it is the whole body or within an event.
struct ResponsesEnvelope {
    private(set) var object, status, output, usage, incompleteDetails, inputTokens: JSONSlice?
    private(set) var error: JSONSlice?
    private(set) var isObject = true

    /// - Throws: `JSONProblem` unless `bytes` are one JSON document, of whatever kind.
    init(scanning bytes: RawSpan) throws(JSONProblem) {
        var envelope = ResponsesEnvelope()
        let root = try JSONScanner.scan(bytes) { key, value in envelope.keep(value, named: key, in: bytes) }
        envelope.isObject = root.kind == .object
        self = envelope
    }

    /// - Parameter response: A validated object of `bytes`.
    init(_ response: JSONSlice, in bytes: RawSpan) {
        var envelope = ResponsesEnvelope()
        response.forEachMember(in: bytes) { key, value in
            envelope.keep(value, named: key, in: bytes)
            return true
        }
        self = envelope
    }

    private init() {}

    private mutating func keep(_ value: JSONSlice, named key: Range<Int>, in bytes: RawSpan) {
        if value.kind == .null { return }
        if JSONText.equals(key, "object", in: bytes) {
            object = value
        } else if JSONText.equals(key, "status", in: bytes) {
            status = value
        } else if JSONText.equals(key, "error", in: bytes) {
            error = OpenAIErrors.isFilled(value, in: bytes) ? value : nil
        } else if JSONText.equals(key, "output", in: bytes) {
            output = value
        } else if JSONText.equals(key, "usage", in: bytes) {
            usage = value
        } else if JSONText.equals(key, "incomplete_details", in: bytes) {
            incompleteDetails = value
        } else if JSONText.equals(key, "input_tokens", in: bytes) {
            inputTokens = value
        }
    }

    /// It says itself that it failed.
    func isFailure(in bytes: RawSpan) -> Bool {
        guard let status else { return false }
        return status.equals("failed", in: bytes) || status.equals("cancelled", in: bytes)
    }

    /// Why it ended: the reason where it is incomplete, else its status.
    func finish(in bytes: RawSpan) -> String? {
        incompleteDetails?.member("reason", in: bytes)?.string(in: bytes) ?? status?.string(in: bytes)
    }
}
