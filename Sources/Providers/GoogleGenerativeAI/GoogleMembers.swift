// SPDX-License-Identifier: Apache-2.0
import JSON

/// The members of a `generateContent` request, found in one pass, and what each must be
/// (https://ai.google.dev/api/generate-content). Members that are not named here pass untouched.
struct GoogleMembers {
    private(set) var contents, systemInstruction, tools, toolConfig, generationConfig, model: JSONSlice?
    /// Of `countTokens`: a whole request in one member.
    private(set) var generateContentRequest: JSONSlice?

    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    init(_ root: JSONSlice, at path: String = "", in bytes: RawSpan) throws(RequestProblem) {
        var problem: RequestProblem?
        root.forEachMember(in: bytes) { key, value in
            do throws(RequestProblem) {
                try keep(value, named: key, path, in: bytes)
            } catch {
                problem = error
            }
            return problem == nil
        }
        if let problem { throw problem }
    }

    private mutating func keep(_ value: JSONSlice, named key: Range<Int>, _ path: String, in bytes: RawSpan) throws(RequestProblem) {
        func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
        func kept(_ place: inout JSONSlice?, _ shape: Shape) -> Shape? {
            if value.kind != .null { place = value }
            return shape
        }
        let shape: Shape? =
            switch true {
            case reads("contents"): kept(&contents, .list)
            case reads("generationConfig"): kept(&generationConfig, .object)
            case reads("systemInstruction"): kept(&systemInstruction, .object)
            case reads("tools"): kept(&tools, .list)
            case reads("toolConfig"): kept(&toolConfig, .object)
            case reads("safetySettings"): .list
            case reads("labels"): .object
            case reads("cachedContent"): .string
            case reads("model"): kept(&model, .string)
            case reads("generateContentRequest"): kept(&generateContentRequest, .object)
            default: nil
            }
        guard let shape, value.kind != .null, !shape.fits(value) else { return }
        let name = bytes.extracting(key.prefix(64)).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        throw GoogleMembers.wrongType(value, expected: shape.rawValue, at: path + name)
    }

    enum Shape: String {
        case string = "a string"
        case object = "an object"
        case list = "an array"
        case number = "a number"
        case integer = "an integer"
        case bool = "a boolean"

        func fits(_ value: JSONSlice) -> Bool {
            switch self {
            case .string: value.kind == .string
            case .object: value.kind == .object
            case .list: value.kind == .array || value.kind == .object
            // Protobuf's JSON mapping takes numbers in quotes too.
            case .number, .integer: value.kind == .number || value.kind == .string
            case .bool: value.kind == .bool
            }
        }
    }

    static func wrongType(_ value: JSONSlice, expected: String, at path: String) -> RequestProblem {
        RequestProblem(
            path: path, message: "Invalid value at '\(path)': expected \(expected), not \(value.kind.text).", code: "INVALID_TYPE")
    }
}

/// The members of `generationConfig` that decide something, and the shapes of the others.
struct GoogleConfig {
    private(set) var maxOutputTokens, candidateCount, responseLogprobs, thinkingConfig: JSONSlice?

    init(_ config: JSONSlice?, at path: String, in bytes: RawSpan) throws(RequestProblem) {
        guard let config else { return }
        var problem: RequestProblem?
        config.forEachMember(in: bytes) { key, value in
            guard value.kind != .null else { return true }
            func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
            func kept(_ place: inout JSONSlice?, _ shape: GoogleMembers.Shape) -> GoogleMembers.Shape {
                place = value
                return shape
            }
            let shape: GoogleMembers.Shape? =
                switch true {
                case reads("maxOutputTokens"): kept(&maxOutputTokens, .integer)
                case reads("candidateCount"): kept(&candidateCount, .integer)
                case reads("responseLogprobs"): kept(&responseLogprobs, .bool)
                case reads("thinkingConfig"): kept(&thinkingConfig, .object)
                case reads("temperature"), reads("topP"), reads("topK"), reads("presencePenalty"), reads("frequencyPenalty"): .number
                case reads("seed"), reads("logprobs"): .integer
                case reads("stopSequences"), reads("responseModalities"): .list
                case reads("responseMimeType"): .string
                case reads("responseSchema"), reads("speechConfig"), reads("imageConfig"): .object
                default: nil
                }
            if let shape, !shape.fits(value) || (shape == .integer && value.googleInt(in: bytes) == nil) {
                let name = bytes.extracting(key.prefix(64)).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                problem = GoogleMembers.wrongType(value, expected: shape.rawValue, at: "\(path).\(name)")
            }
            return problem == nil
        }
        if let problem { throw problem }
    }
}
