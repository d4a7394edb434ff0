// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Providers

@Suite("When to come back, in a sentence")
struct ResetPlaceTests {
    @Test("is read wherever it stands", arguments: 0..<36)
    func anywhere(_ shift: Int) {
        let before = String(repeating: "5", count: shift) + " of 7 items, 3: "
        for (text, expected) in [
            ("Try again in 20s", Duration.seconds(20)), ("retry after: about approximately ~7 minutes.", .seconds(420)),
            ("Please wait 2h", .seconds(7200)), ("try again in .5s", .milliseconds(500)), ("made in 5 s, try again in 20s", .seconds(20)),
        ] as [(String, Duration)] {
            #expect(ResetTime.words(before + text) == expected)
            #expect(ResetTime.words(before + text + String(repeating: " and so on", count: 9)) == expected)
        }
        for text in ["Try again in a while", "try again later", "20", ""] { #expect(ResetTime.words(before + text) == nil) }
        let now: Int64 = 1_795_262_400_000  // 2026-11-21, 12:00
        #expect(ResetClock.words(before + "resets at 1:00 pm (UTC)", nowMilliseconds: now) == .seconds(3600))
        #expect(ResetClock.words(before + "请在 30 秒后重试", nowMilliseconds: now) == .seconds(30))
        #expect(ResetClock.words(before + "resets soon: wait", nowMilliseconds: now) == nil)
    }
}
