// SPDX-License-Identifier: Apache-2.0

/// Writes text into a log line so that it stays in its place: as the inside of a JSON string (RFC 8259 §7).
enum LogText {
    /// Bytes of one value; the rest is left out, and `…` says so.
    static let maxBytes = 4096

    /// With quotation marks.
    static func quote(_ text: String, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        escape(text, into: &output)
        output.append(UInt8(ascii: "\""))
    }

    /// Without quotation marks where the text needs none to be seen as one value: no space, `=`, quotation mark, nothing escaped.
    static func bare(_ text: String, into output: inout [UInt8]) {
        let isOneWord = !text.isEmpty && text.utf8.allSatisfy { isPlain($0) && $0 != 0x20 && $0 != UInt8(ascii: "=") }
        if isOneWord { escape(text, into: &output) } else { quote(text, into: &output) }
    }

    static func escape(_ text: String, into output: inout [UInt8]) {
        if text.utf8.count <= maxBytes, text.utf8.allSatisfy(isPlain) { return output.append(contentsOf: text.utf8) }
        let end = output.count + maxBytes
        for scalar in text.unicodeScalars {
            guard output.count < end else { return output.append(contentsOf: "…".utf8) }
            switch scalar {
            case "\"", "\\":
                output.append(UInt8(ascii: "\\"))
                output.append(UInt8(scalar.value))
            case "\n": output.append(contentsOf: #"\n"#.utf8)
            case "\r": output.append(contentsOf: #"\r"#.utf8)
            case "\t": output.append(contentsOf: #"\t"#.utf8)
            case _ where isHidden(scalar): escape(scalar, into: &output)
            default: output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    /// Printable ASCII that JSON takes as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Control characters, line and paragraph separators, and what turns or hides text on a terminal.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// `\u` and four digits; all hidden characters lie in the basic plane.
    private static func escape(_ scalar: Unicode.Scalar, into output: inout [UInt8]) {
        output.append(contentsOf: #"\u"#.utf8)
        for shift in [12, 8, 4, 0] as [UInt32] {
            let digit = UInt8(scalar.value >> shift & 0xF)
            output.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
        }
    }
}
