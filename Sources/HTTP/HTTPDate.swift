// SPDX-License-Identifier: Apache-2.0

/// A date as HTTP writes it, in any of the three forms that a recipient must take (RFC 9110 §5.6.7).
enum HTTPDate {
    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    ///
    /// The name of the day is not held against the date. Case does not matter, and `UTC` may stand for `GMT`.
    ///
    /// - Parameter nowSeconds: Seconds since 1970, which say the century of a year of two digits: the one that puts it at most
    ///   50 years ahead.
    /// - Returns: Seconds since 1970-01-01 00:00:00 UTC, or `nil` for anything else, also for a day or hour that does not exist.
    static func seconds(_ text: Substring, nowSeconds: Int64) -> Int64? {
        let words = text.split(maxSplits: 6, omittingEmptySubsequences: true) { $0 == " " || $0 == "\t" }
        if words.count == 4, words[0].last == ",", isZone(words[3]) {
            let parts = words[1].split(separator: "-", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 3, isDay(words[0].dropLast()) else { return nil }
            guard let year = number(parts[2], digits: 2...2) else { return nil }
            return seconds(day: parts[0], month: parts[1], year: century(of: year, nowSeconds) + year, time: words[2])
        }
        if words.count == 6, words[0].last == ",", isZone(words[5]) {
            guard isDay(words[0].dropLast()), let year = number(words[3], digits: 4...4) else { return nil }
            return seconds(day: words[1], month: words[2], year: year, time: words[4])
        }
        if words.count == 5, isDay(words[0]), let year = number(words[4], digits: 4...4) {
            return seconds(day: words[2], month: words[1], year: year, time: words[3])
        }
        return nil
    }

    private static func seconds(day: Substring, month: Substring, year: Int64, time: Substring) -> Int64? {
        let clock = time.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard let day = number(day, digits: 1...2), let month = months.firstIndex(of: month.lowercased()), clock.count == 3,
            let hour = number(clock[0], digits: 2...2), let minute = number(clock[1], digits: 2...2),
            let second = number(clock[2], digits: 2...2), hour < 24, minute < 60, second <= 60,
            day >= 1, day <= length(ofMonth: month, in: year)
        else { return nil }
        return ((daysSince1970(year, Int64(month) + 1, day) * 24 + hour) * 60 + minute) * 60 + second
    }

    /// Days from 1970-01-01 to a Gregorian date. Years are counted from March, so that the leap day is the last of its year.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    private static func length(ofMonth month: Int, in year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 1 ? (isLeap ? 29 : 28) : [3, 5, 8, 10].contains(month) ? 30 : 31
    }

    private static func century(of year: Int64, _ nowSeconds: Int64) -> Int64 {
        let thisYear = 1970 + nowSeconds / 31_556_952
        let century = thisYear / 100 * 100
        if century + year > thisYear + 50 { return century - 100 }
        return century + year <= thisYear - 50 ? century + 100 : century
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy(FieldBytes.isDigit) else { return nil }
        return Int64(text)
    }

    private static func isZone(_ text: Substring) -> Bool { ["gmt", "utc"].contains(text.lowercased()) }

    /// `Sun` or `Sunday`.
    private static func isDay(_ text: Substring) -> Bool {
        let name = text.lowercased()
        return days.contains { name == $0 || name == $0.prefix(3) }
    }

    private static let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
}
