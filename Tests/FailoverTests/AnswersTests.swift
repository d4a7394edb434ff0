// SPDX-License-Identifier: Apache-2.0
@testable import Failover
import Testing

@Suite struct `The table of reasons` {
    /// The rows below the heading of a Markdown table, as trimmed cells.
    static func rows(of document: String, under heading: String) -> [[String]] {
        guard let start = document.range(of: heading) else { return [] }
        var rows: [[String]] = []
        for line in document[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("|") {
                rows.append(line.split(separator: "|").map { $0.trimmed })
            } else if !rows.isEmpty {
                break
            }
        }
        return Array(rows.dropFirst(2))
    }

    @Test func `is the one that docs/failover.md shows`() throws {
        let document = try #require(projectFile("docs/failover.md"))
        let expected = Reason.allCases.map { reason in
            let answers = reason.answers
            return [
                "`\(reason.rawValue)`", answers.again.rawValue, answers.nextCredential ? "yes" : "no", answers.nextModel.rawValue,
                answers.blocks.map { "`\($0.rawValue)`" } ?? "nothing", answers.blocks == nil ? "–" : answers.widens.rawValue,
                answers.ladder?.rawValue ?? "–",
            ]
        }
        #expect(Self.rows(of: document, under: "## Four answers to each failure") == expected)
    }

    @Test func `has the ladders that docs/failover.md shows`() throws {
        let document = try #require(projectFile("docs/failover.md"))
        let expected = Ladder.allCases.map { ladder in
            let steps = ladder.steps(.standard).map(Words.duration)
            return [
                ladder.rawValue, steps.isEmpty ? "until the secret changes" : steps.joined(separator: ", "),
                steps.isEmpty ? "–" : Words.duration(ladder.cap(.standard)),
            ]
        }
        #expect(Self.rows(of: document, under: "## How long a block lasts") == expected)
    }

    @Test(arguments: Reason.allCases)
    func `blocks a scope for as long as a ladder says, or neither`(reason: Reason) {
        #expect((reason.answers.blocks == nil) == (reason.answers.ladder == nil))
    }

    @Test(arguments: Reason.allCases)
    func `never ends a chain for what a credential, a model or an endpoint did`(reason: Reason) {
        if reason.answers.blocks != nil { #expect(reason.answers.nextModel != .no) }
    }
}

extension StringProtocol {
    var trimmed: String {
        var text = Substring(self)
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }

    /// Where `text` occurs first.
    func range(of text: String) -> Range<Index>? { ranges(of: text).first }
}
