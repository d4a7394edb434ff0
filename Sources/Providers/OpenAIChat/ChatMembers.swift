// SPDX-License-Identifier: Apache-2.0
import JSON

/// The members of a Chat Completions request and what each must be (docs/wire/openai-completions.md, "Requests").
///
/// Only types are checked, not ranges: providers differ in what they accept, and say so better than we could.
enum ChatMembers {
    /// What a member's value may be. `null` always may, save for the two that are required.
    enum Shape {
        case string, bool, number, integer, array, strings, object
        case stringOrStrings, stringOrObject

        /// As a sentence says it.
        var text: String {
            switch self {
            case .string: "a string"
            case .bool: "a boolean"
            case .number: "a number"
            case .integer: "an integer"
            case .array: "an array"
            case .strings: "an array of strings"
            case .object: "an object"
            case .stringOrStrings: "a string or an array of strings"
            case .stringOrObject: "a string or an object"
            }
        }
    }

    /// The shape of the member whose key, without quotes, is `key`; `nil` for members that are not ours to judge.
    static func shape(of key: Range<Int>, in bytes: RawSpan) -> Shape? {
        for row in table where bytes.equals(row.name, in: key) { return row.shape }
        return nil
    }

    /// Throws unless `value` has `shape` or is `null`.
    static func check(_ value: JSONSlice, is shape: Shape, at path: @autoclosure () -> String, in bytes: RawSpan) throws(RequestProblem) {
        if value.kind == .null || fits(value, shape, in: bytes) { return }
        throw wrongType(value, expected: shape.text, at: path())
    }

    static func wrongType(_ value: JSONSlice, expected: String, at path: String) -> RequestProblem {
        RequestProblem(path: path, message: "\(path) must be \(expected), not \(value.kind.text).", code: "invalid_type")
    }

    private static func fits(_ value: JSONSlice, _ shape: Shape, in bytes: RawSpan) -> Bool {
        switch shape {
        case .string: value.kind == .string
        case .bool: value.kind == .bool
        case .number: value.kind == .number
        case .integer: value.kind == .number && value.int(in: bytes) != nil
        case .array: value.kind == .array
        case .strings: areStrings(value, in: bytes)
        case .object: value.kind == .object
        case .stringOrStrings: value.kind == .string || areStrings(value, in: bytes)
        case .stringOrObject: value.kind == .string || value.kind == .object
        }
    }

    private static func areStrings(_ value: JSONSlice, in bytes: RawSpan) -> Bool {
        guard value.kind == .array else { return false }
        var all = true
        value.forEachElement(in: bytes) { element in
            all = element.kind == .string
            return all
        }
        return all
    }

    private static let table: [(name: StaticString, shape: Shape)] = [
        ("model", .string), ("messages", .array), ("stream", .bool), ("tools", .array), ("tool_choice", .stringOrObject),
        ("temperature", .number), ("top_p", .number), ("max_tokens", .integer), ("max_completion_tokens", .integer),
        ("stop", .stringOrStrings), ("stream_options", .object), ("response_format", .object), ("n", .integer), ("seed", .integer),
        ("frequency_penalty", .number), ("presence_penalty", .number), ("logit_bias", .object), ("logprobs", .bool),
        ("top_logprobs", .integer), ("parallel_tool_calls", .bool), ("reasoning_effort", .string), ("verbosity", .string),
        ("user", .string), ("prompt_cache_key", .string), ("prompt_cache_retention", .string), ("safety_identifier", .string),
        ("store", .bool), ("metadata", .object), ("modalities", .strings), ("audio", .object), ("prediction", .object),
        ("service_tier", .string), ("web_search_options", .object), ("functions", .array), ("function_call", .stringOrObject),
        ("models", .strings),
    ]
}
