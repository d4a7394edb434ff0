// SPDX-License-Identifier: Apache-2.0

extension JSONValue {
    /// Reads one document as `JSONScanner` does. Numbers stay as written; of members with the same name the last value stays,
    /// as `JSONSlice.member` has it.
    ///
    /// A value takes up to some 50 times the document's bytes, so the limit on bytes bounds the memory too.
    ///
    /// - Throws: `JSONProblem` at the first byte that cannot continue a document.
    public static func parse(_ bytes: RawSpan, limits: JSONLimits = .standard) throws(JSONProblem) -> JSONValue {
        let root = try JSONScanner.scan(bytes, limits: limits)
        var parser = JSONParser(position: root.start)
        return parser.value(bytes)
    }

    public static func parse(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONProblem) -> JSONValue {
        try parse(bytes.span.bytes, limits: limits)
    }

    public static func parse(_ text: String, limits: JSONLimits = .standard) throws(JSONProblem) -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }

    /// The part of a validated document that `slice` names.
    ///
    /// - Parameter bytes: What `slice` was made from.
    public init(_ slice: JSONSlice, in bytes: RawSpan) {
        precondition(slice.end <= bytes.byteCount, "A slice was read in bytes that it was not made from")
        var parser = JSONParser(position: slice.start)
        self = parser.value(bytes)
    }
}

/// Builds the values of a document that the scanner accepted. It asks again only what it needs to know which kind comes;
/// its recursion is as deep as the scanner allowed, 512 levels at most.
private struct JSONParser {
    var position: Int

    /// From a value's first byte to past its last.
    mutating func value(_ bytes: RawSpan) -> JSONValue {
        switch JSONKind(firstByte: bytes.byte(position)) {
        case .object: return object(bytes)
        case .array: return array(bytes)
        case .string: return .string(string(bytes))
        case .number:
            let start = position
            position = bytes.valueEnd(from: start, limit: bytes.byteCount)
            return .number(JSONNumber(validated: bytes.text(in: start..<position)))
        case .bool:
            let isTrue = bytes.byte(position) == 0x74
            position += isTrue ? 4 : 5
            return .bool(isTrue)
        case .null:
            position += 4
            return .null
        }
    }

    private mutating func object(_ bytes: RawSpan) -> JSONValue {
        var object = JSONObject()
        position += 1
        skipSpace(bytes)
        while bytes.byte(position) != Byte.closeBrace {
            let key = string(bytes)
            skipSpace(bytes)  // then the colon
            position += 1
            skipSpace(bytes)
            object[key] = value(bytes)
            skipSeparator(bytes)
        }
        position += 1
        return .object(object)
    }

    private mutating func array(_ bytes: RawSpan) -> JSONValue {
        var elements: [JSONValue] = []
        position += 1
        skipSpace(bytes)
        while bytes.byte(position) != Byte.closeBracket {
            elements.append(value(bytes))
            skipSeparator(bytes)
        }
        position += 1
        return .array(elements)
    }

    private mutating func string(_ bytes: RawSpan) -> String {
        let start = position + 1
        position = bytes.stringEnd(from: position, limit: bytes.byteCount)
        return JSONText.string(start..<position - 1, in: bytes)
    }

    /// Past the comma, if there is one, to the next value, name or closing bracket.
    private mutating func skipSeparator(_ bytes: RawSpan) {
        skipSpace(bytes)
        if bytes.byte(position) == Byte.comma {
            position += 1
            skipSpace(bytes)
        }
    }

    private mutating func skipSpace(_ bytes: RawSpan) {
        position = bytes.spaceEnd(from: position, limit: bytes.byteCount)
    }
}
