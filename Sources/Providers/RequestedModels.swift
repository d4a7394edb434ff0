// SPDX-License-Identifier: Apache-2.0
import JSON

/// The model that a request names, and others for this request alone (`models`): bounded alike on every wire, and refused in each
/// wire's own words.
enum RequestedModels {
    /// Bytes of a name at most.
    static let maxBytes = 256
    /// Names in `models` at most.
    static let maxFallbacks = 32

    /// What is wrong with a name, or with the list of them.
    enum Fault {
        case empty, tooLong, tooMany
    }

    /// - Parameter problem: A fault in the wire's words. `place`: of the name in `models`; `nil`: the model itself, or the whole list.
    static func check(
        _ name: String, at place: Int? = nil, _ problem: (_ fault: Fault, _ place: Int?) -> RequestProblem
    ) throws(RequestProblem) {
        if name.isEmpty { throw problem(.empty, place) }
        if name.utf8.count > maxBytes { throw problem(.tooLong, place) }
    }

    /// - Returns: `nil` where the client named none.
    static func fallbacks(
        _ value: JSONSlice?, in bytes: RawSpan, _ problem: (_ fault: Fault, _ place: Int?) -> RequestProblem
    ) throws(RequestProblem) -> [String]? {
        guard let value, value.kind == .array else { return nil }
        var names: [String] = []
        value.forEachElement(in: bytes) { element in
            if let name = element.string(in: bytes) { names.append(name) }
            return names.count <= maxFallbacks
        }
        if names.count > maxFallbacks { throw problem(.tooMany, nil) }
        for (place, name) in names.enumerated() { try check(name, at: place, problem) }
        return names
    }
}

// MARK: In the words of OpenAI's APIs

extension RequestedModels {
    static func openAIModel(_ value: JSONSlice?, in bytes: RawSpan) throws(RequestProblem) -> String {
        guard let value, let model = value.string(in: bytes) else {
            throw RequestProblem(path: "model", message: "model is required.", code: "missing_required_parameter")
        }
        try check(model, openAIProblem)
        return model
    }

    static func openAIFallbacks(_ value: JSONSlice?, in bytes: RawSpan) throws(RequestProblem) -> [String]? {
        try fallbacks(value, in: bytes, openAIProblem)
    }

    private static func openAIProblem(_ fault: Fault, _ place: Int?) -> RequestProblem {
        let path = place.map { "models[\($0)]" } ?? "model"
        return switch fault {
        case .empty: RequestProblem(path: path, message: "\(path) must not be empty.", code: "empty_string")
        case .tooLong:
            RequestProblem(path: path, message: "\(path) is longer than \(maxBytes) bytes.", code: "string_above_max_length")
        case .tooMany:
            RequestProblem(path: "models", message: "models may name at most \(maxFallbacks) models.", code: "array_above_max_length")
        }
    }
}
