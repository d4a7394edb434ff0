// SPDX-License-Identifier: Apache-2.0

/// Numbers and times as people read them.
enum Words {
    /// `38 s`, `1 min`, `1 min 30 s`, `2 h`, `3 d`: at most two units, rounded up to what is shown.
    static func duration(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.wholeMilliseconds)
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        var seconds = (milliseconds + 999) / 1000
        // Beyond five minutes seconds are noise, beyond five hours minutes are.
        if seconds > 18_000 { seconds = (seconds + 3599) / 3600 * 3600 } else if seconds > 300 { seconds = (seconds + 59) / 60 * 60 }
        let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")]
        return parts.filter { $0.0 > 0 }.prefix(2).map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    /// `2.31 s`, with two decimals.
    static func seconds(_ duration: Duration) -> String {
        let hundredths = (max(0, duration.wholeMilliseconds) + 5) / 10
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }

    /// One line without control characters, of at most `limit` characters.
    static func line(_ text: String, limit: Int) -> String {
        var line = ""
        var count = 0
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
            let isSpace = isControl || scalar == " "
            if isSpace && (line.isEmpty || line.last == " ") { continue }
            if count == limit {
                while line.last == " " || line.last == "." { line.removeLast() }
                return line + "…"
            }
            line.unicodeScalars.append(isSpace ? " " : scalar)
            count += 1
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
