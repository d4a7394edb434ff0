// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing

@Suite struct `Retry-After` {
    /// Sun, 06 Nov 1994 08:49:37 GMT, the RFC's example.
    static let example: Int64 = 784_111_777_000

    @Test(arguments: [
        ("0", 0), ("1", 1000), ("120", 120_000), (" 7\t", 7000), ("1.5", 1500), ("0.05", 50), ("2.0006", 2000), ("3.999999999999", 3999),
        ("0007", 7000), ("31622400", 31_622_400_000), ("31622401", 31_622_400_000), ("99999999999999999999999", 31_622_400_000),
        ("9223372036854775807", 31_622_400_000),
    ])
    func `is seconds, also with a fraction`(text: String, milliseconds: Int) {
        #expect(RetryAfter.parse(text, nowMilliseconds: 0) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "sun, 06 nov 1994 08:49:37 gmt",
        "Sun Nov 06 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 UTC", "Mon, 06 Nov 1994 08:49:37 GMT",
    ])
    func `is a date in any of three forms`(text: String) {
        #expect(RetryAfter.parse(text, nowMilliseconds: Self.example - 90_500) == .milliseconds(90_500))
        #expect(RetryAfter.parse(text, nowMilliseconds: Self.example) == .zero)
        #expect(RetryAfter.parse(text, nowMilliseconds: Self.example + 5_000_000) == .zero)
        #expect(RetryAfter.parse(text, nowMilliseconds: Self.example - 400 * 86_400_000) == RetryAfter.longest)
        #expect(RetryAfter.parse(text, nowMilliseconds: .min) == RetryAfter.longest)
        #expect(RetryAfter.parse(text, nowMilliseconds: .max) == .zero)
    }

    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:01 GMT", 0, 1000), ("Fri, 31 Dec 1999 23:59:60 GMT", 946_684_799_000, 1000),
        ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_799_000, 1000), ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_799_000, 1000),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_399_000, 1000), ("Sat, 21 Nov 2026 12:00:00 GMT", 1_795_262_400_000, 0),
        // A year of two digits lies at most fifty years ahead.
        ("Saturday, 21-Nov-26 12:00:01 GMT", 1_795_262_400_000, 1000), ("Friday, 31-Dec-99 23:59:59 GMT", 946_684_798_000, 1000),
        ("Friday, 31-Dec-99 23:59:59 GMT", 1_795_262_400_000, 0), ("Friday, 01-Jan-00 00:00:00 GMT", 946_684_799_000, 1000),
    ])
    func `knows the calendar`(text: String, now: Int, milliseconds: Int) {
        #expect(RetryAfter.parse(text, nowMilliseconds: Int64(now)) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", " ", "-1", "-0", "+5", "1e5", "0x10", "1,5", "1.", ".5", "1.2.3", "1 2", "1s", "60 seconds", "Infinity", "nan", "soon", "٣",
        "1\n", "1\0",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49:37 +0000", "Xyz, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 2023 08:49:37 GMT", "Sun, 29 Feb 2100 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 12345 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 94", "Sun Nov 6 08:49:37",
        "Sun Nov 6 08:49:37 1994 GMT",
        "2026-11-21T12:00:00Z", "Sun,06 Nov 1994 08:49:37 GMT", ",,,,", "- - - - -", String(repeating: "9", count: 101),
    ])
    func `is nothing else`(text: String) {
        #expect(RetryAfter.parse(text, nowMilliseconds: Self.example) == nil)
    }
}
