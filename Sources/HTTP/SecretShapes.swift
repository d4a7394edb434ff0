// SPDX-License-Identifier: Apache-2.0

/// Finds what looks like a secret in text: by how keys of known providers begin, by the name or scheme in front of it, or because
/// it is long and looks like chance.
///
/// Whether a word is a secret is decided by its first `decisive` bytes, and only then its end is looked for, so that no text takes
/// more than time in proportion to its length.
struct SecretShapes {
    private let bytes: [UInt8]
    private static let decisive = 256

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The place of the secret that the word at `start` is or announces. `nil`: none, or no word begins there.
    func secret(at start: Int) -> Range<Int>? {
        guard Self.isAlphanumeric(bytes[start]), start == 0 || !Self.isAlphanumeric(bytes[start - 1]) else { return nil }
        if start == 0 || !Self.isWord(bytes[start - 1]) {
            if let found = named(start) ?? schemed(start) ?? prefixed(start) { return found }
        }
        return random(start)
    }

    static func isWord(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        FieldBytes.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    // MARK: By its beginning

    private func prefixed(_ start: Int) -> Range<Int>? {
        for (prefix, least) in SecretNames.prefixes where bytes[start...].starts(with: prefix.utf8) {
            let token = token(from: start)
            let rest = bytes[token].dropFirst(prefix.utf8.count)
            guard rest.count >= least else { continue }
            if rest.count >= 16 || rest.contains(where: { FieldBytes.isDigit($0) || $0 == UInt8(ascii: "*") }) { return token }
        }
        return nil
    }

    /// Letters, digits, `_`, `-`, `*` (what others have masked), and points and slashes between them.
    private func token(from start: Int) -> Range<Int> {
        var end = start
        while end < bytes.count {
            if Self.isWord(bytes[end]) || bytes[end] == UInt8(ascii: "*") {
                end += 1
            } else if bytes[end] == UInt8(ascii: ".") || bytes[end] == UInt8(ascii: "/"), end + 1 < bytes.count,
                Self.isWord(bytes[end + 1]) || bytes[end + 1] == UInt8(ascii: "/")
            {
                end += 1
            } else {
                break
            }
        }
        return start..<end
    }

    // MARK: By the scheme in front of it

    /// `Bearer x`, `Basic x`.
    private func schemed(_ start: Int) -> Range<Int>? {
        let scheme = word(from: start)
        guard ["bearer", "basic"].contains(lowercased(scheme)) else { return nil }
        let value = value(from: skip(scheme.upperBound) { $0 == 0x20 || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "+") })
        guard value.lowerBound > scheme.upperBound, isTokenLike(value, least: 8) else { return nil }
        return value
    }

    // MARK: By the name in front of it

    /// `api_key=x`, `"api_key": "x"`, `x-api-key: x`, `?key=x`.
    private func named(_ start: Int) -> Range<Int>? {
        let word = word(from: start)
        let name = lowercased(word).filter { $0 != "_" && $0 != "-" }
        guard let strength = SecretNames.strength(of: name) else { return nil }
        var position = skip(word.upperBound, while: Self.isQuote)
        position = skip(position) { $0 == 0x20 }
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") || bytes[position] == UInt8(ascii: "=") else { return nil }
        let isAssigned = bytes[position] == UInt8(ascii: "=")
        let isParameter = isAssigned && start > 0 && (bytes[start - 1] == UInt8(ascii: "?") || bytes[start - 1] == UInt8(ascii: "&"))
        position = skip(position + 1) { $0 == 0x20 }
        let open = skip(position, while: Self.isQuote)
        let isQuoted = open > position
        if name.hasSuffix("cookie") { return rest(from: open) }
        if strength == .parameter, !isParameter { return nil }
        let value = isQuoted ? quoted(from: open) : self.value(from: open)
        guard !value.isEmpty else { return nil }
        switch strength {
        case .certain where isQuoted || isAssigned: return value
        case .certain: return isTokenLike(value, least: 6) ? value : nil
        case .likely where isParameter: return value
        case .likely: return isTokenLike(value, least: 12) ? value : nil
        case .parameter: return value
        }
    }

    private static func isQuote(_ byte: UInt8) -> Bool { "\"'\\".utf8.contains(byte) }

    private func word(from start: Int) -> Range<Int> { start..<skip(start, while: Self.isWord) }

    /// Up to a quotation mark.
    private func quoted(from start: Int) -> Range<Int> { start..<skip(start) { !Self.isQuote($0) } }

    /// What remains, up to a quotation mark: a `Cookie` field has many values.
    private func rest(from start: Int) -> Range<Int>? {
        let beginning = start..<skip(start, atMost: Self.decisive) { !Self.isQuote($0) }
        return bytes[beginning].contains(UInt8(ascii: "=")) ? quoted(from: start) : nil
    }

    /// Up to what cannot be part of a value without quotation marks, without the full stop of a sentence.
    private func value(from start: Int) -> Range<Int> {
        var end = skip(start) { $0 > 0x20 && !"\"'\\`,;&<>(){}[]".utf8.contains($0) }
        while end > start, ".:!?".utf8.contains(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Whether `value` is no word of a language: with a digit, with upper case after lower case, or very long.
    private func isTokenLike(_ value: Range<Int>, least: Int) -> Bool {
        guard value.count >= least else { return false }
        if value.count >= 24 || bytes[value].contains(where: FieldBytes.isDigit) { return true }
        return zip(bytes[value], bytes[value].dropFirst()).contains { before, after in
            kind(before) == .lower && kind(after) == .upper
        }
    }

    // MARK: By chance

    private enum Kind { case upper, lower, digit, other }

    private func kind(_ byte: UInt8) -> Kind {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): .upper
        case UInt8(ascii: "a")...UInt8(ascii: "z"): .lower
        default: .other
        }
    }

    /// Twenty-four letters and digits in one, or forty with the marks of base64 between them, that change between upper case, lower
    /// case and digits as often as chance would have it. Names and paths hardly do: `Llama-3.3-70B-Instruct-Turbo`.
    private func random(_ start: Int) -> Range<Int>? {
        let core = start..<skip(start, atMost: Self.decisive, while: Self.isAlphanumeric)
        let whole = start..<skip(start, atMost: Self.decisive, while: Self.isBase64)
        let isMixed = [Kind.upper, .lower, .digit].allSatisfy { wanted in bytes[whole].contains { kind($0) == wanted } }
        guard (core.count >= 24 && looksRandom(core)) || (whole.count >= 40 && isMixed && looksRandom(whole)) else { return nil }
        return isIdentifier(start, core) ? nil : start..<skip(start, while: Self.isBase64)
    }

    private static func isBase64(_ byte: UInt8) -> Bool { isWord(byte) || "+/=".utf8.contains(byte) }

    private func looksRandom(_ range: Range<Int>) -> Bool {
        guard bytes[range].contains(where: FieldBytes.isDigit) else { return false }
        var changes = 0
        for offset in range.dropFirst() {
            let (before, after) = (kind(bytes[offset - 1]), kind(bytes[offset]))
            if before != after, before != .other, after != .other { changes += 1 }
        }
        return changes * 10 >= range.count * 3
    }

    /// Whether the word at `start` is an id that support will ask for: by its prefix, by the word in front of it, or a receipt id.
    private func isIdentifier(_ start: Int, _ core: Range<Int>) -> Bool {
        if core.count == 26, bytes[core].allSatisfy(Self.isCrockford) { return true }
        if SecretNames.idPrefixes.contains(lowercased(core)) { return true }
        var end = start
        while end > 0, !Self.isAlphanumeric(bytes[end - 1]), start - end < 8 { end -= 1 }
        var begin = end
        while begin > 0, Self.isAlphanumeric(bytes[begin - 1]), end - begin < 24 { begin -= 1 }
        let before = lowercased(begin..<end)
        let isPrefix = end + 1 == start && Self.isWord(bytes[end])
        return isPrefix ? SecretNames.idPrefixes.contains(before) : SecretNames.idLabels.contains(before)
    }

    /// The alphabet of receipt ids (Crockford's base32).
    private static func isCrockford(_ byte: UInt8) -> Bool { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8.contains(byte) }

    // MARK: Words

    private func skip(_ start: Int, atMost count: Int = .max, while condition: (UInt8) -> Bool) -> Int {
        let limit = count < bytes.count - start ? start + count : bytes.count
        var end = start
        while end < limit, condition(bytes[end]) { end += 1 }
        return end
    }

    private func lowercased(_ range: Range<Int>) -> String { String(decoding: bytes[range].map(FieldBytes.lower), as: UTF8.self) }
}
