// SPDX-License-Identifier: Apache-2.0

/// Scalars out of a document's bytes.
extension JSONSlice {
    /// The text, unescaped. `nil`: not a string.
    public func string(in bytes: RawSpan) -> String? {
        guard let inside = textRange(in: bytes) else { return nil }
        return JSONText.string(inside, in: bytes)
    }

    /// Whether this is the string `""`.
    public var isEmptyString: Bool { kind == .string && end - start == 2 }

    /// Whether this is a string that reads `text`.
    public func equals(_ text: StaticString, in bytes: RawSpan) -> Bool {
        guard let inside = textRange(in: bytes) else { return false }
        return JSONText.equals(inside, text, in: bytes)
    }

    /// The whole number, also written `1.0` or `1e3`. `nil`: not a number, not whole, or outside `Int`; with a point or an
    /// exponent also beyond ±2⁵³, where a double no longer tells neighbours apart.
    public func int(in bytes: RawSpan) -> Int? {
        guard kind == .number, end <= bytes.byteCount else { return nil }
        return NumberText.int(in: bytes, range)
    }

    /// The nearest double. `nil`: not a number, beyond the doubles, or longer than 1,024 characters.
    public func double(in bytes: RawSpan) -> Double? {
        guard kind == .number, end <= bytes.byteCount, range.count <= NumberText.longest else { return nil }
        return NumberText.double(bytes.text(in: range))
    }

    /// The number as it is written. `nil`: not a number.
    public func number(in bytes: RawSpan) -> JSONNumber? {
        guard kind == .number, end <= bytes.byteCount else { return nil }
        return JSONNumber(validated: bytes.text(in: range))
    }

    /// `nil`: neither `true` nor `false`.
    public func bool(in bytes: RawSpan) -> Bool? {
        guard kind == .bool, end <= bytes.byteCount else { return nil }
        return bytes.byte(start) == 0x74
    }

    /// What is between the quotes.
    @inline(__always)
    private func textRange(in bytes: RawSpan) -> Range<Int>? {
        guard kind == .string, end - start >= 2, end <= bytes.byteCount else { return nil }
        return start + 1..<end - 1
    }
}
