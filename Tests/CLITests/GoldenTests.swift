// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import CLI

/// What commands print, as text at 80 and 120 columns and as JSON, held against `Golden/<name>.<columns>.txt` and `Golden/<name>.json`, and
/// the help of each.
///
/// After a change that is meant: `UNDERSTUDY_REWRITE_GOLDEN=1 swift test --filter Golden` writes the files anew, and their diff shows what
/// people will see.
@Suite(.timeLimit(.minutes(5))) struct `What a command prints` {
    @Test(arguments: GoldenCase.all, [80, 120])
    func `fits the terminal`(row: GoldenCase, columns: Int) async throws {
        let printed = try await Golden.print(row.words, columns: columns)
        try Golden.hold(printed, against: "\(row.name).\(columns).txt")
    }

    @Test(arguments: GoldenCase.all)
    func `is one document for programs`(row: GoldenCase) async throws {
        let printed = try await Golden.print(row.words + ["--json"], columns: 100)
        try Golden.hold(printed, against: "\(row.name).json")
    }

    @Test func `is held for every command`() {
        let held = GoldenCase.all.map(\.words)
        for command in CommandList.all.commands {
            let isHeld = held.contains { $0.starts(with: command.words) }
            #expect(isHeld != (GoldenCase.others[command.name] != nil), "\(command.name)")
        }
        #expect(Set(GoldenCase.all.map(\.name)).count == GoldenCase.all.count)
    }

    @Test(arguments: [[]] + CommandList.all.groups.map(\.words) + CommandList.all.commands.map(\.words), [80, 120])
    func `is told by its help`(words: [String], columns: Int) async throws {
        let printed = try await Golden.print(words + ["--help"], columns: columns)
        let name = words.isEmpty ? "understudy" : words.joined(separator: "-")
        try Golden.hold(printed, against: "help/\(name).\(columns).txt")
    }
}
