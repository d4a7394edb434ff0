// SPDX-License-Identifier: Apache-2.0
import Failover

@testable import Providers

/// The rule of docs/streams.md, "The seam", in its slowest form: what has to be left out of a text that goes on with no greeting and no fence.
struct SaidAgain {
    let sent: [UInt8]
    let came: [UInt8]
    let asked: Continuing

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }

    /// White space as one space, with where each byte ended.
    private static func condense(_ text: [UInt8]) -> (bytes: [UInt8], ends: [Int]) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for (index, byte) in text.enumerated() {
            if isSpace(byte), bytes.isEmpty || bytes.last == 0x20 { continue }
            bytes.append(isSpace(byte) ? 0x20 : byte)
            ends.append(index + 1)
        }
        return (bytes, ends)
    }

    /// Where in `came` the repetition ends; `nil` without one.
    var end: Int? {
        var has = Self.condense(sent).bytes
        if has.last == 0x20 { has.removeLast() }
        let (says, ends) = Self.condense(came)
        var length = min(has.count, says.count)
        while length > 0 {
            if has.suffix(length).elementsEqual(says.prefix(length)), isOne(length, has, Array(says.prefix(length)), ends[length - 1]) {
                return ends[length - 1]
            }
            length -= 1
        }
        return nil
    }

    private func isOne(_ length: Int, _ has: [UInt8], _ words: [UInt8], _ end: Int) -> Bool {
        let period = (1...length).first { words.dropFirst($0).elementsEqual(words.dropLast($0)) } ?? length
        let unit = words.prefix(period)
        let before = has.dropLast(length)
        let stoodBefore = before.suffix(period).elementsEqual(unit) || before.dropLast().suffix(period).elementsEqual(unit)
        if (length > period && 2 * period <= length + 1) || stoodBefore { return asked == .transcript && (16...48).contains(length) }
        if length >= (asked == .transcript ? 24 : 32) { return true }
        if length == has.count, length >= 8 { return true }
        return asked == .transcript && isShort(end)
    }

    private func isShort(_ rawEnd: Int) -> Bool {
        let lead = came.prefix(while: Self.isSpace).count
        let came = Array(came.dropFirst(lead))
        let end = rawEnd - lead
        let space = sent.reversed().prefix(while: Self.isSpace).count
        let has = sent.dropLast(space)
        let words = String(decoding: came.prefix(end), as: UTF8.self)
        guard has.suffix(end).elementsEqual(came.prefix(end)) else { return false }
        guard Letters.begins(has, at: has.endIndex - end), words.unicodeScalars.contains(where: \.properties.isAlphabetic) else {
            return false
        }
        let isSome = words.utf8.contains(where: Self.isSpace)
        if lead > 0 { return isSome && end >= 12 }
        if space > 0 { return isSome || end >= 12 }
        if Letters.isIdeographic(came[...]) { return end >= 6 }
        return end >= 2 || end == came.count || Letters.begins(came[...], at: end)
    }
}
