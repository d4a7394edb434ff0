// SPDX-License-Identifier: Apache-2.0

/// A JSON value kept as its text: what passes from one document into another without being understood, such as a tool's schema.
///
/// Equal fragments have equal bytes. Compare `value` to ask whether two mean the same.
public struct JSONFragment: Hashable, Sendable {
    /// One valid JSON value, without white space around it.
    public let bytes: [UInt8]

    /// - Parameter slice: A value of `bytes`, which have been scanned.
    public init(_ slice: JSONSlice, in bytes: RawSpan) {
        self.bytes = bytes.extracting(slice.range).withUnsafeBytes { Array($0) }
    }

    public init(_ value: JSONValue) { bytes = JSONWriter.compact(value) }

    /// Text from outside, such as a tool call's arguments.
    ///
    /// - Returns: `nil` unless `text` is one JSON value.
    public init?(parsing text: String) {
        var text = text
        guard let fragment = text.withUTF8({ JSONFragment(scanning: Array($0)) }) else { return nil }
        self = fragment
    }

    private init?(scanning bytes: [UInt8]) {
        guard let root = try? JSONScanner.scan(bytes.span.bytes) else { return nil }
        self.bytes = root.range == 0..<bytes.count ? bytes : Array(bytes[root.range])
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// The same value without line breaks, for an event's data, which one would end. They can only be white space: within a string they
    /// are escaped.
    public var onOneLine: JSONFragment {
        func isBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
        guard bytes.contains(where: isBreak) else { return self }
        return JSONFragment(unchecked: bytes.filter { !isBreak($0) })
    }

    public static let emptyObject = JSONFragment(.object([:]))

    public var kind: JSONKind { JSONKind(firstByte: bytes[0]) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Decoded. What was scanned always decodes.
    public var value: JSONValue { (try? JSONValue.parse(bytes)) ?? .null }
}

extension JSONFragment: CustomStringConvertible {
    public var description: String { text }
}
