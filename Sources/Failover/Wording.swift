// SPDX-License-Identifier: Apache-2.0

/// An error's words, prepared so that hundreds of phrases can be looked for in microseconds.
struct Wording {
    /// Lower-case, one space between words or `_`, straight quotes, no addresses; at most `limit` bytes.
    private(set) var bytes: [UInt8]
    /// There are quotes in it.
    let hasQuotes: Bool

    static let limit = 4096

    init(_ text: String) {
        var text = text
        var hasQuotes = false
        bytes = text.withUTF8 { text in
            [UInt8](unsafeUninitializedCapacity: min(text.count, Wording.limit)) { buffer, count in
                count = Wording.normalize(text, into: buffer, &hasQuotes)
            }
        }
        self.hasQuotes = hasQuotes
    }

    /// ASCII letters in lower case, any run of white space and `_` as one space, `’` and `` ` `` as `'`, `“` and `”` as `"`. Of an address
    /// only the scheme stays: `https://…/billing` is not about money.
    ///
    /// - Returns: How many bytes were written: no more than `output` holds.
    private static func normalize(
        _ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>, _ hasQuotes: inout Bool
    ) -> Int {
        var count = 0
        var place = 0
        var isAddress = false
        while place < text.count && count < output.count {
            var byte = text[place]
            if isWord(byte) && !isAddress {
                let length = copyWords(text, from: place, into: output, at: count)
                place += length
                count += length
                continue
            }
            place += 1
            if isAddress {
                if byte > 0x20 && !Wording.endsAddress(byte) { continue }
                isAddress = false
            }
            switch byte {
            case UInt8(ascii: ":"):
                isAddress = place + 1 < text.count && text[place] == UInt8(ascii: "/") && text[place + 1] == UInt8(ascii: "/")
            case 0...0x20, 0x7F, UInt8(ascii: "_"):
                if count == 0 || output[count - 1] == 0x20 { continue }
                byte = 0x20
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte |= 0x20
            case UInt8(ascii: "'"), UInt8(ascii: "\""): hasQuotes = true
            case UInt8(ascii: "`"):
                hasQuotes = true
                byte = UInt8(ascii: "'")
            case 0x98, 0x99, 0x9C, 0x9D:
                // U+2018, U+2019, U+201C and U+201D are E2 80 and these in UTF-8.
                if count >= 2 && output[count - 1] == 0x80 && output[count - 2] == 0xE2 {
                    count -= 2
                    hasQuotes = true
                    byte = byte < 0x9C ? UInt8(ascii: "'") : UInt8(ascii: "\"")
                }
            default: break
            }
            output[count] = byte
            count += 1
        }
        return count > 0 && output[count - 1] == 0x20 ? count - 1 : count
    }

    /// Copies words with single spaces and plain marks between them, as many of the next sixteen bytes as are nothing else. The first one is
    /// part of a word.
    ///
    /// - Returns: How many, 1...16.
    private static func copyWords(
        _ text: UnsafeBufferPointer<UInt8>, from place: Int, into output: UnsafeMutableBufferPointer<UInt8>, at count: Int
    ) -> Int {
        // One more, to see whether a space is the last one.
        guard text.count - place > 16, output.count - count >= 16 else {
            output[count] = text[place]
            return 1
        }
        let source = UnsafeRawBufferPointer(text)
        let words = source.loadUnaligned(fromByteOffset: place, as: WordingBlock.self)
        let next = source.loadUnaligned(fromByteOffset: place + 1, as: WordingBlock.self)
        // What is written beyond the words is written over, or not counted.
        UnsafeMutableRawBufferPointer(output).storeBytes(of: words.normalized, toByteOffset: count, as: WordingBlock.self)
        return words.plainCount(next: next)
    }

    mutating func replace(with bytes: [UInt8]) { self.bytes = bytes }

    private static func endsAddress(_ byte: UInt8) -> Bool { "\"'`<>)}]|,".utf8.contains(byte) }

    /// Whether `byte`, of normalised text, is one of an English word or a number.
    static func isWord(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 || byte &- 0x30 < 10 }
}
