// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The time of log lines: UTC, ISO 8601, with milliseconds, such as `2026-11-21T02:04:05.678Z`.
public enum LogTime {
    /// Milliseconds since 1970-01-01 00:00:00 UTC, by the system's clock.
    @Sendable public static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    public static func text(milliseconds: Int64) -> String {
        var bytes: [UInt8] = []
        append(milliseconds: milliseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads what `append` writes, and the same with fewer or more digits of the second, or with another zone than `Z`: ISO 8601 as
    /// programs write it. `nil` for anything else.
    public static func milliseconds(_ text: some Sequence<UInt8>) -> Int64? {
        var reader = ISOReader(Array(text.prefix(40)))
        return reader.read()
    }

    /// Days since 1970 of a Gregorian date: the inverse of `civil`, counted in the same eras.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floored(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Appends 24 bytes. Times before the year 0 or after 9999 are written as the nearest that has four digits.
    static func append(milliseconds: Int64, to output: inout [UInt8]) {
        let time = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let milliseconds = time - floored(time, 86_400_000) * 86_400_000
        let (year, month, day) = civil(daysSince1970: floored(time, 86_400_000))
        append(year, digits: 4, to: &output)
        output.append(UInt8(ascii: "-"))
        append(month, digits: 2, to: &output)
        output.append(UInt8(ascii: "-"))
        append(day, digits: 2, to: &output)
        output.append(UInt8(ascii: "T"))
        append(milliseconds / 3_600_000, digits: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        append(milliseconds / 60_000 % 60, digits: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        append(milliseconds / 1000 % 60, digits: 2, to: &output)
        output.append(UInt8(ascii: "."))
        append(milliseconds % 1000, digits: 3, to: &output)
        output.append(UInt8(ascii: "Z"))
    }

    /// The Gregorian date of a day. Counts in eras of 400 years that begin in March of a year divisible by 400, so that the leap day is
    /// the last day of its year, and of the era.
    private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = daysSince1970 + 719_468
        let era = floored(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// Divides and rounds down, also below zero.
    private static func floored(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value + 1) / divisor - 1
    }

    private static func append(_ number: Int64, digits: Int, to output: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            output.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
