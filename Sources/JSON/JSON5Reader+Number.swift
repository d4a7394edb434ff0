// SPDX-License-Identifier: Apache-2.0

/// Numbers (JSON5 1.0.0 §6), in JSON's spelling where that differs and as written where it does not.
extension JSON5Reader {
    mutating func number() throws(JSONProblem) -> JSONNumber {
        let start = position
        var text = ""
        if peek() == Byte.plus || peek() == Byte.minus {
            if peek() == Byte.minus { text = "-" }
            position += 1
        }
        if peek() == Byte.zero, let letter = peek(1), letter | 0x20 == 0x78 {
            text += try hexadecimal()
        } else if let byte = peek(), Byte.isDigit(byte) || byte == Byte.point {
            text += try decimal()
        } else {
            let word = bareWord()
            guard word == "Infinity" || word == "NaN" else { throw problem("a number should follow the sign here", at: start) }
            return JSONNumber(validated: word == "NaN" ? word : text + word)
        }
        // `3in` and `0x1g` are no numbers: what follows one must be something else.
        if let (scalar, _) = scalar(at: position), Self.goesOn(scalar) || scalar == "\\" {
            throw problem("a number may not be followed by this; text needs quotes", at: position)
        }
        return JSONNumber(validated: text)
    }

    private mutating func decimal() throws(JSONProblem) -> String {
        let start = position
        var whole = digits()
        if whole.utf8.count > 1, whole.utf8.first == Byte.zero {
            throw problem("a number may not begin with a zero and go on", at: start)
        }
        var fraction = ""
        if peek() == Byte.point {
            position += 1
            fraction = digits()
            if whole.isEmpty && fraction.isEmpty { throw problem("a digit should stand before or after the point here", at: start) }
        }
        if whole.isEmpty { whole = "0" }
        var text = fraction.isEmpty ? whole : whole + "." + fraction
        if let letter = peek(), letter | 0x20 == 0x65 {
            text.unicodeScalars.append(Unicode.Scalar(letter))
            position += 1
            if let sign = peek(), sign == Byte.plus || sign == Byte.minus {
                text.unicodeScalars.append(Unicode.Scalar(sign))
                position += 1
            }
            let exponent = digits()
            guard !exponent.isEmpty else { throw problem("a digit should follow the exponent's e here", at: position) }
            text += exponent
        }
        return text
    }

    /// As the whole number it is; beyond 64 bits as the nearest double, which is all that JSON5 promises.
    private mutating func hexadecimal() throws(JSONProblem) -> String {
        let start = position
        position += 2
        var exact: UInt64 = 0
        var isExact = true
        while let byte = peek(), let digit = Byte.hexValue(byte) {
            if exact >> 60 != 0 { isExact = false }
            exact = exact << 4 | UInt64(digit)
            position += 1
        }
        guard position > start + 2 else { throw problem("hexadecimal digits should follow 0x here", at: start) }
        if isExact { return String(exact) }
        return JSONNumber(Double(String(decoding: bytes[start..<position], as: UTF8.self)) ?? .infinity).text
    }

    private mutating func digits() -> String {
        let start = position
        while let byte = peek(), Byte.isDigit(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}
