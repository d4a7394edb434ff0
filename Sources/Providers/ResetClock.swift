// SPDX-License-Identifier: Apache-2.0

/// Reads the hour at which a sentence says that a limit ends: `resets 12:40am (UTC)`, `reset at 2026-03-06 22:19:54`,
/// `regain access on 2026-05-01 at 00:00 UTC`, `将在 2026-03-06 22:19:54 重置`.
enum ResetClock {
    /// - Returns: The wait until then; `nil` if no sentence speaks of coming back at a time that can be told, or it is over.
    static func words(_ text: String, nowMilliseconds now: Int64) -> Duration? {
        guard mayTell(text) else { return nil }
        let text = text.utf8.prefix(ErrorReader.messageLimit).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        var next = 0
        for start in text.indices where start >= next && isDigit(text, start) && !isDigit(text, start - 1) {
            if let length = length(text, start) { return length }
            let date = date(text, start)
            // Its hour is none of another day.
            if date != nil { next = start + 16 }
            guard let milliseconds = date ?? hour(text, start, now), milliseconds > now else { continue }
            if isAnnounced(text, at: start) { return ResetTime.bounded(milliseconds: Double(milliseconds - now)) }
        }
        return nil
    }

    /// Whether a colon or a letter beyond ASCII follows a number at all: most errors are done with here.
    private static func mayTell(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { text in
            let end = min(text.count, ErrorReader.messageLimit)
            var next = markPlace(text, from: 1, before: end)
            while let place = next {
                let before = text[place - 1] == 0x20 && place > 1 ? text[place - 2] : text[place - 1]
                if (0x30...0x39).contains(before) { return true }
                next = markPlace(text, from: place + 1, before: end)
            }
            return false
        }
    }

    /// A colon or a byte from 0xE0 on, behind a digit or a space.
    private static func markPlace(_ text: UnsafeBufferPointer<UInt8>, from start: Int, before end: Int) -> Int? {
        text.firstPlace(from: start, before: end) { bytes, before in
            (bytes.equals(":") .| bytes.areHigh) .& (before.areDigits .| before.equals(" "))
        }
    }

    // MARK: Forms

    /// `30 秒后重试`, `5分钟后恢复`.
    private static func length(_ text: [UInt8], _ start: Int) -> Duration? {
        let digits = text[start...].prefix { (0x30...0x39).contains($0) }
        guard digits.count <= 6 else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let place = start + digits.count + (mark(text, start + digits.count, " ") ? 1 : 0)
        for (unit, seconds) in [("秒", 1), ("分钟", 60), ("小时", 3600), ("天", 86_400)] where mark(text, place, unit) {
            let rest = text[(place + unit.utf8.count)...].prefix(18)
            let isAwaited = String(decoding: rest, as: UTF8.self)
            guard ["后重试", "后再试", "后恢复", "后重置", "之后"].contains(where: isAwaited.contains) else { return nil }
            return ResetTime.bounded(.seconds(number * seconds))
        }
        return nil
    }

    /// `2026-03-06 22:19[:54]`, or with ` at ` between. Without a zone it is China's time: its providers write their own, and
    /// for others it is rather early than late.
    private static func date(_ text: [UInt8], _ start: Int) -> Int64? {
        guard let year = number(text, start, 4), mark(text, start + 4, "-"), let month = number(text, start + 5, 2),
            mark(text, start + 7, "-"), let day = number(text, start + 8, 2), !isDigit(text, start + 10)
        else { return nil }
        var place = start + 10
        for separator in [" at ", "t", " "] where mark(text, place, separator) {
            place += separator.utf8.count
            break
        }
        guard let clock = clock(text, place), clock.isWhole else { return nil }
        let zone = zone(text, clock.end) ?? 480
        let time =
            "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))t\(padded(clock.hour, 2)):\(padded(clock.minute, 2)):\(padded(clock.second, 2))z"
        return ResetTime.date(Array(time.utf8)).map { Int64($0) - Int64(zone) * 60_000 }
    }

    /// `12:40am (utc)`: the next time that it is so late. Without a zone nobody knows when that is.
    private static func hour(_ text: [UInt8], _ start: Int, _ now: Int64) -> Int64? {
        guard let clock = clock(text, start), let zone = zone(text, clock.end) else { return nil }
        let day: Int64 = 86_400_000
        let time = Int64((clock.hour * 60 + clock.minute - zone) * 60 + clock.second) * 1000
        let today = (now - now % day) + ((time % day) + day) % day
        return today > now ? today : today + day
    }

    // MARK: Parts

    private struct Clock {
        var hour: Int
        var minute: Int
        var second = 0
        var end: Int
        /// Of 24 hours.
        var isWhole = true
    }

    /// `22:19`, `22:19:54` or `12:40 pm`.
    private static func clock(_ text: [UInt8], _ start: Int) -> Clock? {
        let digits = isDigit(text, start + 1) ? 2 : 1
        guard let hour = number(text, start, digits), mark(text, start + digits, ":"), let minute = number(text, start + digits + 1, 2),
            hour < 24, minute < 60
        else { return nil }
        var clock = Clock(hour: hour, minute: minute, end: start + digits + 3)
        if mark(text, clock.end, ":"), let second = number(text, clock.end + 1, 2), second < 60 {
            clock.second = second
            clock.end += 3
        }
        let space = mark(text, clock.end, " ") ? 1 : 0
        for (half, hours) in [("am", 0), ("pm", 12)] where mark(text, clock.end + space, half) {
            guard (1...12).contains(hour) else { return nil }
            clock.hour = hour % 12 + hours
            clock.end += space + 2
            clock.isWhole = false
        }
        return clock
    }

    /// Minutes east of UTC, of ` (utc)`, ` utc`, `z`, ` gmt` or `+08:00`.
    private static func zone(_ text: [UInt8], _ start: Int) -> Int? {
        for name in [" (utc)", " utc", "z", " (gmt)", " gmt", " (utc+0)"] where mark(text, start, name) { return 0 }
        let place = mark(text, start, " ") ? start + 1 : start
        guard mark(text, place, "+") || mark(text, place, "-"), let hours = number(text, place + 1, 2), hours <= 14 else { return nil }
        let minutes = mark(text, place + 3, ":") ? number(text, place + 4, 2) ?? 0 : number(text, place + 3, 2) ?? 0
        return (mark(text, place, "-") ? -1 : 1) * (hours * 60 + min(minutes, 59))
    }

    /// Whether words around speak of coming back.
    private static func isAnnounced(_ text: [UInt8], at start: Int) -> Bool {
        let before = String(decoding: text[max(0, start - 40)..<start], as: UTF8.self)
        if ["reset", "again", "regain", "available", "renew", "refresh", "until", "恢复", "重置"].contains(where: before.contains) {
            return true
        }
        let after = String(decoding: text[start..<min(text.count, start + 60)], as: UTF8.self)
        return ["重置", "恢复", "刷新"].contains(where: after.contains)
    }

    private static func isDigit(_ text: [UInt8], _ place: Int) -> Bool {
        text.indices.contains(place) && (0x30...0x39).contains(text[place])
    }

    private static func number(_ text: [UInt8], _ start: Int, _ count: Int) -> Int? {
        guard start + count <= text.count, (start..<(start + count)).allSatisfy({ isDigit(text, $0) }) else { return nil }
        return text[start..<(start + count)].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func mark(_ text: [UInt8], _ start: Int, _ mark: String) -> Bool {
        start <= text.count && text[start...].starts(with: mark.utf8)
    }

    private static func padded(_ number: Int, _ count: Int) -> String {
        String(repeating: "0", count: max(0, count - String(number).utf8.count)) + String(number)
    }
}
