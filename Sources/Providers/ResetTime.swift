// SPDX-License-Identifier: Apache-2.0

/// Reads the forms in which providers write a wait or a time: `20`, `7.66s`, `6m0s`, `1767225600`, `2026-11-21T10:00:00Z`, and
/// "try again in 20 seconds".
enum ResetTime {
    /// A year. What is further away is no answer to when to come back.
    static let longest = Duration.seconds(366 * 86_400)

    /// - Parameters:
    ///   - isDate: A bare number is a time even where it would pass for a number of seconds.
    /// - Returns: The wait from now, not negative; `nil` if `text` is in no form that is known here.
    static func read(_ text: String, nowMilliseconds now: Int64, isDate: Bool = false) -> Duration? {
        guard text.utf8.count <= 64 else { return nil }
        if let number = number(text) {
            // Seconds or milliseconds since 1970, by size: 1e9 seconds were over in 2001, and nobody waits for 30 years.
            if number >= 1e11 { return bounded(milliseconds: number - Double(now)) }
            if number >= 1e9 || isDate { return bounded(milliseconds: number * 1000 - Double(now)) }
            return bounded(milliseconds: number * 1000)
        }
        if let length = length(of: text.utf8.map { $0 }[...], isWhole: true) { return length }
        return date(Array(text.utf8)).map { bounded(milliseconds: $0 - Double(now)) }
    }

    /// The wait that a sentence names after "try again in", "retry after", "retry-after:", "resets in" and their kin.
    static func words(_ text: String) -> Duration? {
        var text = text
        return text.withUTF8 { words($0) }
    }

    private static func words(_ text: UnsafeBufferPointer<UInt8>) -> Duration? {
        let count = min(text.count, ErrorReader.messageLimit)
        // Most errors hold no number of its own, and are done with here.
        var next = 0
        var number = lengthPlace(text, from: 1, before: count)
        while let place = number {
            if let length = words(text[..<count], from: max(next, place - longestOpening), before: place) { return length }
            next = place
            number = lengthPlace(text, from: place + 1, before: count)
        }
        return nil
    }

    /// Bytes of `after: about approximately ~`, and some more.
    private static let longestOpening = 32

    /// Where a number stands by itself, behind a space or `~`.
    private static func lengthPlace(_ text: UnsafeBufferPointer<UInt8>, from start: Int, before end: Int) -> Int? {
        text.firstPlace(from: start, before: end) { bytes, before in
            (bytes.areDigits .| bytes.equals(".")) .& (before.equals(" ") .| before.equals("~"))
        }
    }

    /// - Parameter text: From its beginning.
    private static func words(_ text: Slice<UnsafeBufferPointer<UInt8>>, from first: Int, before end: Int) -> Duration? {
        let count = text.count
        for start in first..<end {
            // `in`, `after` or `wait`, at the beginning of a word: what comes before is looked at only there.
            guard start == 0 || text[start - 1] == 0x20 || text[start - 1] == UInt8(ascii: "-"), start + 1 < count else { continue }
            switch (text[start] | 0x20, text[start + 1] | 0x20) {
            case (UInt8(ascii: "i"), UInt8(ascii: "n")), (UInt8(ascii: "a"), UInt8(ascii: "f")), (UInt8(ascii: "w"), UInt8(ascii: "a")):
                break
            default: continue
            }
            let lower = text[max(0, start - 32)..<min(count, start + 96)].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            let place = start - max(0, start - 32)
            guard let rest = afterPreposition(lower[place...]) else { continue }
            guard lower[place] == UInt8(ascii: "w") || isAnnounced(lower[..<place]) else { continue }
            if let length = length(of: rest, isWhole: false) { return length }
        }
        return nil
    }

    /// A decimal number with nothing around it; never infinite.
    static func number(_ text: String) -> Double? {
        let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        guard isPlain, text.utf8.count <= 32, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    static func bounded(milliseconds: Double) -> Duration {
        guard milliseconds > 0 else { return .zero }
        let most = Double(longest.components.seconds) * 1000
        let bounded = min(milliseconds, most)
        let whole = Int64(bounded)
        return .milliseconds(Double(whole) < bounded ? whole + 1 : whole)
    }

    static func bounded(_ duration: Duration) -> Duration { max(.zero, min(duration, longest)) }

    // MARK: Words

    /// What follows `in` or `after` and one white space; `nil` if `text` begins with neither.
    private static func afterPreposition(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for word in ["in ", "after ", "after: ", "wait "] where text.starts(with: word.utf8) {
            var rest = text.dropFirst(word.utf8.count)
            for filler in ["about ", "approximately ", "~"] where rest.starts(with: filler.utf8) {
                rest = rest.dropFirst(filler.utf8.count)
            }
            return rest
        }
        return nil
    }

    /// Whether the words just before speak of coming back: `again`, `retry`, `reset`, `resets`, `available`, `wait`.
    private static func isAnnounced(_ text: ArraySlice<UInt8>) -> Bool {
        var text = text
        while text.last == 0x20 || text.last == UInt8(ascii: "-") { text = text.dropLast() }
        let tail = String(decoding: text.suffix(24), as: UTF8.self)
        return ["again", "retry", "retrying", "reset", "resets", "refresh", "refreshes", "available", "wait"].contains(
            where: tail.hasSuffix)
    }

    // MARK: Lengths

    /// `1h2m3.5s`, `2 minutes 5 seconds`, `120ms`: numbers, each with a unit.
    ///
    /// - Parameter isWhole: Nothing may follow.
    private static func length(of text: ArraySlice<UInt8>, isWhole: Bool) -> Duration? {
        var rest = text
        var milliseconds = 0.0
        var count = 0
        while count < 8 {
            let digits = rest.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            guard (1...16).contains(digits.count), let number = Double(trimmedOfDot(digits)) else { break }
            let afterNumber = rest.dropFirst(digits.count).drop { $0 == 0x20 || $0 == UInt8(ascii: "-") }
            let unit = afterNumber.prefix { (0x61...0x7A).contains($0 | 0x20) }
            guard let factor = factor(of: String(decoding: unit, as: UTF8.self).lowercased()) else { break }
            milliseconds += number * factor
            count += 1
            rest = afterNumber.dropFirst(unit.count)
            let next = rest.drop { $0 == 0x20 || $0 == UInt8(ascii: ",") }
            guard let first = next.first, (0x30...0x39).contains(first) else { break }
            rest = next
        }
        guard count > 0, !isWhole || rest.isEmpty else { return nil }
        return bounded(milliseconds: milliseconds)
    }

    private static func trimmedOfDot(_ digits: ArraySlice<UInt8>) -> String {
        String(decoding: digits.last == UInt8(ascii: ".") ? digits.dropLast() : digits, as: UTF8.self)
    }

    /// Milliseconds of a unit.
    private static func factor(of unit: String) -> Double? {
        switch unit {
        case "ms", "millisecond", "milliseconds": 1
        case "s", "sec", "secs", "second", "seconds": 1000
        case "m", "min", "mins", "minute", "minutes": 60_000
        case "h", "hr", "hrs", "hour", "hours": 3_600_000
        case "d", "day", "days": 86_400_000
        default: nil
        }
    }

    // MARK: Dates

    /// `2026-11-21T10:00:00[.5](Z|±02:00)` (RFC 3339) as milliseconds since 1970.
    static func date(_ text: [UInt8]) -> Double? {
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= text.count, text[range].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return text[range].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] | 0x20 == UInt8(ascii: "t") || text[10] == 0x20,
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = text[19...]
        var fraction = 0.0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, let read = Double("0." + String(decoding: digits, as: UTF8.self)) else { return nil }
            fraction = read
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = offset(Array(rest)) else { return nil }
        let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        return (Double(seconds) + fraction) * 1000
    }

    /// Minutes east of UTC.
    private static func offset(_ text: [UInt8]) -> Int? {
        if text.count == 1, text[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard text.count == 6, text[3] == UInt8(ascii: ":"), text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-") else {
            return nil
        }
        let digits = [text[1], text[2], text[4], text[5]].map { Int($0) - 0x30 }
        guard digits.allSatisfy((0...9).contains) else { return nil }
        let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
        return text[0] == UInt8(ascii: "-") ? -minutes : minutes
    }

    /// Days from 1970-01-01 in the Gregorian calendar, counted in years that begin with March, so that leap days come last.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + (monthFromMarch * 153 + 2) / 5 + day - 1 - 719_468
    }
}
