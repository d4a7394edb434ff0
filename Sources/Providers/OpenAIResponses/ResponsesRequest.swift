// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads from a Responses request what routing needs, and refuses what no provider could take.
struct ResponsesRequest {
    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    static func facts(_ operation: Operation, body: [UInt8], index: JSONIndex) throws(RequestProblem) -> RequestShape {
        let bytes = body.span.bytes
        guard index.root.kind == .object else {
            throw RequestProblem(path: "", message: "The body must be a JSON object, not \(index.root.kind.text).", code: "invalid_type")
        }
        let members = try ResponsesMembers(index, in: bytes)
        var shape = RequestShape(model: try RequestedModels.openAIModel(members.model, in: bytes))
        shape.operation = operation
        shape.fallbacks = try RequestedModels.openAIFallbacks(members.models, in: bytes)
        shape.streaming = operation == .generate && members.stream?.bool(in: bytes) ?? false
        shape.wantsLogprobs = wantsLogprobs(members, bytes)
        shape.maxTokens = members.maxOutputTokens?.int(in: bytes)
        shape.asksReasoning = asksReasoning(members, bytes)
        shape.previousResponse = members.previousResponse?.string(in: bytes)
        shape.stores = members.store?.bool(in: bytes)
        shape.sessionHint = hint(members.promptCacheKey, bytes)
        shape.userHint = hint(members.safetyIdentifier, bytes) ?? hint(members.user, bytes)
        if let tools = members.tools { try ResponsesRequest.tools(tools, bytes) }

        var input = ResponsesInput()
        if let items = members.input { try input.read(items, in: bytes) }
        if input.isEmpty, members.previousResponse == nil, members.conversation == nil, members.prompt == nil {
            throw RequestProblem(
                path: "input", message: "One of input, previous_response_id, prompt or conversation is required.",
                code: "missing_required_parameter")
        }
        shape.hasTools = members.tools?.element(0, in: bytes) != nil || input.hasTools
        shape.hasImages = input.images > 0
        shape.estimatedTokens =
            input.estimatedTokens + tokens(of: members.tools) + tokens(of: members.instructions) + tokens(of: members.text)
        return shape
    }

    private static func tokens(of value: JSONSlice?) -> Int { value.map { ResponsesInput.tokens(ofBytes: $0.range.count) } ?? 0 }

    /// Each tool is an object with a `type`; a function and a custom tool have a name.
    private static func tools(_ tools: JSONSlice, _ bytes: RawSpan) throws(RequestProblem) {
        var position = 0
        try tools.forEachElement(in: bytes) { (tool) throws(RequestProblem) in
            let path = "tools[\(position)]"
            guard tool.kind == .object else { throw MemberShape.wrongType(tool, expected: "an object", at: path) }
            guard let type = tool.member("type", in: bytes) else {
                throw RequestProblem(path: "\(path).type", message: "\(path).type is required.", code: "missing_required_parameter")
            }
            guard type.kind == .string else { throw MemberShape.wrongType(type, expected: "a string", at: "\(path).type") }
            if type.equals("function", in: bytes) || type.equals("custom", in: bytes) {
                guard let name = tool.member("name", in: bytes) else {
                    throw RequestProblem(path: "\(path).name", message: "\(path).name is required.", code: "missing_required_parameter")
                }
                guard name.kind == .string else { throw MemberShape.wrongType(name, expected: "a string", at: "\(path).name") }
            }
            position += 1
            return true
        }
    }

    private static func asksReasoning(_ members: ResponsesMembers, _ bytes: RawSpan) -> Bool {
        guard let effort = members.reasoning?.member("effort", in: bytes), effort.kind == .string else { return false }
        return !effort.equals("none", in: bytes)
    }

    private static func wantsLogprobs(_ members: ResponsesMembers, _ bytes: RawSpan) -> Bool {
        if members.topLogprobs?.int(in: bytes) ?? 0 > 0 { return true }
        var found = false
        members.include?.forEachElement(in: bytes) { element in
            found = element.equals("message.output_text.logprobs", in: bytes)
            return !found
        }
        return found
    }

    /// A session's name, unless it is empty or too long to be one.
    private static func hint(_ value: JSONSlice?, _ bytes: RawSpan) -> String? {
        guard let text = value?.string(in: bytes), !text.isEmpty, text.utf8.count <= 512 else { return nil }
        return text
    }
}
