// SPDX-License-Identifier: Apache-2.0

/// Reads a JSON5 document from its first byte to its last: values, objects and arrays. Space, strings, names and numbers have
/// files of their own. Recursion is bounded by `limits`.
struct JSON5Reader {
    let bytes: [UInt8]
    let limits: JSONLimits
    var position = 0
    /// The bracket of each open array or object, outermost first.
    private var open: [Int] = []

    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONProblem) -> (JSONValue, JSON5Node) {
        guard bytes.count <= limits.bytes else { throw problem("the file is bigger than \(limits.bytes) bytes", at: 0) }
        try checkEncoding()
        try skipSpace()
        guard position < bytes.count else { throw problem("the file holds no value", at: position) }
        let result = try value(key: nil)
        try skipSpace()
        guard position == bytes.count else { throw problem("nothing may follow the file's value", at: position) }
        return result
    }

    /// All that follows may take the bytes for UTF-8.
    private func checkEncoding() throws(JSONProblem) {
        let span = bytes.span.bytes
        var position = 0
        while position < bytes.count {
            let length = span.sequenceLength(at: position)
            guard length > 0 else { throw problem("these bytes are not UTF-8", at: position) }
            position += length
        }
    }

    private mutating func value(key: Range<Int>?) throws(JSONProblem) -> (JSONValue, JSON5Node) {
        guard let byte = peek() else { throw unfinished() }
        let start = position
        var children: [JSON5Node] = []
        let value: JSONValue
        switch byte {
        case Byte.openBrace: (value, children) = try object()
        case Byte.openBracket: (value, children) = try array()
        case Byte.quote, Byte.apostrophe: value = .string(try string())
        case Byte.plus, Byte.minus, Byte.point, Byte.zero...Byte.nine: value = .number(try number())
        default: value = try word()
        }
        return (value, JSON5Node(key: key, value: start..<position, children: children))
    }

    private mutating func object() throws(JSONProblem) -> (JSONValue, [JSON5Node]) {
        try enter()
        var object = JSONObject()
        var nodes: [JSON5Node] = []
        while true {
            try skipSpace()
            guard let byte = peek() else { throw unfinished() }
            if byte == Byte.closeBrace { break }
            if byte == Byte.comma { throw problem("a name should stand here, not a comma", at: position) }
            let start = position
            let key = try name()
            let written = start..<position
            if let earlier = object.place(of: key) {
                let line = TextPosition(of: nodes[earlier].key?.lowerBound ?? 0, in: bytes.span.bytes).line
                throw problem("\(shown(key)) is already set in line \(line)", at: start)
            }
            try skipSpace()
            guard let colon = peek() else { throw unfinished() }
            guard colon == Byte.colon else {
                throw problem(colon == 0x3D ? "a colon should stand here, not =" : "a colon should follow the name here", at: position)
            }
            position += 1
            try skipSpace()
            let (value, node) = try value(key: written)
            object[key] = value
            nodes.append(node)
            try skipSpace()
            guard let next = peek() else { throw unfinished() }
            if next == Byte.closeBrace { break }
            guard next == Byte.comma else { throw problem("a comma or } should follow here", at: position) }
            position += 1
        }
        leave()
        return (.object(object), nodes)
    }

    private mutating func array() throws(JSONProblem) -> (JSONValue, [JSON5Node]) {
        try enter()
        var elements: [JSONValue] = []
        var nodes: [JSON5Node] = []
        while true {
            try skipSpace()
            guard let byte = peek() else { throw unfinished() }
            if byte == Byte.closeBracket { break }
            let (value, node) = try value(key: nil)
            elements.append(value)
            nodes.append(node)
            try skipSpace()
            guard let next = peek() else { throw unfinished() }
            if next == Byte.closeBracket { break }
            guard next == Byte.comma else { throw problem("a comma or ] should follow here", at: position) }
            position += 1
        }
        leave()
        return (.array(elements), nodes)
    }

    private mutating func enter() throws(JSONProblem) {
        guard open.count < limits.boundedDepth else {
            throw problem("arrays and objects are nested more than \(limits.boundedDepth) deep", at: position)
        }
        open.append(position)
        position += 1
    }

    private mutating func leave() {
        open.removeLast()
        position += 1
    }

    func peek(_ ahead: Int = 0) -> UInt8? {
        position + ahead < bytes.count ? bytes[position + ahead] : nil
    }

    /// The character at `offset` and how many bytes it has. `nil` at the end.
    func scalar(at offset: Int) -> (Unicode.Scalar, Int)? {
        guard offset < bytes.count else { return nil }
        let length = bytes.span.bytes.sequenceLength(at: offset)
        guard length > 1 else { return (Unicode.Scalar(bytes[offset]), 1) }
        var code = UInt32(bytes[offset]) & (0xFF >> UInt32(length + 1))
        for place in offset + 1..<offset + length { code = code << 6 | UInt32(bytes[place] & 0x3F) }
        return (Unicode.Scalar(code) ?? "\u{FFFD}", length)
    }

    func problem(_ message: String, at offset: Int) -> JSONProblem {
        JSONProblem(message, at: offset, in: bytes.span.bytes)
    }

    /// The file ended too early: says what is still open.
    func unfinished() -> JSONProblem {
        guard let bracket = open.last else { return problem("the file ends where a value should stand", at: bytes.count) }
        let line = TextPosition(of: bracket, in: bytes.span.bytes).line
        let character = bytes[bracket] == Byte.openBrace ? "{" : "["
        return problem("the file ends, but the \(character) of line \(line) is still open", at: bytes.count)
    }

    /// A name for a message: short, and without what a terminal would act on.
    func shown(_ name: String) -> String {
        let scalars = name.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return "\"\(String(String.UnicodeScalarView(scalars)))\""
    }
}
