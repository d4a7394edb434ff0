// SPDX-License-Identifier: Apache-2.0
import JSON

/// How requests, replies and events are written across wires: bytes appended one after the other, nothing built up first.
extension [UInt8] {
    /// Appends text as it is: JSON's own signs, and names that need no escapes.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends text as it is.
    @inline(__always)
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    /// Appends text as a JSON string.
    @inline(__always)
    mutating func quote(_ text: String) { JSONWriter.quote(text, into: &self) }

    /// Appends text as a JSON string, or `null`.
    @inline(__always)
    mutating func quote(_ text: String?) {
        if let text { quote(text) } else { append("null" as StaticString) }
    }
}
