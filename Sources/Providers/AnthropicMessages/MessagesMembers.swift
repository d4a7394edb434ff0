// SPDX-License-Identifier: Apache-2.0
import JSON

/// The members of a Messages request, found in one pass, and what each must be (docs/wire/anthropic-messages.md, "Requests").
///
/// Only types are checked, not ranges: providers differ in what they accept, and say so better than we could.
struct MessagesMembers {
    private(set) var model, models, messages, system, maxTokens, stream: JSONSlice?
    private(set) var tools, thinking, metadata, outputConfig: JSONSlice?

    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    init(_ index: JSONIndex, in bytes: RawSpan) throws(RequestProblem) {
        for member in index.members {
            if let shape = MemberShape.of(member, in: bytes, { keep($0, named: $1, in: $2) }) {
                try MessagesProblem.check(member.value, is: shape, at: MemberShape.path(of: member, in: bytes), in: bytes)
            }
        }
    }

    /// Keeps the places of members that decide something.
    ///
    /// - Parameter key: In `bytes`, without quotes or escapes.
    /// - Returns: The shape the value must have; `nil` for members that are not ours to judge.
    private mutating func keep(_ value: JSONSlice, named key: Range<Int>, in bytes: RawSpan) -> MemberShape? {
        func reads(_ name: StaticString) -> Bool { bytes.equals(name, in: key) }
        func kept(_ place: inout JSONSlice?, _ shape: MemberShape?) -> MemberShape? {
            place = value
            return shape
        }
        return switch true {
        case reads("model"): kept(&model, .string)
        case reads("messages"): kept(&messages, .array)
        case reads("max_tokens"): kept(&maxTokens, .integer)
        case reads("stream"): kept(&stream, .bool)
        case reads("system"): kept(&system, nil)
        case reads("tools"): kept(&tools, .array)
        case reads("thinking"): kept(&thinking, .object)
        case reads("metadata"): kept(&metadata, .object)
        case reads("output_config"): kept(&outputConfig, .object)
        case reads("temperature"), reads("top_p"): .number
        case reads("top_k"): .integer
        case reads("stop_sequences"): .strings
        case reads("tool_choice"), reads("output_format"), reads("context_management"), reads("cache_control"): .object
        case reads("service_tier"), reads("inference_geo"), reads("speed"): .string
        case reads("mcp_servers"): .array
        case reads("models"): kept(&models, .strings)
        default: nil
        }
    }
}

/// Refusals as this wire's clients know them: `messages.0.content: Input should be a valid string`.
enum MessagesProblem {
    static func make(_ path: String, _ what: String, code: String = "invalid_value") -> RequestProblem {
        RequestProblem(path: path, message: path.isEmpty ? what : "\(path): \(what)", code: code)
    }

    static func required(_ path: String) -> RequestProblem { make(path, "Field required", code: "missing_required_parameter") }

    static func wrongType(_ expected: String, at path: String) -> RequestProblem {
        make(path, "Input should be \(expected)", code: "invalid_type")
    }

    /// Throws unless `value` has `shape` or is `null`.
    static func check(
        _ value: JSONSlice, is shape: MemberShape, at path: @autoclosure () -> String, in bytes: RawSpan
    ) throws(RequestProblem) {
        do {
            try MemberShape.check(value, is: shape, at: "", in: bytes)
        } catch {
            throw wrongType(text(of: shape), at: path())
        }
    }

    private static func text(of shape: MemberShape) -> String {
        switch shape {
        case .string: "a valid string"
        case .bool: "a valid boolean"
        case .number: "a valid number"
        case .integer: "a valid integer"
        case .array: "a valid array"
        case .object: "an object"
        case .strings: "an array of strings"
        case .stringOrStrings, .stringOrObject, .stringOrArray: shape.text
        }
    }
}
