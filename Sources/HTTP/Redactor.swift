// SPDX-License-Identifier: Apache-2.0

/// Makes text from elsewhere fit to be kept and shown: secrets out, control characters out, cut to a length.
///
/// Replaced by `<secret>` are the secrets it was given, wherever they stand, and what `SecretShapes` takes for one. It errs towards
/// replacing. Request ids, model names, e-mail addresses and ordinary sentences stay.
public struct Redactor: Sendable {
    /// Longest first, so that of two that begin alike the longer one is found.
    private let secrets: [[UInt8]]
    /// Whether a secret begins with this byte.
    private let beginnings: [Bool]

    /// Shorter secrets are only found where they stand alone, as they may be part of a word.
    private static let minAnywhere = 8
    /// Shorter ones are not looked for at all.
    private static let minBytes = 4
    /// How much more than what is kept is looked at, since replacing makes text shorter.
    private static let lookAhead = 8 << 10

    /// - Parameter secrets: Those we hold. Shorter ones than four bytes are left out: they are found in ordinary text.
    public init(secrets: [Secret]) {
        let texts = Set(secrets.map { $0.withExposed { Array($0.utf8) } }).filter { $0.count >= Self.minBytes }
        self.secrets = texts.sorted { $0.count > $1.count }
        var beginnings = [Bool](repeating: false, count: 256)
        for text in texts { beginnings[Int(text[0])] = true }
        self.beginnings = beginnings
    }

    /// - Parameters:
    ///   - text: From a stranger, of any length: only as much as may be kept, and a little more, is looked at.
    ///   - limit: Bytes of the result at most. What is cut off leaves `…`, within the limit.
    /// - Returns: One line of text: line breaks and tabs are spaces, other control characters and marks of direction are gone.
    public func redact(_ text: String, limit: Int = 1024) -> String {
        let (bytes, isWhole) = visible(text, limit: limit + Self.lookAhead)
        let shapes = SecretShapes(bytes)
        var output: [UInt8] = []
        output.reserveCapacity(min(limit, bytes.count) + 16)
        var position = 0
        while position < bytes.count, output.count <= limit {
            if let secret = known(in: bytes, at: position) ?? shapes.secret(at: position) {
                output.append(contentsOf: bytes[position..<secret.lowerBound])
                output.append(contentsOf: Secret.replacement.utf8)
                position = secret.upperBound
            } else {
                output.append(bytes[position])
                position += 1
            }
        }
        if isWhole && position == bytes.count && output.count <= limit { return String(decoding: output, as: UTF8.self) }
        return Self.cut(output, to: limit)
    }

    /// Whether one of the secrets it was given stands in `bytes`. Shorter ones than eight bytes, such as the `none` of local servers, are
    /// not looked for: they are found in ordinary words.
    public func holdsSecret(_ bytes: [UInt8]) -> Bool {
        bytes.indices.contains { known(in: bytes, at: $0).map { $0.count >= Self.minAnywhere } ?? false }
    }

    private func known(in bytes: [UInt8], at position: Int) -> Range<Int>? {
        guard beginnings[Int(bytes[position])] else { return nil }
        for secret in secrets {
            let end = position + secret.count
            guard end <= bytes.count, bytes[position..<end].elementsEqual(secret) else { continue }
            if secret.count >= Self.minAnywhere { return position..<end }
            let standsAlone =
                (position == 0 || !SecretShapes.isWord(bytes[position - 1])) && (end == bytes.count || !SecretShapes.isWord(bytes[end]))
            if standsAlone { return position..<end }
        }
        return nil
    }

    /// The first `limit` bytes of `text` as they may be shown. If more follow, the last word is left out: half a secret would not be
    /// known for one.
    private func visible(_ text: String, limit: Int) -> (bytes: [UInt8], isWhole: Bool) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(limit, text.utf8.count))
        for scalar in text.unicodeScalars {
            if bytes.count >= limit {
                let longest = secrets.first?.count ?? 0
                bytes.removeLast(min(bytes.count, longest))
                while let last = bytes.last, last > 0x20 { bytes.removeLast() }
                return (bytes, false)
            }
            if scalar == "\n" || scalar == "\t" || scalar == "\r" || scalar.value == 0x2028 || scalar.value == 0x2029 {
                if bytes.last != 0x20 { bytes.append(0x20) }
            } else if !Self.isHidden(scalar) {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return (bytes, true)
    }

    /// Control characters, and what turns or hides text on a terminal: zero-width characters, marks of direction.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }

    private static func cut(_ bytes: [UInt8], to limit: Int) -> String {
        let mark = "…"
        guard limit >= mark.utf8.count else { return "" }
        var end = min(bytes.count, limit - mark.utf8.count)
        while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self) + mark
    }
}
