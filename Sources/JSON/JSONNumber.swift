// SPDX-License-Identifier: Apache-2.0

/// A number as it was written, so that passing it on changes no digit. Equal when written the same: `1` is not `1.0`.
public struct JSONNumber: Hashable, Sendable, CustomStringConvertible {
    /// JSON's own spelling (RFC 8259 §6). Out of JSON5, or made from a double, it may also be `Infinity`, `-Infinity` or `NaN`,
    /// which JSON cannot say: `JSONWriter` writes them as `null`, as JavaScript does.
    public let text: String

    public init(_ value: Int) { text = String(value) }

    public init(_ value: Double) {
        text = value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : String(value)
    }

    /// - Parameter text: Already found to be a number.
    init(validated text: String) { self.text = text }

    /// The whole number, also written `1.0` or `1e3`. `nil`: not whole, or outside `Int`; with a point or an exponent also
    /// beyond ±2⁵³.
    public var int: Int? {
        if let value = Int(text) { return value }
        guard let value = NumberText.double(text), abs(value) <= 0x1p53 else { return nil }
        return Int(exactly: value)
    }

    /// The nearest double. `nil`: beyond the doubles, not a number, or longer than 1,024 characters.
    public var double: Double? { NumberText.double(text) }

    /// Whether `text` is JSON.
    var isFinite: Bool { text.utf8.last.map(Byte.isDigit) ?? false }

    public var description: String { text }
}
