// SPDX-License-Identifier: Apache-2.0
import JSON

extension RawSpan {
    /// Whether the bytes in `range` are those of `text`. For member names, which nobody writes with escapes.
    @inline(__always)
    func equals(_ text: StaticString, in range: Range<Int>) -> Bool {
        let length = text.utf8CodeUnitCount
        guard range.count == length, range.lowerBound >= 0, range.upperBound <= byteCount else { return false }
        return text.withUTF8Buffer { wanted in
            for position in 0..<length {
                // Inside, as the guard has it.
                let byte = unsafeLoad(fromUncheckedByteOffset: range.lowerBound &+ position, as: UInt8.self)
                if byte != wanted[position] { return false }
            }
            return true
        }
    }

    /// Whether a name or text in `range` is written with an escape.
    func hasBackslash(in range: Range<Int>) -> Bool {
        for position in range where unsafeLoad(fromByteOffset: position, as: UInt8.self) == UInt8(ascii: "\\") { return true }
        return false
    }

    /// Whether these bytes are `text`, white space around them aside.
    func isText(_ text: StaticString) -> Bool {
        var range = 0..<byteCount
        while let first = range.first, isSpace(first) { range = range.lowerBound + 1..<range.upperBound }
        while let last = range.last, isSpace(last) { range = range.lowerBound..<range.upperBound - 1 }
        return equals(text, in: range)
    }

    private func isSpace(_ position: Int) -> Bool {
        let byte = unsafeLoad(fromByteOffset: position, as: UInt8.self)
        return byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}

extension JSONKind {
    /// As a sentence says it: "an object".
    var text: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
