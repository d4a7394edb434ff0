// SPDX-License-Identifier: Apache-2.0
import JSON

/// Names of members as Google's APIs take them: `inlineData` and `inline_data` are one (protobuf's JSON mapping,
/// https://protobuf.dev/programming-guides/json). Here they are always asked for in camel case.
enum GoogleName {
    /// Whether `key`, inside its quotes as written, reads `camel` in either spelling.
    @inline(__always)
    static func reads(_ key: Range<Int>, _ camel: StaticString, in bytes: RawSpan) -> Bool {
        guard key.count >= camel.utf8CodeUnitCount, key.lowerBound >= 0, key.upperBound <= bytes.byteCount else { return false }
        return camel.withUTF8Buffer { reads(key, $0, in: bytes) }
    }

    private static func reads(_ key: Range<Int>, _ wanted: UnsafeBufferPointer<UInt8>, in bytes: RawSpan) -> Bool {
        var position = key.lowerBound
        for letter in wanted {
            guard position < key.upperBound else { return false }
            // Inside, as the caller's guard and the one above have it.
            let byte = bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
            if byte == letter {
                position += 1
            } else if byte == UInt8(ascii: "_"), letter < 0x60, position + 1 < key.upperBound,
                bytes.unsafeLoad(fromUncheckedByteOffset: position + 1, as: UInt8.self) == letter | 0x20
            {
                position += 2
            } else if byte == UInt8(ascii: "\\") {
                return readsEscaped(key, wanted, in: bytes)
            } else {
                return false
            }
        }
        return position == key.upperBound
    }

    /// For whoever writes a name with escapes.
    private static func readsEscaped(_ key: Range<Int>, _ wanted: UnsafeBufferPointer<UInt8>, in bytes: RawSpan) -> Bool {
        var name = JSONText.string(key, in: bytes)
        return name.withUTF8 { name in
            let span = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(name))
            if name.contains(UInt8(ascii: "\\")) { return false }
            return reads(0..<name.count, wanted, in: span)
        }
    }
}

extension JSONSlice {
    /// The member named `camel` in either of Google's spellings; of several, the last. `null` counts as left out.
    func google(_ camel: StaticString, in bytes: RawSpan) -> JSONSlice? {
        var found: JSONSlice?
        forEachMember(in: bytes) { key, value in
            if GoogleName.reads(key, camel, in: bytes) { found = value.kind == .null ? nil : value }
            return true
        }
        return found
    }

    /// Calls `body` with each element, or with this value itself if it is an object: where Google's APIs want a list they take one of
    /// its elements too, as the examples of their own pages have it.
    func forEachListed(in bytes: RawSpan, _ body: (JSONSlice) -> Bool) {
        if kind == .object {
            _ = body(self)
        } else {
            forEachElement(in: bytes, body)
        }
    }

    /// The whole number, also written as a text, as protobuf's JSON mapping has it.
    func googleInt(in bytes: RawSpan) -> Int? { int(in: bytes) ?? string(in: bytes).flatMap { Int($0) } }
}
