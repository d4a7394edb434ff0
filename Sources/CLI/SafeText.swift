// SPDX-License-Identifier: Apache-2.0

/// Keeps strangers' text from driving the terminal: model names come from clients, error messages from upstreams.
enum SafeText {
    /// `text` without control characters (line feed and tab stay), without characters that turn the writing direction around, and
    /// without escape sequences other than colours when `colour` is on.
    static func clean(_ text: String, colour: Bool) -> String {
        if text.utf8.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A || $0 == 0x09 }) { return text }
        let scalars = Array(text.unicodeScalars)
        var kept = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if colour, scalar == "\u{1B}", let end = endOfColour(scalars, from: index) {
                kept.append(contentsOf: scalars[index..<end])
                index = end
                continue
            }
            if !isHarmful(scalar) { kept.append(scalar) }
            index += 1
        }
        return String(kept)
    }

    /// `text` as one line: cleaned, with line feeds and tabs as spaces.
    static func line(_ text: String) -> String {
        let cleaned = clean(text, colour: false)
        guard cleaned.utf8.contains(where: { $0 < 0x20 }) else { return cleaned }
        return String(cleaned.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0: true
        // Line and paragraph separators; embeddings, overrides and isolates of the bidirectional algorithm (UAX #9 §2).
        case 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// The place behind `ESC [ digits and semicolons m`, if that is what stands at `start`.
    private static func endOfColour(_ scalars: [Unicode.Scalar], from start: Int) -> Int? {
        guard start + 2 < scalars.count, scalars[start + 1] == "[" else { return nil }
        var index = start + 2
        while index < scalars.count, index - start < 16 {
            switch scalars[index] {
            case "0"..."9", ";": index += 1
            case "m": return index + 1
            default: return nil
            }
        }
        return nil
    }
}
