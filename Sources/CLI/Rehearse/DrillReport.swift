// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers
import Rehearsal

/// What a rehearsal says at its end.
struct DrillReport: Sendable {
    /// Whose chain it is, in words.
    var title: String
    var programme: DrillProgramme
    var cells: [DrillCell]

    var failed: [DrillCell] { cells.filter { if case .fail = $0.verdict { true } else { false } } }
    var passed: Int { cells.count { $0.verdict == .pass } }
    var nobodyLeft: Int { cells.count { $0.verdict == .nobodyLeft } }

    // MARK: Text

    /// The chain that plays.
    static func chain(_ title: String, _ programme: DrillProgramme) -> String {
        var lines = [title]
        for (place, member) in programme.members.enumerated() {
            lines.append("\(TextWidth.pad(String(place + 1), to: 3, right: true))  \(member.model)  \(member.credential)")
        }
        for link in programme.skipped {
            lines.append("  –  \(link.model)  \(link.credential?.rawValue ?? "-")  (passed over: \(link.reason.text))")
        }
        return lines.map(SafeText.line).joined(separator: "\n")
    }

    func table() -> Table {
        let hasWires = Set(cells.map(\.wire)).count > 1
        var columns: [Table.Column] = [.fixed("fault")]
        if hasWires { columns.append(.fixed("client")) }
        columns += [.fixed("attempts", right: true), .flexible("answered by", least: 16), .fixed("time", right: true), .fixed("verdict")]
        var table = Table(columns)
        for cell in cells {
            var row = [Table.Cell(cell.scenario.name)]
            if hasWires { row.append(Table.Cell(cell.wire.rawValue)) }
            row += [
                Table.Cell(cell.attempts), Table.Cell(cell.answerer ?? "nobody"), Table.Cell(cell.took.inSeconds),
                Table.Cell(cell.verdict.word, cell.verdict.style),
            ]
            table.add(row)
        }
        return table
    }

    /// What was not as it must be, and how many were.
    var conclusion: String {
        var lines: [String] = []
        for cell in failed {
            guard case .fail(let why) = cell.verdict else { continue }
            lines.append("\(cell.scenario.name) on \(cell.wire.rawValue): \(cell.scenario.happens). Wanted: \(cell.scenario.wanted).")
            lines += why.prefix(Self.reasons).map { "  " + $0 }
            if why.count > Self.reasons { lines.append("  and \(why.count - Self.reasons) more") }
            lines += cell.story.map { "  " + $0 }
        }
        if nobodyLeft > 0 { lines.append("Where nobody is left, the chain has no candidate that could have answered: a fallback would.") }
        var counts = ["\(passed) of \(cells.count) pass"]
        if nobodyLeft > 0 { counts.append("nobody is left in \(nobodyLeft)") }
        if !failed.isEmpty { counts.append("\(failed.count) fail") }
        return (lines + [counts.joined(separator: ", ") + "."]).map(SafeText.line).joined(separator: "\n")
    }

    private static let reasons = 4

    // MARK: JSON

    var json: JSONValue {
        [
            "chain": .array(programme.members.map { ["model": .string($0.model), "credential": .string($0.credential)] }),
            "skipped": .array(
                programme.skipped.map { ["model": .string($0.model.description), "reason": .string($0.reason.code)] }),
            "fast": .bool(programme.timing.scale != 1), "passed": .number(JSONNumber(passed)),
            "nobodyLeft": .number(JSONNumber(nobodyLeft)), "failed": .number(JSONNumber(failed.count)),
            "results": .array(cells.map(\.json)),
        ]
    }
}

extension DrillVerdict {
    var word: String {
        switch self {
        case .pass: "pass"
        case .nobodyLeft: "nobody left"
        case .fail: "FAIL"
        }
    }

    fileprivate var style: Style {
        switch self {
        case .pass: .good
        case .nobodyLeft: .warning
        case .fail: .bad
        }
    }
}

extension DrillCell {
    /// The request that took longest.
    private var longest: Evidence.Turn? { takes.flatMap(\.evidence.turns).max { $0.heard.took < $1.heard.took } }

    var took: Duration { longest?.heard.took ?? .zero }

    /// Of one request, or of the fewest and the most.
    var attempts: String {
        let counts = takes.flatMap(\.evidence.turns).map(\.attempts.count)
        guard let fewest = counts.min(), let most = counts.max() else { return "0" }
        return fewest == most ? "\(most)" : "\(fewest)–\(most)"
    }

    /// Who answered last.
    var answerer: String? { takes.last?.evidence.turns.last?.answerer?.model }

    /// The attempts of the first request that went wrong, else of the first, in words.
    var story: [String] {
        guard let turn = takes.flatMap(\.evidence.turns).first(where: { $0.answerer == nil }) ?? takes.first?.evidence.turns.first else {
            return []
        }
        return turn.attempts.prefix(16).map { tried in
            let how = tried.asked.map { " (\($0.rawValue))" } ?? ""
            return "\(tried.model) \(tried.credential)\(how): \(tried.reason?.rawValue ?? "answered")"
                + (tried.rule.map { ", \($0)" } ?? "") + ", \(tried.took.inSeconds)"
        }
    }

    fileprivate var json: JSONValue {
        var why: [JSONValue] = []
        if case .fail(let reasons) = verdict { why = reasons.map { .string($0) } }
        return [
            "scenario": .string(scenario.name), "wire": .string(wire.rawValue), "verdict": .string(verdict.code), "why": .array(why),
            "answeredBy": answerer.map { .string($0) } ?? .null, "milliseconds": took.json,
            "takes": .array(
                takes.map { label, evidence in ["label": .string(label), "requests": .array(evidence.turns.map(\.json))] }),
        ]
    }
}

extension DrillVerdict {
    fileprivate var code: String {
        switch self {
        case .pass: "pass"
        case .nobodyLeft: "nobody_left"
        case .fail: "fail"
        }
    }
}

extension Evidence.Turn {
    fileprivate var json: JSONValue {
        [
            "atMilliseconds": at.json, "milliseconds": heard.took.json, "firstTextMilliseconds": heard.firstText?.json ?? .null,
            "status": heard.status.map { .number(JSONNumber($0)) } ?? .null, "error": heard.error.map { .string($0) } ?? .null,
            "attempts": .array(
                attempts.map { tried in
                    [
                        "model": .string(tried.model), "credential": .string(tried.credential),
                        "reason": tried.reason.map { .string($0.rawValue) } ?? .null, "rule": tried.rule.map { .string($0) } ?? .null,
                        "asked": tried.asked.map { .string($0.rawValue) } ?? .null, "milliseconds": tried.took.json,
                    ]
                }),
        ]
    }
}

extension Duration {
    fileprivate var json: JSONValue {
        .number(JSONNumber(Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)))
    }
}
