// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@testable import CLI

/// docs/json.md against the documents that are held in `Golden`.
@Suite struct `docs/json.md` {
    @Test(arguments: CommandList.all.commands.map(\.words))
    func `has a section for the command`(words: [String]) throws { _ = try Self.section(of: words) }

    @Test(arguments: GoldenCase.all.filter { !["config-get", "config-get-path", "logs"].contains($0.name) })
    func `names every member that a document has`(row: GoldenCase) throws {
        let written = try #require(try FileSource().bytes(at: Self.root + "Tests/CLITests/Golden/\(row.name).json").get())
        let text = String(decoding: written, as: UTF8.self).split(separator: "\n--- ")[0]
        let document = try JSONValue.parse(Array(text.replacing("<milliseconds>", with: "0").utf8))
        if document["error"]?["exitCode"] != nil { return }
        let words = GoldenCase.command(row.words)?.words ?? []
        let known = Set(try Self.section(of: words).split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        var names: Set<String> = []
        Self.collect(document, into: &names)
        #expect(names.subtracting(known) == [], "\(words)")
    }

    // MARK: The page

    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/"

    private static func page(_ name: String) throws -> String {
        String(decoding: try #require(try FileSource().bytes(at: root + "docs/" + name).get()), as: UTF8.self)
    }

    /// The section whose heading names the command or its group, with those it stands on and the pages it points to.
    private static func section(of words: [String]) throws -> String {
        let sections = try page("json.md").split(separator: "\n## ").map(String.init)
        let name = (["understudy"] + words).joined(separator: " ")
        let own = try #require(
            sections.filter { section in
                let heading = String(section.prefix { $0 != "\n" })
                let parts = heading.split(separator: ", ").map(String.init)
                guard let first = parts.first, first.hasPrefix("understudy ") else { return false }
                let group = first.split(separator: " ").dropLast().joined(separator: " ")
                let names = [first] + parts.dropFirst().flatMap { ["understudy \($0)", "\(group) \($0)"] }
                return names.contains { name == $0 || name.hasPrefix($0 + " ") }
            }.max { $0.prefix { $0 != "\n" }.count < $1.prefix { $0 != "\n" }.count }, "\(name)")
        let change = sections.filter { $0.hasPrefix("A change") && own.contains(" change") || own.contains("The same with") }
        let others = try ["api.md", "receipts.md", "probes.md", "rehearse.md"].filter { own.contains($0) }.map { try page($0) }
        return ([own] + change + others).joined(separator: "\n")
    }

    /// Names of members; those of `aliases` are people's own.
    private static func collect(_ value: JSONValue, into names: inout Set<String>) {
        for element in value.array ?? [] { collect(element, into: &names) }
        for member in value.object?.members ?? [] {
            names.insert(member.key)
            if member.key != "aliases" || member.value.array != nil { collect(member.value, into: &names) }
        }
    }
}
