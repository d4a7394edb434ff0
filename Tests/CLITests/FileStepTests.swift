// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A command that changes one file, and what the file holds before.
struct Rewrite: Sendable, CustomTestStringConvertible {
    var words: String
    var input = ""
    /// Below the home folder.
    var file: String
    /// `nil`: there is none.
    var before: String?

    var testDescription: String { words }

    static let profiles = ".understudy/agents/main/agent/auth-profiles.json"
    static let settings = ".understudy/understudy.json"
    static let stored = """
        {"version": 1, "profiles": {"openai:default": {"type": "api_key", "provider": "openai", "key": "sk-proj-0123456789-old"},
          "openai:two": {"type": "api_key", "provider": "openai", "key": "sk-proj-0123456789-two"}}, "later": [1, 2.50]}
        """

    static let all = [
        Rewrite(
            words: "models auth paste-api-key --provider openai --key -", input: "sk-proj-0123456789-new", file: profiles, before: stored),
        Rewrite(words: "models auth paste-api-key --provider openai --key -", input: "sk-proj-0123456789-new", file: profiles),
        Rewrite(words: "models auth order set --provider openai openai:two", file: profiles, before: stored),
        Rewrite(words: "models auth logout openai:default --yes", file: profiles, before: stored),
        Rewrite(words: "config set gateway.port 7200", file: settings, before: "{\n  // Mine.\n  gateway: { port: 7150 },\n}\n"),
        Rewrite(words: "config set gateway.port 7200", file: settings),
    ]

    func run(in home: TemporaryHome, _ environment: [String: String] = [:]) async throws -> BuiltBinary.Finished {
        try await BuiltBinary().run(words.split(separator: " ").map(String.init), environment: environment, input: input, home: home)
    }

    func begin(in home: TemporaryHome) throws {
        if let before { try home.write(before, to: file) } else { unlink("\(home.path)/\(file)") }
    }
}

@Suite(.enabled(if: FileSteps.arePossible), .timeLimit(.minutes(5))) struct `A write that is killed` {
    @Test(arguments: Rewrite.all)
    func `at any of its steps leaves the old file or the new one, and nothing in the way of the next`(rewrite: Rewrite) async throws {
        let (home, tools) = (try TemporaryHome(), try TemporaryHome())
        let steps = try await FileSteps(below: home.path, tools: tools)
        try rewrite.begin(in: home)
        let whole = try await rewrite.run(in: home)
        #expect(whole.status == 0, "\(whole.error)")
        let after = try #require(home.read(rewrite.file))
        #expect(after != rewrite.before)
        var seen: Set<String?> = []
        var step = 0
        while step < 200 {
            step += 1
            try rewrite.begin(in: home)
            let killed = try await rewrite.run(in: home, steps.environment(endingAt: step))
            if killed.status == 0 { break }
            #expect(killed.ending == .signalled(SIGKILL), "step \(step): \(killed.error)")
            let left = home.read(rewrite.file)
            #expect(left == rewrite.before || left == after, "step \(step): \(left ?? "no file")")
            #expect(left == nil || mode(of: rewrite.file, in: home) == 0o600, "step \(step)")
            seen.insert(left)
        }
        // At the least: the lock and the draft opened, its mode, its bytes, onto the disk, renamed, the folder onto the disk.
        #expect((8..<200).contains(step))
        #expect(seen == [rewrite.before, after])
        // Nobody holds the lock, and what the killed ones had begun to write is gone.
        try rewrite.begin(in: home)
        #expect(try await rewrite.run(in: home).status == 0)
        #expect(home.read(rewrite.file) == after)
        let listed = try await BuiltBinary(program: "/usr/bin/find").run([home.path, "-name", "*.new"], home: tools)
        #expect(listed.status == 0 && listed.out == "")
    }

    private func mode(of file: String, in home: TemporaryHome) -> mode_t {
        var status = stat()
        return stat("\(home.path)/\(file)", &status) == 0 ? status.st_mode & 0o777 : 0
    }
}
