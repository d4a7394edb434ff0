// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads from a request for embeddings what routing needs (`POST /embeddings`, platform.openai.com/docs/api-reference/embeddings/create,
/// read on 2026-11-21). What the rest of it means is between client and provider.
enum ChatEmbeddings {
    /// - Throws: `RequestProblem` for a request without model or input.
    static func facts(body: [UInt8], index: JSONIndex) throws(RequestProblem) -> RequestShape {
        let bytes = body.span.bytes
        guard index.root.kind == .object else {
            throw RequestProblem(path: "", message: "The body must be a JSON object, not \(index.root.kind.text).", code: "invalid_type")
        }
        guard let member = index.value("model", in: bytes), member.kind != .null else { throw missing("model") }
        guard let model = member.string(in: bytes) else { throw MemberShape.wrongType(member, expected: "a string", at: "model") }
        guard !model.isEmpty, model.utf8.count <= ChatRequest.maxModelBytes else {
            throw RequestProblem(
                path: "model", message: "model must have 1 to \(ChatRequest.maxModelBytes) bytes.", code: "invalid_value")
        }
        // A text, texts, or tokens as numbers.
        guard let input = index.value("input", in: bytes), input.kind != .null else { throw missing("input") }
        try MemberShape.check(input, is: .stringOrArray, at: "input", in: bytes)
        var shape = RequestShape(model: model)
        shape.operation = .embeddings
        shape.userHint = index.value("user", in: bytes)?.string(in: bytes).flatMap { $0.isEmpty || $0.utf8.count > 512 ? nil : $0 }
        return shape
    }

    private static func missing(_ name: String) -> RequestProblem {
        RequestProblem(path: name, message: "\(name) is required.", code: "missing_required_parameter")
    }
}
