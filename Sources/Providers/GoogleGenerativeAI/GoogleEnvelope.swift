// SPDX-License-Identifier: Apache-2.0
import JSON

/// A reply or an event seen from outside: the places of the members that every one of them is judged by, found in the pass that
/// validates it. Cloud Code Assist's `response` is opened.
struct GoogleEnvelope {
    let root: JSONSlice
    private var members: Members

    var candidates: JSONSlice? { members.candidates }
    var usage: JSONSlice? { members.usage }

    private struct Members {
        var candidates, usage, feedback, error, response: JSONSlice?

        mutating func keep(_ key: Range<Int>, _ value: JSONSlice, in bytes: RawSpan) {
            if value.kind == .null { return }
            if GoogleName.reads(key, "candidates", in: bytes) {
                candidates = value
            } else if GoogleName.reads(key, "usageMetadata", in: bytes) {
                usage = value
            } else if GoogleName.reads(key, "promptFeedback", in: bytes) {
                feedback = value
            } else if GoogleName.reads(key, "error", in: bytes) {
                error = value
            } else if GoogleName.reads(key, "response", in: bytes) {
                response = value
            }
        }
    }

    /// - Throws: `JSONProblem` unless `bytes` are one JSON document, of whatever kind.
    init(scanning bytes: RawSpan) throws(JSONProblem) {
        var members = Members()
        let root = try JSONScanner.scan(bytes) { key, value in members.keep(key, value, in: bytes) }
        self.init(root, members, in: bytes)
    }

    /// An element of a list of replies, which has been scanned.
    init(_ element: JSONSlice, in bytes: RawSpan) {
        var members = Members()
        element.forEachMember(in: bytes) { key, value in
            members.keep(key, value, in: bytes)
            return true
        }
        self.init(element, members, in: bytes)
    }

    private init(_ root: JSONSlice, _ members: Members, in bytes: RawSpan) {
        guard members.candidates == nil, members.error == nil, let response = members.response, response.kind == .object else {
            self.root = root
            self.members = members
            return
        }
        self.root = response
        var inner = Members()
        response.forEachMember(in: bytes) { key, value in
            inner.keep(key, value, in: bytes)
            return true
        }
        self.members = inner
    }

    /// Whether this is an error although it came with a success status.
    func isError(in bytes: RawSpan) -> Bool {
        if let error = members.error, error.kind == .object || (error.kind == .string && !error.isEmptyString) { return true }
        return candidates == nil && GoogleErrors.isFlatError(root, in: bytes)
    }

    /// Why the prompt was refused; `nil`: it was not.
    func blockReason(in bytes: RawSpan) -> String? {
        guard let reason = members.feedback?.google("blockReason", in: bytes)?.string(in: bytes), !reason.isEmpty,
            !reason.hasSuffix("_UNSPECIFIED")
        else { return nil }
        return reason
    }
}

/// The members of a candidate that say something; `null` says nothing.
struct GoogleCandidate {
    private(set) var content, index, reason, message: JSONSlice?

    mutating func keep(_ value: JSONSlice, named key: Range<Int>, in bytes: RawSpan) {
        if value.kind == .null { return }
        if GoogleName.reads(key, "content", in: bytes) {
            content = value
        } else if GoogleName.reads(key, "index", in: bytes) {
            index = value
        } else if GoogleName.reads(key, "finishReason", in: bytes) {
            reason = value
        } else if GoogleName.reads(key, "finishMessage", in: bytes) {
            message = value
        }
    }
}
