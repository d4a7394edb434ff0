// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timeLimit(.minutes(5))) struct `The built program` {
    @Test(
        arguments: [
            (["--version"], 0, "understudy 0.1.0 (", ""),
            (["version", "--json"], 0, #"{"name":"understudy","version":"0.1.0","platform":""#, ""),
            ([], 0, "understudy: a model gateway that keeps the show going\n", ""),
            (["help", "explain"], 0, "understudy explain: say in plain words", ""),
            (["recipts"], 64, "", #"understudy: "recipts" is not a command. Did you mean "receipts"?"#),
            (
                ["receipts", "--limit", "0", "--json"], 64, #"{"error":{"message":"receipts: --limit takes"#,
                "understudy: receipts: --limit takes"
            ),
            (["explain"], 64, "", "understudy: explain: give the id of one request, or --last"),
            (["explain", "01"], 64, "", #"understudy: explain: "01" is not a receipt id"#),
        ] as [([String], Int32, String, String)])
    func `ends with the status and the words of its command`(
        words: [String], status: Int32, out: String, error: String
    ) async throws {
        let home = try TemporaryHome()
        let finished = try await BuiltBinary().run(words, home: home)
        #expect(finished.status == status)
        #expect(finished.out.hasPrefix(out) && finished.out.isEmpty == out.isEmpty, "\(finished.out)")
        #expect(finished.error.hasPrefix(error) && finished.error.isEmpty == error.isEmpty, "\(finished.error)")
        #expect(home.read(".understudy/understudy.sqlite") == nil, "a command that only reads has made a state folder")
    }

    @Test func `checks a configuration and names each problem with its place`() async throws {
        let home = try TemporaryHome()
        try home.write("{\n  gateway: { prot: 1 },\n}\n", to: ".understudy/understudy.json")
        let wrong = try await BuiltBinary().run(["config", "validate"], home: home)
        #expect(wrong.status == 1)
        #expect(wrong.out.contains("understudy.json:2:14: "), "\(wrong.out)")
        #expect(wrong.out.contains("Did you mean port?") || wrong.out.contains("Did you mean gateway.port?"), "\(wrong.out)")
        try home.write("{ gateway: { port: 7101 }, channels: {} }", to: ".understudy/understudy.json")
        let right = try await BuiltBinary().run(["config", "validate"], home: home)
        #expect(right.status == 0)
        #expect(right.out == "~/.understudy/understudy.json is fine.\n1 section is not ours and left alone: channels.\n")
    }

    @Test func `says that no gateway runs, and what to do`() async throws {
        // A port that this machine's own services do not use; nothing listens there in an empty network.
        let status = try await BuiltBinary().run(["gateway", "status", "--url", "http://127.0.0.1:1"])
        #expect(status.status == 1)
        #expect(status.out.hasPrefix("Runtime: not running\nConnectivity probe: failed: no gateway listens at http://127.0.0.1:1"))
        let receipts = try await BuiltBinary().run(["receipts", "--url", "127.0.0.1:1"])
        #expect(receipts.status == 69)
        #expect(receipts.error.hasPrefix("understudy: no gateway listens at http://127.0.0.1:1"))
        #expect(receipts.error.hasSuffix("\n  start it: understudy gateway run\n"))
    }

    @Test func `shows the chain of a configuration without a gateway, secrets masked`() async throws {
        let home = try TemporaryHome()
        let configuration = """
            {
              gateway: { port: 1 },
              models: { providers: { openai: { apiKey: "sk-proj-0123456789abcdefghij1a2b" } } },
              agents: { defaults: { model: { primary: "openai/gpt-5", fallbacks: ["nope/x"] } } },
            }
            """
        try home.write(configuration, to: "own.json")
        let environment = ["OPENAI_API_KEYS": "sk-one-aaaaaaaaaaaaaaaa,sk-two-bbbbbbbbbbbbbbbb"]
        let shown = try await BuiltBinary().run(["models", "status", "--config", "own.json"], environment: environment, home: home)
        #expect(shown.status == 0, "\(shown.error)")
        for line in [
            "Config        : ~/own.json",
            "  1  openai/gpt-5  openai:config             sk-…1a2b  agents.defaults.model.primary  ready",
            "  2  openai/gpt-5  openai:OPENAI_API_KEYS.1  sk-…aaaa  agents.defaults.model.primary  ready",
            "- nope/x (agents.defaults.model.fallbacks[0]): no such provider is configured",
        ] {
            #expect(shown.out.contains(line + "\n"), "\(shown.out)")
        }
        #expect(!shown.out.contains("0123456789"))
        let plain = try await BuiltBinary().run(["models", "--plain", "--config", "own.json"], home: home)
        #expect(plain.out == "openai/gpt-5\n")
    }
}

@Suite(.timeLimit(.minutes(5))) struct `A program under test` {
    static let shell = BuiltBinary(program: "/bin/sh")

    @Test func `gets its input, arguments, environment and an empty home as its working folder`() async throws {
        let script = #"cat; printf '%s|' "$@"; printf '%s' "$COLOUR"; pwd >&2; ls -A "$HOME" | wc -l >&2"#
        let finished = try await Self.shell.run(["-c", script, "sh", "a b", ""], environment: ["COLOUR": "red"], input: "in\n")
        #expect(finished.ending == .exited(0))
        #expect(finished.out == "in\na b||red")
        let lines = finished.error.split(separator: "\n").map { $0.filter { $0 != " " } }
        #expect(lines.first?.contains("understudy-test-") == true)
        #expect(lines.last == "0")
    }

    @Test func `may write and read more than a pipe holds`() async throws {
        let megabyte = String(repeating: "0123456789abcde\n", count: 1 << 16)
        let finished = try await Self.shell.run(["-c", "cat"], input: megabyte)
        #expect(finished.out == megabyte)
    }

    @Test func `may leave its input unread`() async throws {
        let finished = try await Self.shell.run(["-c", "exit 7"], input: String(repeating: "x", count: 1 << 20))
        #expect(finished.ending == .exited(7))
    }

    @Test func `is waited for line by line`() async throws {
        let running = try Self.shell.start(["-c", "echo ready; echo other >&2; printf 'no line feed'"])
        #expect(try await running.line(containing: "ead") == "ready")
        #expect(try await running.line(containing: "other", on: .error) == "other")
        #expect(await running.finished().out == "ready\nno line feed")
        #expect(try await running.line(containing: "no line") == "no line feed")
    }

    @Test func `can be signalled and killed`() async throws {
        let polite = try Self.shell.start(["-c", "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done"])
        _ = try await polite.line(containing: "ready")
        let stopped = await polite.stop()
        #expect(stopped.ending == .exited(3))
        #expect(stopped.out == "ready\nbye\n")
        let stubborn = try Self.shell.start(["-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"])
        _ = try await stubborn.line(containing: "ready")
        stubborn.signal(SIGTERM)
        #expect(await stubborn.killNow().ending == .signalled(SIGKILL))
    }

    @Test func `is killed at its time limit`() async throws {
        let finished = try await Self.shell.run(["-c", "echo begun; exec sleep 600"], limit: .milliseconds(200))
        #expect(finished.ranTooLong)
        #expect(finished.ending == .signalled(SIGKILL))
        #expect(finished.out == "begun\n")
    }

    @Test func `that ends without the line it was waited for fails the wait with what it wrote`() async throws {
        let running = try Self.shell.start(["-c", "echo one; echo two >&2"])
        let problem = await #expect(throws: BuiltBinary.Problem.self) { try await running.line(containing: "three") }
        #expect(problem?.description == "no line on standard output holds \"three\"\nout: one\n\nerror: two\n")
        #expect(try await running.line(containing: "two", on: .error) == "two")
    }

    @Test func `leaves no home behind`() async throws {
        var path = ""
        do {
            let home = try TemporaryHome()
            path = home.path
            try home.write("x", to: "a/b/c.txt")
            #expect(home.read("a/b/c.txt") == "x")
            #expect(home.read("a/b/d.txt") == nil)
            _ = try await Self.shell.run(["-c", "mkdir -p locked/in; chmod 0 locked"], home: home)
        }
        let left = try await Self.shell.run(["-c", "ls -d \"$0\" 2>/dev/null", path])
        #expect(left.out == "")
    }
}
