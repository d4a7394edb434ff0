// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes documents with the variety that people and machines give them: space, escapes, scripts, empty containers.
struct RandomJSON {
    var chance: Seeded

    init(seed: UInt64) { chance = Seeded(seed) }

    mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &chance) }

    mutating func value(depth: Int = 4) -> String {
        switch pick(depth > 0 ? 8 : 5) {
        case 0: return ["null", "true", "false"][pick(3)]
        case 1, 2: return number()
        case 3, 4: return string()
        case 5: return array(depth: depth)
        default: return object(depth: depth, members: pick(5))
        }
    }

    /// Names are different, however they are spelled.
    mutating func object(depth: Int = 4, members: Int) -> String {
        var text = "{" + space()
        for place in 0..<members {
            if place > 0 { text += "," + space() }
            text += key(place) + space() + ":" + space() + value(depth: depth - 1) + space()
        }
        return text + "}"
    }

    mutating func space() -> String {
        ["", "", "", " ", "\n", "\r\n\t", "          ", "\n                 "][pick(8)]
    }

    /// A name of which `place` makes one of a kind, sometimes spelled with an escape.
    private mutating func key(_ place: Int) -> String {
        ["\"k\(place)\"", "\"\\u006b\(place)\"", "\"ключ \(place)\"", "\"a rather long name, number \(place)\"", "\"\(place)\\n\""][pick(5)]
    }

    private mutating func array(depth: Int) -> String {
        var text = "[" + space()
        for place in 0..<pick(4) {
            if place > 0 { text += "," + space() }
            text += value(depth: depth - 1) + space()
        }
        return text + "]"
    }

    private mutating func number() -> String {
        let whole = String(Int.random(in: -100_000...100_000, using: &chance))
        return [whole, "0", "-0", whole + ".50", whole + "e5", whole + "E-7", "98765432109876543210"][pick(7)]
    }

    private mutating func string() -> String {
        var text = "\""
        for _ in 0..<pick(12) {
            text +=
                [
                    "plain", " and more words than eight bytes ", "é", "東京", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00",
                    "\\udfff",
                    "\\/", "}", "]", ",", ":", "{[",
                ][pick(17)]
        }
        return text + "\""
    }
}

extension [UInt8] {
    /// With one to four bytes changed, put in, taken out or swapped.
    func mutated(using chance: inout Seeded) -> [UInt8] {
        let telling = Array("\"\\{}[],:0-e.tfn \n\u{0}\u{1F}/u#'".utf8) + [0x80, 0xC0, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xFF]
        var result = self
        for _ in 0..<Int.random(in: 1...4, using: &chance) where !result.isEmpty {
            let place = Int.random(in: 0..<result.count, using: &chance)
            let byte = telling[Int.random(in: 0..<telling.count, using: &chance)]
            switch Int.random(in: 0..<5, using: &chance) {
            case 0: result[place] = byte
            case 1: result.insert(byte, at: place)
            case 2: result.remove(at: place)
            case 3: result.swapAt(place, Int.random(in: 0..<result.count, using: &chance))
            default: result.removeSubrange(place..<Swift.min(result.count, place + 9))
            }
        }
        return result
    }
}
