// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// The members of one reply, whole or an event's, by place.
struct GoogleReplyMembers {
    private(set) var candidates, usage, feedback, id, model: JSONSlice?

    init(_ root: JSONSlice, in bytes: RawSpan) {
        var (response, trace): (JSONSlice?, JSONSlice?)
        root.forEachMember(in: bytes) { key, value in
            if value.kind == .null { return true }
            if GoogleName.reads(key, "response", in: bytes) { response = value }
            if GoogleName.reads(key, "traceId", in: bytes) { trace = value }
            keep(key, value, in: bytes)
            return true
        }
        // Cloud Code Assist's envelope.
        guard candidates == nil, let response, response.kind == .object else { return }
        response.forEachMember(in: bytes) { key, value in
            if value.kind != .null { keep(key, value, in: bytes) }
            return true
        }
        if id == nil { id = trace }
    }

    private mutating func keep(_ key: Range<Int>, _ value: JSONSlice, in bytes: RawSpan) {
        func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
        switch true {
        case reads("candidates"): candidates = value
        case reads("usageMetadata"): usage = value
        case reads("modelVersion"): model = value
        case reads("responseId"): id = value
        case reads("promptFeedback"): feedback = value
        default: break
        }
    }

    func head(in bytes: RawSpan) -> ReplyHead {
        ReplyHead(
            id: id?.string(in: bytes), model: model?.string(in: bytes),
            serviceTier: usage?.google("serviceTier", in: bytes)?.string(in: bytes)?.lowercased())
    }

    /// Why the prompt was refused, and in which words; `nil`: it was not.
    func block(in bytes: RawSpan) -> (reason: String, message: String?)? {
        guard let reason = feedback?.google("blockReason", in: bytes)?.string(in: bytes), !reason.isEmpty,
            !reason.hasSuffix("_UNSPECIFIED")
        else { return nil }
        return (reason, feedback?.google("blockReasonMessage", in: bytes)?.string(in: bytes))
    }
}

/// The members of one candidate by place.
struct GoogleCandidateMembers {
    private(set) var content, index, reason, grounding, citations, logprobs: JSONSlice?

    init(_ candidate: JSONSlice, in bytes: RawSpan) {
        candidate.forEachMember(in: bytes) { key, value in
            func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
            if value.kind == .null { return true }
            switch true {
            case reads("content"): content = value
            case reads("finishReason"): reason = value
            case reads("index"): index = value
            case reads("groundingMetadata"): grounding = value
            case reads("citationMetadata"): citations = value
            case reads("logprobsResult"): logprobs = value
            default: break
            }
            return true
        }
    }
}
