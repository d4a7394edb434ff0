// SPDX-License-Identifier: Apache-2.0

/// Writes values as JSON: UTF-8, escaping only what RFC 8259 §7 demands. Numbers go out as they were written.
public enum JSONWriter {
    /// Without white space, members in their order.
    public static func compact(_ value: JSONValue) -> [UInt8] {
        var output: [UInt8] = []
        write(value, into: &output)
        return output
    }

    /// Compact, as text.
    public static func string(_ value: JSONValue) -> String { String(decoding: compact(value), as: UTF8.self) }

    /// Indented by two spaces, for people. No line feed at the end.
    ///
    /// - Parameter sortedKeys: Members by the bytes of their names instead of in their order.
    public static func pretty(_ value: JSONValue, sortedKeys: Bool = false) -> [UInt8] {
        var output: [UInt8] = []
        writePretty(value, level: 0, sortedKeys, into: &output)
        return output
    }

    /// Appends `text` as a JSON string, quotes included.
    public static func quote(_ text: String, into output: inout [UInt8]) {
        output.append(Byte.quote)
        var text = text
        text.withUTF8 { bytes in
            var plain = 0
            for position in 0..<bytes.count {
                let byte = bytes[position]
                guard byte < 0x20 || byte == Byte.quote || byte == Byte.backslash else { continue }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[plain..<position]))
                escape(byte, into: &output)
                plain = position + 1
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[plain...]))
        }
        output.append(Byte.quote)
    }

    private static func escape(_ byte: UInt8, into output: inout [UInt8]) {
        output.append(Byte.backslash)
        switch byte {
        case 0x08: output.append(0x62)
        case 0x0C: output.append(0x66)
        case Byte.lineFeed: output.append(0x6E)
        case Byte.carriageReturn: output.append(0x72)
        case Byte.tab: output.append(0x74)
        case Byte.quote, Byte.backslash: output.append(byte)
        default:
            // Below 0x20: a zero or a one, then one digit.
            let digit = byte & 0x0F
            output += [0x75, Byte.zero, Byte.zero, Byte.zero + byte >> 4, digit < 10 ? Byte.zero + digit : 0x61 + digit - 10]
        }
    }

    private static func write(_ value: JSONValue, into output: inout [UInt8]) {
        switch value {
        case .array(let elements):
            output.append(Byte.openBracket)
            for (place, element) in elements.enumerated() {
                if place > 0 { output.append(Byte.comma) }
                write(element, into: &output)
            }
            output.append(Byte.closeBracket)
        case .object(let object):
            output.append(Byte.openBrace)
            for (place, member) in object.members.enumerated() {
                if place > 0 { output.append(Byte.comma) }
                quote(member.key, into: &output)
                output.append(Byte.colon)
                write(member.value, into: &output)
            }
            output.append(Byte.closeBrace)
        case .null, .bool, .number, .string: writeScalar(value, into: &output)
        }
    }

    private static func writePretty(_ value: JSONValue, level: Int, _ sortedKeys: Bool, into output: inout [UInt8]) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            output.append(Byte.openBracket)
            for (place, element) in elements.enumerated() {
                if place > 0 { output.append(Byte.comma) }
                breakLine(level + 1, into: &output)
                writePretty(element, level: level + 1, sortedKeys, into: &output)
            }
            breakLine(level, into: &output)
            output.append(Byte.closeBracket)
        case .object(let object) where !object.isEmpty:
            let members =
                sortedKeys ? object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : object.members
            output.append(Byte.openBrace)
            for (place, member) in members.enumerated() {
                if place > 0 { output.append(Byte.comma) }
                breakLine(level + 1, into: &output)
                quote(member.key, into: &output)
                output += [Byte.colon, Byte.space]
                writePretty(member.value, level: level + 1, sortedKeys, into: &output)
            }
            breakLine(level, into: &output)
            output.append(Byte.closeBrace)
        case .array, .object: write(value, into: &output)
        case .null, .bool, .number, .string: writeScalar(value, into: &output)
        }
    }

    private static func breakLine(_ level: Int, into output: inout [UInt8]) {
        output.append(Byte.lineFeed)
        output.append(contentsOf: repeatElement(Byte.space, count: 2 * level))
    }

    private static func writeScalar(_ value: JSONValue, into output: inout [UInt8]) {
        switch value {
        case .bool(true): output += "true".utf8
        case .bool(false): output += "false".utf8
        case .number(let number) where number.isFinite: output += number.text.utf8
        case .string(let text): quote(text, into: &output)
        case .null, .number, .array, .object: output += "null".utf8
        }
    }
}
