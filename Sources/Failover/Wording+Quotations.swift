// SPDX-License-Identifier: Apache-2.0

extension Wording {
    /// Takes out what stands in quotes and is longer than a name: four words or more.
    ///
    /// What an error within the error says stays: the values of `message` and its kin.
    mutating func dropQuotations() {
        guard hasQuotes else { return }
        let found = Wording.quotations(in: bytes.span)
        guard !found.isEmpty else { return }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var start = 0
        for quotation in found {
            kept += bytes[start..<quotation.lowerBound]
            start = quotation.upperBound
        }
        kept += bytes[start...]
        replace(with: kept)
    }

    /// Without the quotes, in order.
    private static func quotations(in text: Span<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        // The last name in quotes, such as `message` in `"message": "…"`.
        var name = 0..<0
        var place = 0
        while place < text.count {
            let quote = text[place]
            guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""), opens(text, place), let end = end(text, place, quote) else {
                place += 1
                continue
            }
            var spaces = 0
            for inner in place + 1..<end where text[inner] == 0x20 { spaces += 1 }
            if spaces < 3 {
                name = place + 1..<end
            } else if !says(text, name, before: place) {
                found.append(place + 1..<end)
            } else {
                // It is read on: there may be quotations within.
                place += 1
                continue
            }
            place = end + 1
        }
        return found
    }

    /// An apostrophe within or behind a word opens nothing.
    private static func opens(_ text: Span<UInt8>, _ place: Int) -> Bool { place == 0 || !isWord(text[place - 1]) }

    /// Where the same quote stands and no word goes on behind it.
    private static func end(_ text: Span<UInt8>, _ start: Int, _ quote: UInt8) -> Int? {
        var place = start + 1
        while place < text.count {
            let isEscaped = text[place - 1] == UInt8(ascii: "\\")
            if text[place] == quote && !isEscaped && (place + 1 == text.count || !isWord(text[place + 1])) { return place }
            place += 1
        }
        return nil
    }

    /// Whether `name` is a member that holds an error's words, and the quote at `place` opens its value.
    private static func says(_ text: Span<UInt8>, _ name: Range<Int>, before place: Int) -> Bool {
        guard !name.isEmpty, place - name.upperBound <= 4 else { return false }
        for member in members where member.count == name.count {
            var isEqual = true
            for offset in 0..<member.count where text[name.lowerBound + offset] != member[offset] { isEqual = false }
            if isEqual { return true }
        }
        return false
    }

    private static let members = [
        "message", "msg", "error", "detail", "raw", "reason", "title", "error msg", "status msg", "error description",
    ]
    .map { Array($0.utf8) }
}
