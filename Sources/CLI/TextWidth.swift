// SPDX-License-Identifier: Apache-2.0

/// Columns that text takes on a terminal, and text cut to columns.
enum TextWidth {
    static func columns(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
        return text.reduce(0) { $0 + columns($1) }
    }

    /// 0, 1 or 2. Two for the wide ranges of Unicode Standard Annex #11 and for emoji that are shown as pictures.
    static func columns(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        switch first.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0xFEFF: return 0
        case 0x20..<0x7F: return character.unicodeScalars.contains { $0.value == 0xFE0F } ? 2 : 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: break
        }
        if first.properties.generalCategory == .nonspacingMark || first.properties.generalCategory == .enclosingMark { return 0 }
        return first.properties.isEmojiPresentation ? 2 : 1
    }

    /// `text` in at most `width` columns, the cut shown as `…`. Empty when `width` is 0.
    static func cut(_ text: String, to width: Int) -> String {
        guard columns(text) > width else { return text }
        guard width > 0 else { return "" }
        var kept = ""
        var used = 0
        for character in text {
            let wide = columns(character)
            if used + wide > width - 1 { break }
            kept.append(character)
            used += wide
        }
        return kept + "…"
    }

    /// `text` followed, or with `right` preceded, by spaces up to `width` columns.
    static func pad(_ text: String, to width: Int, right: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - columns(text)))
        return right ? spaces + text : text + spaces
    }

    /// The words of `text` in lines of at most `width` columns; a longer word has a line of its own.
    static func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in text.split(separator: " ") {
            let wide = columns(String(word))
            if !line.isEmpty, used + 1 + wide > width {
                lines.append(line)
                (line, used) = ("", 0)
            }
            if !line.isEmpty { (line, used) = (line + " ", used + 1) }
            line += word
            used += wide
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
