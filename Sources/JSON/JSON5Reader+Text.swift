// SPDX-License-Identifier: Apache-2.0

/// Strings, member names, and the words that are values (JSON5 1.0.0 §3.1, §4, §5).
extension JSON5Reader {
    /// From the opening quote, single or double, to past the closing one.
    mutating func string() throws(JSONProblem) -> String {
        let start = position
        let quote = bytes[start]
        var text: [UInt8] = []
        position += 1
        while let byte = peek() {
            if byte == quote {
                position += 1
                return String(decoding: text, as: UTF8.self)
            }
            if byte == Byte.backslash {
                try escape(into: &text)
            } else if byte == Byte.lineFeed || byte == Byte.carriageReturn {
                break
            } else {
                text.append(byte)
                position += 1
            }
        }
        throw problem("the text that begins here is not closed before its line ends", at: start)
    }

    /// A member's name, quoted or bare. Reserved words are names too, as in ECMAScript 5.1's IdentifierName.
    mutating func name() throws(JSONProblem) -> String {
        let start = position
        if peek() == Byte.quote || peek() == Byte.apostrophe { return try string() }
        let name = try identifier()
        if name.isEmpty {
            if curlyQuote(at: start) { throw problem("curly quotes do not quote; write \" or '", at: start) }
            throw problem("a name should stand here", at: start)
        }
        if peek() == Byte.minus {
            throw problem("a name with - in it needs quotes", at: start)
        }
        return name
    }

    /// `true`, `false`, `null`, `Infinity`, `NaN`.
    mutating func word() throws(JSONProblem) -> JSONValue {
        let start = position
        if curlyQuote(at: start) { throw problem("curly quotes do not quote; write \" or '", at: start) }
        let word = bareWord()
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "Infinity", "NaN": return .number(JSONNumber(validated: word))
        case "": throw problem("a value should stand here", at: start)
        default: throw problem("\(shown(word)) is not a value; text needs quotes", at: start)
        }
    }

    /// The run of name characters here, escapes left alone. Empty: there is none.
    mutating func bareWord() -> String {
        let start = position
        while let (scalar, length) = scalar(at: position), Self.goesOn(scalar) { position += length }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private func curlyQuote(at offset: Int) -> Bool {
        guard let (scalar, _) = scalar(at: offset) else { return false }
        return (0x2018...0x201F).contains(scalar.value)
    }

    private mutating func identifier() throws(JSONProblem) -> String {
        var name = String.UnicodeScalarView()
        while let (written, length) = scalar(at: position) {
            var scalar = written
            let start = position
            if written == "\\" {
                guard peek(1) == 0x75 else { throw problem("only \\u escapes may stand in a name without quotes", at: start) }
                scalar = try unicodeEscape()
            } else {
                position += length
            }
            guard name.isEmpty ? Self.begins(scalar) : Self.goesOn(scalar) else {
                if written == "\\" { throw problem("a name without quotes may not have this character", at: start) }
                position = start
                break
            }
            name.append(scalar)
        }
        return String(name)
    }

    /// Reads the escape at the backslash here (§5.1, §5.2).
    private mutating func escape(into text: inout [UInt8]) throws(JSONProblem) {
        let start = position
        guard let letter = peek(1) else { throw problem("the file ends inside this escape", at: start) }
        let continuation = lineEnd(at: start + 1)
        if continuation > 0 {
            position += 1 + continuation
            return
        }
        if letter == 0x75 { return text.append(contentsOf: Self.utf8(try unicodeEscape())) }
        position += 2
        switch letter {
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0C)
        case 0x6E: text.append(Byte.lineFeed)
        case 0x72: text.append(Byte.carriageReturn)
        case 0x74: text.append(Byte.tab)
        case 0x76: text.append(0x0B)
        case Byte.zero:
            if let next = peek(), Byte.isDigit(next) { throw problem("\\0 may not be followed by a digit", at: start) }
            text.append(0)
        case 0x31...Byte.nine: throw problem("a backslash may not stand before a digit", at: start)
        case 0x78:
            let code = try hexDigits(2, after: start)
            text.append(contentsOf: Self.utf8(Unicode.Scalar(UInt8(truncatingIfNeeded: code))))
        // Any other character stands for itself; the rest of its bytes, if it has more, follow as text.
        default: text.append(letter)
        }
    }

    /// Reads `\uXXXX`, both halves of a surrogate pair as one. Half a pair alone reads as U+FFFD.
    private mutating func unicodeEscape() throws(JSONProblem) -> Unicode.Scalar {
        let start = position
        position += 2
        let unit = try hexDigits(4, after: start)
        if unit & 0xFC00 == 0xD800, peek() == Byte.backslash, peek(1) == 0x75 {
            let second = position
            position += 2
            let low = try hexDigits(4, after: second)
            if low & 0xFC00 == 0xDC00 { return Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10 | low & 0x3FF)) ?? "\u{FFFD}" }
            position = second
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    private mutating func hexDigits(_ count: Int, after start: Int) throws(JSONProblem) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let byte = peek(), let digit = Byte.hexValue(byte) else {
                throw problem("\(count) hexadecimal digits should follow \(count == 2 ? "\\x" : "\\u") here", at: start)
            }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private static func utf8(_ scalar: Unicode.Scalar) -> some Sequence<UInt8> {
        UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }

    /// ECMAScript 5.1 §7.6, IdentifierStart.
    static func begins(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar == "$" || scalar == "_" || scalar.properties.isAlphabetic }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: return true
        default: return false
        }
    }

    /// ECMAScript 5.1 §7.6, IdentifierPart.
    static func goesOn(_ scalar: Unicode.Scalar) -> Bool {
        if begins(scalar) || scalar == "\u{200C}" || scalar == "\u{200D}" { return true }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }
}
