// SPDX-License-Identifier: Apache-2.0
@testable import Failover
import Testing

@testable import Providers

@Suite struct `Errors that were collected` {
    @Test func `are all there, each with its source`() {
        #expect(CollectedError.corpus.count == 421)
        #expect(CollectedError.field.count >= 120)
        #expect(Set(CollectedError.all.map(\.id)).count == CollectedError.all.count)
        for row in CollectedError.all { #expect(!row.source.isEmpty, "\(row.id)") }
    }

    @Test func `are judged as expected, 97 of 100`() {
        let agreeing = CollectedError.corpus.count { $0.accepts(Classifier.classify($0.object).reason) }
        #expect(Double(agreeing) >= 0.97 * Double(CollectedError.corpus.count))
    }

    @Test func `differ only where docs/failover.md says why`() throws {
        let differing = CollectedError.all.compactMap { row -> [String]? in
            let reason = Classifier.classify(row.object).reason
            return row.accepts(reason) ? nil : ["`\(row.id)`", "`\(row.expect)`", "`\(reason.rawValue)`"]
        }
        let told = try rows(under: "### Where we differ")
        #expect(told.map { Array($0.prefix(3)) } == differing)
        for row in told { #expect(row.count == 4 && !row[3].isEmpty, "\(row)") }
    }

    @Test func `are understood without a provider's own rows as docs/failover.md says`() throws {
        let scores = HeldOut(CollectedError.all).scores()
        let expected = scores.map { ["`\($0.provider)`", "\($0.rows)", "\($0.withAll)", "\($0.heldOut)"] }
        let told = try rows(under: "### Held out")
        if told != expected { print(expected.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")) }
        #expect(told == expected)
    }

    @Test func `are mostly understood without a provider's own rows`() {
        let scores = HeldOut(CollectedError.all).scores()
        let (rows, heldOut) = scores.reduce((0, 0)) { ($0.0 + $1.rows, $0.1 + $1.heldOut) }
        #expect(Double(heldOut) >= 0.84 * Double(rows), "\(heldOut) of \(rows)")
    }

    // MARK: No rule is a row

    @Test func `are quoted by no rule`() {
        for rule in Rules.all {
            for text in rule.words {
                let phrase = String(decoding: Wording(text).bytes, as: UTF8.self)
                #expect(phrase.count <= 40 && phrase.split(separator: " ").count <= 8, "\(rule.id): \(text)")
                // A word or two may be all that a provider says: `Overloaded`. A sentence may not be a rule.
                for row in CollectedError.all where row.message.split(separator: " ").count > 3 {
                    let said = String(decoding: Wording(row.message).bytes, as: UTF8.self)
                    #expect(!phrase.contains(said), "\(rule.id) quotes \(row.id)")
                }
            }
            for name in rule.names { #expect(name.utf8.count <= 32, "\(rule.id): \(name)") }
        }
    }

    /// The rows of a table of docs/failover.md, as trimmed cells.
    private func rows(under heading: String) throws -> [[String]] {
        let lines = try Fixture.contents("docs/failover.md").text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == heading })
        let table = lines[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
        return table.dropFirst(2).map { line in
            line.split(separator: "|").map { cell in
                var cell = cell
                while cell.first == " " { cell.removeFirst() }
                while cell.last == " " { cell.removeLast() }
                return String(cell)
            }
        }
    }
}
