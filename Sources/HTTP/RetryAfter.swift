// SPDX-License-Identifier: Apache-2.0

/// The value of `Retry-After`: how long to wait, as seconds or as a date (RFC 9110 §10.2.3).
public enum RetryAfter {
    /// No provider means more than this: a longer wait is cut to it.
    public static let longest = Duration.seconds(366 * 86_400)

    /// - Parameters:
    ///   - text: The field's value. Seconds may have a fraction, which the RFC does not know but some providers send.
    ///   - nowMilliseconds: Milliseconds since 1970, against which a date is read.
    /// - Returns: Zero for a date that has passed, `longest` at most. `nil` for what is neither a date nor a number of seconds; a
    ///   negative number is none.
    public static func parse(_ text: String, nowMilliseconds: Int64) -> Duration? {
        // The longest date has 33 characters; who writes a hundred does not mean one.
        guard text.utf8.count <= 100 else { return nil }
        var value = text[...]
        while let first = value.first, first == " " || first == "\t" { value.removeFirst() }
        while let last = value.last, last == " " || last == "\t" { value.removeLast() }
        guard let first = value.utf8.first else { return nil }
        if FieldBytes.isDigit(first) { return seconds(value) }
        // To the years 1970 to 9999, as those are the ones that a date can name.
        let now = min(max(nowMilliseconds, 0), 253_402_300_799_999)
        guard let date = HTTPDate.seconds(value, nowSeconds: now / 1000) else { return nil }
        return min(max(.zero, .milliseconds(date * 1000 - now)), longest)
    }

    /// Digits, and after a point more digits, of which three count.
    private static func seconds(_ text: Substring) -> Duration? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(FieldBytes.isDigit) }) else { return nil }
        guard let whole = Int64(parts[0]), .seconds(whole) < longest else { return longest }
        guard parts.count == 2 else { return .seconds(whole) }
        let digits = parts[1].prefix(3)
        let thousandths = (Int64(digits) ?? 0) * [100, 10, 1][digits.utf8.count - 1]
        return .milliseconds(whole * 1000 + thousandths)
    }
}
