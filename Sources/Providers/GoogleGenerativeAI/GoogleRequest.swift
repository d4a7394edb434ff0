// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads from a `generateContent` request what routing needs, and refuses what the API itself would.
enum GoogleRequest {
    /// Google's own bound on `candidateCount`.
    static let maxCandidates = 8

    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    static func facts(
        _ operation: Operation, body: [UInt8], index: JSONIndex, target: PathFacts
    ) throws(RequestProblem) -> RequestShape {
        let bytes = body.span.bytes
        guard index.root.kind == .object else {
            throw RequestProblem(path: "", message: "The body must be a JSON object, not \(index.root.kind.text).", code: "INVALID_TYPE")
        }
        var members = try GoogleMembers(index.root, in: bytes)
        let model = try self.model(target, members.model, bytes)
        var path = ""
        if operation == .countTokens, let request = members.generateContentRequest {
            path = "generateContentRequest."
            members = try GoogleMembers(request, at: path, in: bytes)
        }
        var shape = RequestShape(model: model)
        shape.operation = operation
        shape.streaming = target.streaming ?? false
        try read(members, path, bytes, into: &shape)
        return shape
    }

    private static func read(
        _ members: GoogleMembers, _ path: String, _ bytes: RawSpan, into shape: inout RequestShape
    ) throws(RequestProblem) {
        let config = try GoogleConfig(members.generationConfig, at: "\(path)generationConfig", in: bytes)
        shape.maxTokens = config.maxOutputTokens?.googleInt(in: bytes)
        shape.wantsLogprobs = config.responseLogprobs?.bool(in: bytes) ?? false
        if let count = config.candidateCount?.googleInt(in: bytes) {
            guard (1...maxCandidates).contains(count) else {
                throw RequestProblem(
                    path: "\(path)generationConfig.candidateCount",
                    message: "\(path)generationConfig.candidateCount must be between 1 and \(maxCandidates), not \(count).",
                    code: "OUT_OF_RANGE")
            }
            shape.choices = count
        }
        shape.asksReasoning = asksReasoning(config.thinkingConfig, bytes)
        shape.hasTools = isFilled(members.tools, bytes)
        if let tools = members.tools { try objects(tools, at: "\(path)tools", bytes) }
        guard let contents = members.contents else {
            throw RequestProblem(path: "\(path)contents", message: "\(path)contents is not specified.", code: "REQUIRED")
        }
        var walk = GoogleContents()
        try walk.read(contents, at: "\(path)contents", in: bytes)
        if let instruction = members.systemInstruction { try walk.readOne(instruction, at: "\(path)systemInstruction", in: bytes) }
        shape.hasImages = walk.images > 0
        shape.estimatedTokens =
            walk.estimatedTokens + tokens(of: members.tools) + tokens(of: members.generationConfig)
    }

    private static func tokens(of value: JSONSlice?) -> Int { value.map { GoogleContents.tokens(ofBytes: $0.range.count) } ?? 0 }

    /// The path's, else the body's; `models/` before it says nothing.
    private static func model(_ target: PathFacts, _ member: JSONSlice?, _ bytes: RawSpan) throws(RequestProblem) -> String {
        let name = target.model ?? member?.string(in: bytes) ?? ""
        let model = name.hasPrefix("models/") ? String(name.dropFirst(7)) : name
        if model.isEmpty { throw RequestProblem(path: "model", message: "model is not specified.", code: "REQUIRED") }
        guard model.utf8.count <= RequestedModels.maxBytes else {
            throw RequestProblem(path: "model", message: "model is longer than \(RequestedModels.maxBytes) bytes.", code: "OUT_OF_RANGE")
        }
        return model
    }

    /// A budget of 0 switches thinking off, -1 leaves it to the model; a level other than `minimal` wants some; to show thoughts means
    /// to have some.
    private static func asksReasoning(_ config: JSONSlice?, _ bytes: RawSpan) -> Bool {
        guard let config else { return false }
        if let budget = config.google("thinkingBudget", in: bytes)?.googleInt(in: bytes) { return budget != 0 }
        if let level = config.google("thinkingLevel", in: bytes)?.string(in: bytes) {
            return !["minimal", "thinking_level_unspecified", ""].contains(level.lowercased())
        }
        return config.google("includeThoughts", in: bytes)?.bool(in: bytes) ?? false
    }

    private static func objects(_ list: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) {
        var problem: RequestProblem?
        var position = 0
        list.forEachListed(in: bytes) { element in
            if element.kind != .object {
                problem = GoogleMembers.wrongType(element, expected: "an object", at: "\(path)[\(position)]")
            }
            position += 1
            return problem == nil
        }
        if let problem { throw problem }
    }

    private static func isFilled(_ value: JSONSlice?, _ bytes: RawSpan) -> Bool {
        value?.kind == .object || (value?.kind == .array && value?.element(0, in: bytes) != nil)
    }
}
