// SPDX-License-Identifier: Apache-2.0

/// An error's words, prepared so that a hundred phrases can be looked for in microseconds.
struct Wording {
    /// Lower-case, one space between words, straight quotes; at most `limit` bytes.
    let bytes: [UInt8]
    /// Which runs of three bytes occur, as a bit per hash: a phrase whose runs are not all there is not searched for.
    private var runs: InlineArray<128, UInt64> = .init(repeating: 0)

    static let limit = 4096
    static let bits: UInt32 = 128 * 64

    init(_ text: String) {
        var text = text
        let bytes = text.withUTF8 { text in
            [UInt8](unsafeUninitializedCapacity: min(text.count, Wording.limit)) { buffer, count in
                count = Wording.normalize(text, into: buffer)
            }
        }
        self.bytes = bytes
        guard bytes.count >= 3 else { return }
        var runs = runs
        for place in 2..<bytes.count {
            let bit = Wording.bit(bytes[place - 2], bytes[place - 1], bytes[place])
            runs[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
        }
        self.runs = runs
    }

    func mayHold(_ bit: UInt32) -> Bool { runs[Int(bit >> 6)] & (1 << UInt64(bit & 63)) != 0 }

    static func bit(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
        let run = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
        return (run &* 2_654_435_761) >> 19
    }

    /// ASCII letters in lower case, any run of white space as one space, `’` and `` ` `` as `'`, `“` and `”` as `"`.
    ///
    /// - Returns: How many bytes were written: no more than `output` holds.
    private static func normalize(_ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var count = 0
        for byte in text {
            var byte = byte
            switch byte {
            case 0...0x20, 0x7F:
                if count == 0 || output[count - 1] == 0x20 { continue }
                byte = 0x20
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte |= 0x20
            case UInt8(ascii: "`"): byte = UInt8(ascii: "'")
            case 0x98, 0x99, 0x9C, 0x9D:
                // U+2018, U+2019, U+201C and U+201D are E2 80 and these in UTF-8.
                if count >= 2 && output[count - 1] == 0x80 && output[count - 2] == 0xE2 {
                    count -= 2
                    byte = byte < 0x9C ? UInt8(ascii: "'") : UInt8(ascii: "\"")
                }
            default: break
            }
            if count == output.count { break }
            output[count] = byte
            count += 1
        }
        return count > 0 && output[count - 1] == 0x20 ? count - 1 : count
    }
}

/// A piece of wording to look for: text that begins at a word, where `*` stands for up to 24 bytes of anything, `^` for the
/// beginning and `$` for the end of the message, a full stop aside.
struct Phrase: Sendable {
    private struct Part: Sendable {
        var bytes: [UInt8]
        var bits: [UInt32]
    }

    private let parts: [Part]
    private let isAtStart: Bool
    private let isAtEnd: Bool

    static let gap = 24

    init(_ text: String) {
        var text = text[...]
        isAtStart = text.hasPrefix("^")
        isAtEnd = text.hasSuffix("$")
        if isAtStart { text = text.dropFirst() }
        if isAtEnd { text = text.dropLast() }
        parts = text.split(separator: "*").map { part in
            let bytes = Array(part.utf8)
            let runs = bytes.count < 3 ? [] : (0..<(bytes.count - 2)).map { Wording.bit(bytes[$0], bytes[$0 + 1], bytes[$0 + 2]) }
            // A few runs, far apart, tell as much as all.
            return Part(
                bytes: bytes,
                bits: runs.count <= 4 ? runs : [runs[0], runs[runs.count / 3], runs[runs.count * 2 / 3], runs[runs.count - 1]])
        }
    }

    func occurs(in wording: borrowing Wording) -> Bool {
        for part in parts {
            for bit in part.bits where !wording.mayHold(bit) { return false }
        }
        let text = wording.bytes
        if isAtStart { return matches(text, part: 0, from: 0, upTo: 0) }
        return matches(text, part: 0, from: 0, upTo: text.count)
    }

    /// Whether the parts from `part` on follow one another, the first of them beginning in `from...upTo`.
    private func matches(_ text: [UInt8], part: Int, from: Int, upTo: Int) -> Bool {
        let bytes = parts[part].bytes
        let last = min(upTo, text.count - bytes.count)
        guard from <= last else { return false }
        for start in from...last where text[start] == bytes[0] {
            if Phrase.isWord(bytes[0]) && start > 0 && Phrase.isWord(text[start - 1]) { continue }
            let end = start + bytes.count
            guard text[start..<end].elementsEqual(bytes) else { continue }
            if part + 1 < parts.count {
                if matches(text, part: part + 1, from: end, upTo: end + Phrase.gap) { return true }
            } else if !isAtEnd || end == text.count || (end == text.count - 1 && text[end] == UInt8(ascii: ".")) {
                return true
            }
        }
        return false
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
