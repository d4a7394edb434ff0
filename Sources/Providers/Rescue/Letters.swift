// SPDX-License-Identifier: Apache-2.0

/// Where words begin in UTF-8, as far as the seam asks.
enum Letters {
    /// Whether a word may begin at `index`, or something that is none: not between two letters of one word.
    static func begins(_ text: ArraySlice<UInt8>, at index: Int) -> Bool {
        guard index > text.startIndex, index < text.endIndex else { return true }
        return !(isPartOfWord(scalar(before: index, text)) && isPartOfWord(scalar(at: index, text)))
    }

    /// A letter of any script, not a digit.
    static func hasLetter(_ text: ArraySlice<UInt8>) -> Bool {
        String(decoding: text, as: UTF8.self).unicodeScalars.contains { $0.properties.isAlphabetic }
    }

    /// Whether it begins with a script that puts no space between words.
    static func isIdeographic(_ text: ArraySlice<UInt8>) -> Bool { isIdeographic(scalar(at: text.startIndex, text)) }

    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) }
        let properties = scalar.properties
        let isMark = properties.generalCategory == .nonspacingMark || properties.generalCategory == .spacingMark
        return (properties.isAlphabetic || isMark || properties.numericType != nil) && !isIdeographic(scalar)
    }

    private static func isIdeographic(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Thai, Lao, Tibetan, Myanmar and Khmer; kana and ideographs; Hangul, whose words are short.
        case 0x0E00...0x109F, 0x1780...0x17FF, 0x2E80...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }

    private static func scalar(before index: Int, _ text: ArraySlice<UInt8>) -> Unicode.Scalar {
        var start = index - 1
        while start > text.startIndex, UTF8.isContinuation(text[start]) { start -= 1 }
        return scalar(at: start, text)
    }

    private static func scalar(at index: Int, _ text: ArraySlice<UInt8>) -> Unicode.Scalar {
        String(decoding: text[index..<min(index + 4, text.endIndex)], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    }
}
