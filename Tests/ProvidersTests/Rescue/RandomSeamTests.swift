// SPDX-License-Identifier: Apache-2.0
import Failover
import TestSupport
import Testing

@testable import Providers

/// An answer that was cut at a random byte, and a model that goes on with it and repeats a random overlap.
struct RandomResumption {
    var whole: [UInt8]
    /// How much of it the client has.
    var cut: Int
    /// Where in it the model goes on.
    var start: Int
    var asked: Continuing
    var leftOut = ""
    /// Lengths of pieces, in scalars.
    var step: Int

    init(using random: inout some RandomNumberGenerator) {
        whole = Array(RandomAnswer.make(using: &random).utf8)
        cut = Int.random(in: 0...whole.count, using: &random)
        while cut < whole.count, UTF8.isContinuation(whole[cut]) { cut -= 1 }
        asked = Bool.random(using: &random) ? .transcript : .prefill
        step = [1, 2, 3, 5, 12, 1000].randomElement(using: &random) ?? 1
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: start = cut
        // Part of a word, or of a character's marks.
        case 2: start = cut - Int.random(in: 0...min(cut, 6), using: &random)
        // Some words.
        case 3, 4: start = Self.word(before: cut - Int.random(in: 0...min(cut, 40), using: &random), whole)
        // A sentence.
        case 5: start = (whole[..<cut].dropLast(2).lastIndex { $0 == 0x2E || $0 == 0x0A } ?? -1) + 1
        case 6: start = 0
        default: start = Int.random(in: 0...cut, using: &random)
        }
        while start < whole.count, UTF8.isContinuation(whole[start]) { start -= 1 }
        if asked == .prefill, start == cut {
            let space = whole[..<cut].reversed().prefix(while: Condensing.isSpace).count
            leftOut = String(decoding: whole[..<cut].suffix(space), as: UTF8.self)
            start -= space
        }
    }

    private static func word(before index: Int, _ text: [UInt8]) -> Int {
        (text[..<index].lastIndex { Condensing.isSpace($0) } ?? -1) + 1
    }

    var sent: [UInt8] { Array(whole[..<cut]) }
    var came: [UInt8] { Array(whole[start...]) }

    /// What the client has in the end.
    func joined() throws(Seam.Problem) -> [UInt8] {
        var seam = Seam(after: sent, asked: asked, leftOut: leftOut)
        var passed = ""
        for piece in String(decoding: came, as: UTF8.self).pieces(of: step) { passed += try seam.take(piece) }
        passed += try seam.end()
        return sent + Array(passed.utf8)
    }

    /// What the rule says that the client has.
    var expected: [UInt8] {
        if let expected = expected(of: came) { return expected }
        let asItIs = start == cut - leftOut.utf8.count ? whole : sent + came
        guard let (line, again) = lineOfFence else { return asItIs }
        let rest = Array(came.dropFirst(line))
        if let expected = expected(of: Array(rest.drop(while: Condensing.isSpace))) { return expected }
        guard again == .sure else { return asItIs }
        // What follows the fence begins a line.
        let indent = rest.prefix { $0 == 0x20 }.count
        let lastLine = sent.suffix(from: (sent.lastIndex(of: 0x0A) ?? -1) + 1)
        if lastLine.isEmpty { return sent + rest }
        if lastLine.allSatisfy({ $0 == 0x20 }) { return sent + rest.dropFirst(min(lastLine.count, indent)) }
        return sent + (indent > 0 ? [0x0A] : []) + rest
    }

    private func expected(of came: [UInt8]) -> [UInt8]? {
        guard let end = SaidAgain(sent: sent, came: came, asked: asked).end else { return nil }
        let space = sent.reversed().prefix(while: Condensing.isSpace).count
        let again = came[end...].prefix(while: Condensing.isSpace)
        return sent + SeamSpace.rest(of: again, after: sent.suffix(space)) + came[(end + again.count)...]
    }

    /// Bytes of the line with which the fence is opened again that is open where the answer was cut.
    private var lineOfFence: (Int, Fence.Again)? {
        guard let open = Fence.open(at: sent[...]), let mark = came.firstIndex(where: { !Condensing.isSpace($0) }),
            let end = came[mark...].firstIndex(of: 0x0A), let fence = Fence(line: came[mark..<end]), open.opened(again: fence) != .no
        else { return nil }
        return (end + 1, open.opened(again: fence))
    }

    /// Whether it is sure that the whole answer comes out: what it says again is long, and not said twice.
    var isSure: Bool {
        let said = sent.suffix(cut - start)
        let space = said.reversed().prefix(while: Condensing.isSpace).count
        return said.count { !Condensing.isSpace($0) } >= 32
            && SaidAgain(sent: sent, came: said + [0xFF], asked: .prefill).end == said.count - space
    }

    /// Whether it goes on as the answer began, by so much that it could have been begun anew.
    var beginsAlike: Bool {
        let alike = zip(sent.drop(while: Condensing.isSpace), came.drop(while: Condensing.isSpace)).prefix { $0 == $1 }.count
        return asked == .transcript && alike >= 20
    }

    var about: String {
        let sent = String(decoding: sent, as: UTF8.self).debugDescription.suffix(80)
        return "\(asked): \(sent) + \(String(decoding: came, as: UTF8.self).debugDescription.prefix(80))"
    }
}

@Suite struct `A random answer that is cut and gone on with` {
    #if DEBUG
        static let each = 50
    #else
        static let each = 5000
    #endif

    /// 100,000 where it is optimised, as each night; some thousands before a commit.
    @Test(arguments: UInt64(0)..<20)
    func `is whole, or shorter or longer by what the rule says`(seed: UInt64) throws {
        var wholes = 0
        var count = 0
        for index in 0..<Self.each {
            var random = SplitMix64(seed: seed << 32 | UInt64(index))
            let resumption = RandomResumption(using: &random)
            let place = "seed \(seed), \(index), \(resumption.about)"
            do {
                let joined = try resumption.joined()
                let isWhole = joined == resumption.whole
                let isExpected = joined == resumption.expected
                #expect(isExpected, "\(place): \(String(decoding: joined, as: UTF8.self))")
                #expect(isWhole || !resumption.isSure, "\(place)")
                if resumption.asked == .prefill { continue }
                count += 1
                if isWhole { wholes += 1 }
            } catch {
                #expect(error == .startedOver && resumption.beginsAlike && !resumption.isSure, "\(place)")
            }
        }
        // Where a short piece of a word came again, and where text repeats itself, nobody can tell.
        #expect(wholes * 100 >= count * 65)
    }
}
