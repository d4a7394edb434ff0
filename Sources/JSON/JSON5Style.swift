// SPDX-License-Identifier: Apache-2.0

/// How a file is written, as far as what is put into it has to follow: what most of it does, and JSON5's shorter ways where it says nothing.
struct JSON5Style: Hashable, Sendable {
    /// What ends its lines: LF or CR LF.
    var newline = "\n"
    /// One level of indentation.
    var unit = "  "
    /// Of texts, and of names that need quotes.
    var quote = Byte.quote
    var quotesNames = false
    /// Whether lists and objects on several lines end with a comma.
    var endsWithComma = true

    init(_ document: JSON5Document) {
        var counts = Counts()
        counts.count(document.root, document.value, in: document.bytes, depth: 0)
        if let first = document.bytes.firstIndex(of: Byte.lineFeed), first > 0, document.bytes[first - 1] == Byte.carriageReturn {
            newline = "\r\n"
        }
        unit = counts.unit ?? unit
        if counts.singleQuotes > counts.doubleQuotes { quote = Byte.apostrophe }
        quotesNames = counts.quotedNames > counts.bareNames
        endsWithComma = counts.commas == counts.noCommas ? !quotesNames : counts.commas > counts.noCommas
    }

    private struct Counts {
        var unit: String?
        var singleQuotes = 0
        var doubleQuotes = 0
        var quotedNames = 0
        var bareNames = 0
        /// Containers on several lines with a comma at their end, and without.
        var commas = 0
        var noCommas = 0

        mutating func count(_ node: JSON5Node, _ value: JSONValue, in bytes: [UInt8], depth: Int) {
            if let key = node.key {
                switch bytes[key.lowerBound] {
                case Byte.quote, Byte.apostrophe:
                    if JSON5Style.canStandBare(bytes[key].dropFirst().dropLast()) { quotedNames += 1 }
                    countQuote(bytes[key.lowerBound])
                default: bareNames += 1
                }
            }
            if value.string != nil { countQuote(bytes[node.value.lowerBound]) }
            guard let last = node.children.last else { return }
            let tail = bytes[last.value.upperBound..<node.value.upperBound - 1]
            if tail.contains(Byte.lineFeed) {
                // A comma in a comment counts wrongly, which changes a taste and no meaning.
                if tail.contains(Byte.comma) { commas += 1 } else { noCommas += 1 }
            }
            if unit == nil { unit = step(from: node, to: node.children[0], in: bytes) }
            let values = value.array ?? value.object?.members.map(\.value) ?? []
            for (child, value) in zip(node.children, values) { count(child, value, in: bytes, depth: depth + 1) }
        }

        private mutating func countQuote(_ byte: UInt8) {
            if byte == Byte.apostrophe { singleQuotes += 1 } else { doubleQuotes += 1 }
        }

        /// How much further in the child's line begins.
        private func step(from parent: JSON5Node, to child: JSON5Node, in bytes: [UInt8]) -> String? {
            func indent(of place: Int) -> ArraySlice<UInt8> {
                let start = bytes[..<place].lastIndex { $0 == Byte.lineFeed || $0 == Byte.carriageReturn }.map { $0 + 1 } ?? 0
                return bytes[start..<place].prefix(while: JSON5Edit.isBlank)
            }
            let (outer, inner) = (indent(of: parent.value.lowerBound), indent(of: child.start))
            guard inner.endIndex == child.start, inner.count > outer.count, inner.starts(with: outer) else { return nil }
            return String(decoding: inner.dropFirst(outer.count), as: UTF8.self)
        }
    }

    // MARK: Writing

    /// A name for a member of `container`: quoted where its neighbours are that need not be.
    func name(_ key: String, beside container: JSON5Node? = nil, in bytes: [UInt8] = []) -> String {
        let neighbours = (container?.children ?? []).compactMap(\.key).map { bytes[$0] }
        let inQuotes = neighbours.filter { $0.first == Byte.quote || $0.first == Byte.apostrophe }
        let quotes =
            neighbours.contains { $0.first != Byte.quote && $0.first != Byte.apostrophe }
            ? false : inQuotes.contains { Self.canStandBare($0.dropFirst().dropLast()) } || quotesNames
        return !quotes && Self.canStandBare(key.utf8) ? key : quoted(key)
    }

    /// A value. What follows its first line is indented by `indent`, and by more within.
    ///
    /// - Parameter inline: All on one line.
    func text(of value: JSONValue, indent: String, inline: Bool) -> String {
        switch value {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .number(let number): return number.text
        case .string(let text): return quoted(text)
        case .array(let elements):
            guard !elements.isEmpty else { return "[]" }
            let isFlat = elements.allSatisfy { $0.array == nil && $0.object == nil }
            let line = "[" + elements.map { text(of: $0, indent: indent, inline: true) }.joined(separator: ", ") + "]"
            if inline || isFlat && indent.utf8.count + line.utf8.count <= 80 { return line }
            return lines(elements.map { text(of: $0, indent: indent + unit, inline: false) }, "[", "]", indent: indent)
        case .object(let object):
            guard !object.isEmpty else { return "{}" }
            let members = object.members.map { name($0.key) + ": " + text(of: $0.value, indent: indent + unit, inline: inline) }
            return inline ? "{ " + members.joined(separator: ", ") + " }" : lines(members, "{", "}", indent: indent)
        }
    }

    private func lines(_ parts: [String], _ open: String, _ close: String, indent: String) -> String {
        let inside = parts.map { newline + indent + unit + $0 }.joined(separator: ",")
        return open + inside + (endsWithComma ? "," : "") + newline + indent + close
    }

    private func quoted(_ text: String) -> String {
        var result: [UInt8] = [quote]
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n".utf8
            case "\r": result += "\\r".utf8
            case "\t": result += "\\t".utf8
            case "\\": result += "\\\\".utf8
            case "\"" where quote == Byte.quote: result += "\\\"".utf8
            case "'" where quote == Byte.apostrophe: result += "\\'".utf8
            case "\u{0}"..<"\u{20}", "\u{7F}", "\u{2028}", "\u{2029}", "\u{FEFF}":
                let digits = String(scalar.value, radix: 16)
                result += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
            default: result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
        result.append(quote)
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether a name needs no quotes: ASCII alone, since that everybody can type.
    static func canStandBare(_ name: some Collection<UInt8>) -> Bool {
        guard let first = name.first, !Byte.isDigit(first) else { return false }
        return name.allSatisfy { byte in
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x24, 0x5F: true
            default: Byte.isDigit(byte)
            }
        }
    }
}
