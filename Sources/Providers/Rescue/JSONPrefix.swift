// SPDX-License-Identifier: Apache-2.0

/// Decides, piece by piece, whether text is the beginning of one JSON document (RFC 8259): whether something could be put behind it so
/// that it is one.
///
/// A document that is whole is a beginning too; behind it only white space goes on. Text is taken to be UTF-8.
public struct JSONPrefix: Sendable {
    /// Levels of arrays and objects.
    static let depthLimit = 512

    private enum Place: Sendable {
        case value, firstElement, firstMember, member, colon, behindValue
        case string, escape, hex(Int)
        case minus, zero, digits, point, fraction, exponent, exponentSign, exponentDigits
        /// A literal of which `read` bytes have come.
        case word([UInt8], read: Int)
    }

    private var place = Place.value
    private var isKey = false
    /// One for each open container: whether it is an object.
    private var open: [Bool] = []

    public init() {}

    /// Nothing is missing of what has been taken. A number may always go on.
    var isWhole: Bool {
        guard case .behindValue = place, open.isEmpty else { return false }
        return true
    }

    /// Whether `text`, UTF-8, is the beginning of a JSON document. Nothing is one too.
    public static func isBeginning(_ text: [UInt8]) -> Bool {
        var prefix = JSONPrefix()
        return prefix.take(text)
    }

    /// - Returns: Whether all so far is the beginning of a document. After `false` nothing more is to be asked.
    public mutating func take(_ bytes: some Sequence<UInt8>) -> Bool {
        for byte in bytes where !take(byte) { return false }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        switch place {
        case .value, .firstElement, .firstMember, .member, .colon, .behindValue: between(byte)
        case .string, .escape, .hex: inString(byte)
        case .minus, .zero, .digits, .point, .fraction, .exponent, .exponentSign, .exponentDigits: inNumber(byte)
        case .word(let word, let read): inWord(byte, word, read)
        }
    }

    // MARK: Between tokens

    private mutating func between(_ byte: UInt8) -> Bool {
        if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return true }
        switch place {
        case .firstElement where byte == UInt8(ascii: "]"): return close(isObject: false)
        case .value, .firstElement: return beginValue(byte)
        case .firstMember where byte == UInt8(ascii: "}"): return close(isObject: true)
        case .firstMember, .member:
            isKey = true
            return go(.string, if: byte == UInt8(ascii: "\""))
        case .colon: return go(.value, if: byte == UInt8(ascii: ":"))
        default: return behindValue(byte)
        }
    }

    private mutating func beginValue(_ byte: UInt8) -> Bool {
        isKey = false
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let isObject = byte == UInt8(ascii: "{")
            open.append(isObject)
            return go(isObject ? .firstMember : .firstElement, if: open.count <= Self.depthLimit)
        case UInt8(ascii: "\""): return go(.string)
        case UInt8(ascii: "-"): return go(.minus)
        case UInt8(ascii: "0"): return go(.zero)
        case UInt8(ascii: "1")...UInt8(ascii: "9"): return go(.digits)
        case UInt8(ascii: "t"): return go(.word(Self.yes, read: 1))
        case UInt8(ascii: "f"): return go(.word(Self.no, read: 1))
        case UInt8(ascii: "n"): return go(.word(Self.nothing, read: 1))
        default: return false
        }
    }

    private mutating func behindValue(_ byte: UInt8) -> Bool {
        guard let isObject = open.last else { return false }
        switch byte {
        case UInt8(ascii: ","): return go(isObject ? .member : .value)
        case UInt8(ascii: "}"): return isObject && close(isObject: true)
        case UInt8(ascii: "]"): return !isObject && close(isObject: false)
        default: return false
        }
    }

    private mutating func close(isObject: Bool) -> Bool {
        open.removeLast()
        return go(.behindValue)
    }

    private mutating func go(_ next: Place, if holds: Bool = true) -> Bool {
        place = next
        return holds
    }

    // MARK: In a token

    private mutating func inString(_ byte: UInt8) -> Bool {
        switch place {
        case .escape:
            if byte == UInt8(ascii: "u") { return go(.hex(4)) }
            return go(.string, if: Self.escapes.contains(byte))
        case .hex(let left): return go(left == 1 ? .string : .hex(left - 1), if: Self.isHexDigit(byte))
        default:
            if byte == UInt8(ascii: "\\") { return go(.escape) }
            if byte == UInt8(ascii: "\"") { return go(isKey ? .colon : .behindValue) }
            return byte >= 0x20
        }
    }

    private mutating func inNumber(_ byte: UInt8) -> Bool {
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        let isExponent = byte | 0x20 == UInt8(ascii: "e")
        switch place {
        case .minus: return go(byte == UInt8(ascii: "0") ? .zero : .digits, if: isDigit)
        case .digits where isDigit, .fraction where isDigit, .exponentDigits where isDigit: return true
        case .zero where byte == UInt8(ascii: "."), .digits where byte == UInt8(ascii: "."): return go(.point)
        case .zero where isExponent, .digits where isExponent, .fraction where isExponent: return go(.exponent)
        case .point: return go(.fraction, if: isDigit)
        case .exponent where byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"): return go(.exponentSign)
        case .exponent, .exponentSign: return go(.exponentDigits, if: isDigit)
        default:
            place = .behindValue
            return between(byte)
        }
    }

    private mutating func inWord(_ byte: UInt8, _ word: [UInt8], _ read: Int) -> Bool {
        guard byte == word[read] else { return false }
        return go(read + 1 == word.count ? .behindValue : .word(word, read: read + 1))
    }

    private static let yes = Array("true".utf8)
    private static let no = Array("false".utf8)
    private static let nothing = Array("null".utf8)
    private static let escapes = Set("\"\\/bfnrt".utf8)

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        default: false
        }
    }
}
