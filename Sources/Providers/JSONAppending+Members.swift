// SPDX-License-Identifier: Apache-2.0
import JSON

/// Members of objects and elements of arrays, each with the comma that it needs: none right after an opening bracket or a colon, which
/// no value ends with.
extension [UInt8] {
    @inline(__always)
    mutating func comma() {
        guard let last, last != UInt8(ascii: "{"), last != UInt8(ascii: "["), last != UInt8(ascii: ":") else { return }
        append(UInt8(ascii: ","))
    }

    /// Begins a member: its value has to follow.
    ///
    /// - Parameter name: Needs no escapes.
    @inline(__always)
    mutating func key(_ name: StaticString) {
        comma()
        append(UInt8(ascii: "\""))
        name.withUTF8Buffer { append(contentsOf: $0) }
        append(UInt8(ascii: "\""))
        append(UInt8(ascii: ":"))
    }

    mutating func member(_ name: StaticString, _ value: String) {
        key(name)
        JSONWriter.quote(value, into: &self)
    }

    mutating func member(_ name: StaticString, _ value: Int) {
        key(name)
        append(contentsOf: String(value).utf8)
    }

    mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func member(_ name: StaticString, _ value: JSONNumber) {
        key(name)
        append(contentsOf: value.text.utf8)
    }

    mutating func member(_ name: StaticString, _ value: JSONFragment) {
        key(name)
        append(contentsOf: value.bytes)
    }

    /// An element of an array that is a text.
    mutating func element(_ value: String) {
        comma()
        JSONWriter.quote(value, into: &self)
    }
}
