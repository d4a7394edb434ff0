// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a member's value may be. `null` always may, save for members that are required.
enum MemberShape {
    case string, bool, number, integer, array, strings, object
    case stringOrStrings, stringOrObject, stringOrArray

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
        case .stringOrArray: "a string or an array"
        }
    }

    /// How a problem names a member: as it is written, and no more of it than tells which.
    static func path(of member: JSONIndex.Member, in bytes: RawSpan) -> String {
        bytes.extracting(member.key.prefix(64)).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Asks `keep` for the shape of a member, which is told its name without quotes or escapes.
    @inline(__always)
    static func of(
        _ member: JSONIndex.Member, in bytes: RawSpan, _ keep: (_ value: JSONSlice, _ key: Range<Int>, _ bytes: RawSpan) -> MemberShape?
    ) -> MemberShape? {
        guard bytes.hasBackslash(in: member.key) else { return keep(member.value, member.key, bytes) }
        let name = member.name(in: bytes)
        return keep(member.value, 0..<name.utf8.count, name.utf8Span.span.bytes)
    }

    /// Throws unless `value` has `shape` or is `null`.
    static func check(
        _ value: JSONSlice, is shape: MemberShape, at path: @autoclosure () -> String, in bytes: RawSpan
    ) throws(RequestProblem) {
        if value.kind == .null || fits(value, shape, in: bytes) { return }
        throw wrongType(value, expected: shape.text, at: path())
    }

    static func wrongType(_ value: JSONSlice, expected: String, at path: String) -> RequestProblem {
        RequestProblem(path: path, message: "\(path) must be \(expected), not \(value.kind.text).", code: "invalid_type")
    }

    private static func fits(_ value: JSONSlice, _ shape: MemberShape, in bytes: RawSpan) -> Bool {
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
        case .stringOrArray: value.kind == .string || value.kind == .array
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
}
