// SPDX-License-Identifier: Apache-2.0
import JSON

/// `POST /embeddings`: a model and what it is to embed (https://platform.openai.com/docs/api-reference/embeddings/create).
enum ChatEmbeddings {
    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    static func facts(body: [UInt8], index: JSONIndex) throws(RequestProblem) -> RequestShape {
        let bytes = body.span.bytes
        guard index.root.kind == .object else {
            throw RequestProblem(path: "", message: "The body must be a JSON object, not \(index.root.kind.text).", code: "invalid_type")
        }
        for member in index.members {
            let name = member.name(in: bytes)
            if let shape = shapes[name] { try MemberShape.check(member.value, is: shape, at: name, in: bytes) }
        }
        var shape = RequestShape(model: try RequestedModels.openAIModel(index.value("model", in: bytes), in: bytes))
        shape.operation = .embeddings
        shape.fallbacks = try RequestedModels.openAIFallbacks(index.value("models", in: bytes), in: bytes)
        shape.userHint = ChatRequest.hint(index.value("user", in: bytes), bytes)
        guard let input = index.value("input", in: bytes), input.kind != .null else {
            throw RequestProblem(path: "input", message: "input is required.", code: "missing_required_parameter")
        }
        shape.estimatedTokens = try tokens(of: input, bytes)
        return shape
    }

    private static let shapes: [String: MemberShape] = [
        "model": .string, "models": .strings, "encoding_format": .string, "dimensions": .integer, "user": .string,
    ]

    /// A text, texts, tokens, or lists of tokens.
    private static func tokens(of input: JSONSlice, _ bytes: RawSpan) throws(RequestProblem) -> Int {
        switch input.kind {
        case .string:
            if input.isEmptyString { throw RequestProblem(path: "input", message: "input must not be empty.", code: "empty_string") }
            return ChatMessages.tokens(ofBytes: input.range.count)
        case .array: break
        case .null, .bool, .number, .object:
            throw MemberShape.wrongType(input, expected: "a string, an array of strings or an array of token arrays", at: "input")
        }
        var (count, tokens) = (0, 0)
        var kind: JSONKind?
        try input.forEachElement(in: bytes) { (element) throws(RequestProblem) in
            let isFit =
                switch element.kind {
                case .string: true
                case .number: element.int(in: bytes) != nil
                case .array: areTokens(element, bytes)
                case .null, .bool, .object: false
                }
            guard isFit, kind == nil || kind == element.kind else {
                throw MemberShape.wrongType(
                    element, expected: "of one kind: a string, a token or an array of tokens", at: "input[\(count)]")
            }
            kind = element.kind
            count += 1
            switch element.kind {
            case .string: tokens += ChatMessages.tokens(ofBytes: element.range.count)
            case .array:
                element.forEachElement(in: bytes) { _ in
                    tokens += 1
                    return true
                }
            default: tokens += 1
            }
            return true
        }
        if count == 0 { throw RequestProblem(path: "input", message: "input must not be empty.", code: "empty_array") }
        return tokens
    }

    private static func areTokens(_ list: JSONSlice, _ bytes: RawSpan) -> Bool {
        var all = true
        list.forEachElement(in: bytes) { element in
            all = element.int(in: bytes) != nil
            return all
        }
        return all
    }
}
