// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CLI

@Suite struct `A command line` {
    static let limit = Flag("limit", short: "n", .number(placeholder: "n", range: 1...1000), "How many", example: "20")
    static let failed = Flag("failed", .toggle, "Only failed ones")
    static let model = Flag("model", .text(placeholder: "model"), "Only this model", otherNames: ["model-ref"])
    static let since = Flag("since", .age, "Not older", example: "2h")
    static let level = Flag("level", .choice(["low", "high"]), "How loud")

    static let list = CommandList(
        commands: [
            Command(words: ["gateway", "run"], summary: "Run", flags: [], run: { _ throws(CommandFailure) in .fine }),
            Command(
                words: ["gateway", "status"], otherWords: [["status"]], summary: "Status", run: { _ throws(CommandFailure) in .fine }),
            Command(words: ["config", "validate"], summary: "Validate", run: { _ throws(CommandFailure) in .fine }),
            Command(
                words: ["receipts"], summary: "Receipts", flags: [limit, failed, model, since, level],
                run: { _ throws(CommandFailure) in .fine }),
            Command(
                words: ["explain"], summary: "Explain", parameters: [.init(name: "id", summary: "Which")],
                run: { _ throws(CommandFailure) in .fine }),
            Command(
                words: ["help"], summary: "Help", parameters: [.init(name: "command", summary: "Which", optional: true, repeats: true)],
                run: { _ throws(CommandFailure) in .fine }),
            Command(words: ["version"], summary: "Version", run: { _ throws(CommandFailure) in .fine }),
        ],
        groups: [
            CommandGroup("gateway", summary: "Gateway", standsFor: "run"),
            CommandGroup("config", summary: "Config", standsFor: nil),
        ])

    static func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

    @Test(arguments: [
        ("gateway run", "gateway run"),
        ("gateway", "gateway run"),
        ("gateway status", "gateway status"),
        ("status", "gateway status"),
        ("--json gateway --color status", "gateway status"),
        ("--config x.json gateway status", "gateway status"),
        ("-n 5 receipts", "receipts"),
        ("--limit 5 receipts", "receipts"),
        ("-- receipts", "receipts"),
        ("help gateway run", "help"),
        ("--version", "version"),
        ("-V --json", "version"),
        ("explain receipts", "explain"),
    ])
    func `finds its command`(line: String, command: String) throws {
        guard case .run(let invocation) = try ArgumentParser(list: Self.list).parse(Self.words(line)) else {
            Issue.record("\(line) asked for help")
            return
        }
        #expect(invocation.command.words.joined(separator: " ") == command)
    }

    @Test(
        arguments: [
            ("receipts --limit 20", ["limit": FlagValue.number(20)]),
            ("receipts --limit=20", ["limit": .number(20)]),
            ("receipts -n 20", ["limit": .number(20)]),
            ("receipts --limit 3 --limit 4", ["limit": .number(4)]),
            ("receipts --failed", ["failed": .toggle(true)]),
            ("receipts --no-failed", ["failed": .toggle(false)]),
            ("receipts --failed --no-failed", ["failed": .toggle(false)]),
            ("receipts --model openai/gpt-5=x", ["model": .text("openai/gpt-5=x")]),
            ("receipts --model=a=b", ["model": .text("a=b")]),
            ("receipts --model -x", ["model": .text("-x")]),
            ("receipts --model-ref a/b", ["model": .text("a/b")]),
            ("receipts --since 90s", ["since": .age(.seconds(90))]),
            ("receipts --since 2h", ["since": .age(.seconds(7200))]),
            ("receipts --level high", ["level": .text("high")]),
            ("--json receipts --state-dir /s", ["json": .toggle(true), "state-dir": .text("/s")]),
            ("receipts --config --json", nil),
            ("receipts", [:]),
        ] as [(String, [String: FlagValue]?)])
    func `gives its flags typed values`(line: String, values: [String: FlagValue]?) {
        let request = try? ArgumentParser(list: Self.list).parse(Self.words(line))
        guard case .run(let invocation)? = request else {
            #expect(values == nil)
            return
        }
        #expect(invocation.flags == values)
    }

    @Test(arguments: [
        ("explain 01J", ["01J"]), ("explain -- --last", ["--last"]), ("explain -", ["-"]), ("help a b c", ["a", "b", "c"]), ("help", []),
    ])
    func `keeps the words that are not flags`(line: String, words: [String]) throws {
        guard case .run(let invocation) = try ArgumentParser(list: Self.list).parse(Self.words(line)) else {
            Issue.record("\(line) asked for help")
            return
        }
        #expect(invocation.words == words)
    }

    @Test(arguments: [
        ("", []), ("--help", []), ("-h", []), ("--json", []), ("gateway --help", ["gateway"]), ("gateway run -h", ["gateway", "run"]),
        ("--help receipts", ["receipts"]), ("explain --help", ["explain"]), ("config", ["config"]), ("status --help", ["status"]),
    ])
    func `can ask for help on every level`(line: String, path: [String]) throws {
        guard case .help(let asked, _) = try ArgumentParser(list: Self.list).parse(Self.words(line)) else {
            Issue.record("\(line) did not ask for help")
            return
        }
        #expect(asked == path)
    }

    @Test(arguments: [
        ("recipts", #""recipts" is not a command. Did you mean "receipts"?"#, "understudy --help"),
        ("xyzzy", #""xyzzy" is not a command."#, "understudy --help"),
        ("gateway stats", #"gateway: "stats" is not one of its commands. Did you mean "status"?"#, "understudy gateway --help"),
        ("config validat", #"config: "validat" is not one of its commands. Did you mean "validate"?"#, "understudy config --help"),
        ("receipts --limt 5", "receipts: --limt is not a flag of this command. Did you mean --limit?", "understudy receipts --help"),
        ("receipts --limit", "receipts: --limit needs a value, such as --limit 20.", "understudy receipts --help"),
        ("receipts --limit --json", "receipts: --limit needs a value, such as --limit 20.", "understudy receipts --help"),
        (
            "receipts --limit many", #"receipts: --limit takes a whole number from 1 to 1000, and "many" is not one."#,
            "understudy receipts --help"
        ),
        (
            "receipts -n 0", #"receipts: -n takes a whole number from 1 to 1000, and "0" is not one."#,
            "understudy receipts --help"
        ),
        (
            "receipts --since yesterday", #"receipts: --since takes an age such as 90s, 15m, 2h or 7d, and "yesterday" is not one."#,
            "understudy receipts --help"
        ),
        ("receipts --level loud", #"receipts: --level takes one of low, high, and "loud" is not one."#, "understudy receipts --help"),
        ("receipts --model=", #"receipts: --model takes a model, and "" is not one."#, "understudy receipts --help"),
        ("receipts --failed=yes", #"receipts: --failed takes no value, and "yes" was given."#, "understudy receipts --help"),
        ("receipts --no-limit", "receipts: --no-limit is not a flag of this command. Did you mean --limit?", "understudy receipts --help"),
        ("receipts -x", "receipts: -x is not a flag of this command.", "understudy receipts --help"),
        ("receipts -xyz", #"receipts: "-xyz" is not a flag."#, "understudy receipts --help"),
        ("receipts --=1", #"receipts: "--=1" is not a flag."#, "understudy receipts --help"),
        ("receipts 01J", #"receipts: "01J" is one word too many; this command takes none."#, "understudy receipts --help"),
        ("explain a b", #"explain: "b" is one word too many; this command takes 1."#, "understudy explain --help"),
        ("explain", "explain: <id> is missing.", "understudy explain --help"),
        ("--jsn", "--jsn is not a flag here, and no command is named. Did you mean --json?", "understudy --help"),
    ])
    func `is refused with the word it stopped at and what was probably meant`(line: String, message: String, help: String) {
        let problem = #expect(throws: CommandFailure.self) { try ArgumentParser(list: Self.list).parse(Self.words(line)) }
        #expect(problem?.status == .usage)
        #expect(problem?.message == message)
        #expect(problem?.hints == ["see: \(help)"])
    }

    @Test func `that fails says so on standard error and, with --json, as a document on standard output`() async {
        let plain = await play(["receipts", "--limt"], list: Self.list)
        #expect(plain.status == .usage)
        #expect(plain.out == "")
        #expect(
            plain.error == """
                understudy: receipts: --limt is not a flag of this command. Did you mean --limit?
                  see: understudy receipts --help

                """)
        let document = await play(["receipts", "--json", "--limt"], list: Self.list)
        #expect(
            document.out == #"{"error":{"message":"receipts: --limt is not a flag of this command. Did you mean --limit?","#
                + #""hints":["see: understudy receipts --help"],"exitCode":64}}"# + "\n")
        #expect(document.error == plain.error)
    }

    @Test func `whose answer cannot be written ends with 74`() async {
        let lost = await play(["version"], lost: true)
        #expect(lost.status == .outputLost)
    }
}

@Suite struct `The nearest word` {
    @Test(
        arguments: [
            ("recipts", "receipts"), ("stauts", "status"), ("expl", "explain"), ("modles", "models"), ("xyzzy", nil), ("", nil), ("r", nil),
            ("receipts", "receipts"),
        ] as [(String, String?)])
    func `is one that begins with what was typed, or that few edits lead to`(typed: String, nearest: String?) {
        #expect(NearestWord.of(typed, in: ["receipts", "status", "explain", "models"]) == nearest)
    }
}

@Suite struct `An age` {
    @Test(
        arguments: [
            ("90s", 90), ("15m", 900), ("2h", 7200), ("7d", 604_800), ("0s", nil), ("-1h", nil), ("h", nil), ("", nil), ("2w", nil),
            ("1.5h", nil),
            ("3651d", nil), ("9999999999999d", nil), ("２h", nil), ("+2h", 7200),
        ] as [(String, Int?)])
    func `is a whole number and a unit`(text: String, seconds: Int?) {
        #expect(Age.parse(text) == seconds.map { .seconds($0) })
    }

    @Test(arguments: [
        (0, "0 s"), (-5, "0 s"), (59, "59 s"), (60, "1 min"), (245, "4 min 5 s"), (3600, "1 h"), (7380, "2 h 3 min"), (86_400, "1 d"),
        (514_800, "5 d 23 h"),
    ])
    func `reads as its two largest units`(seconds: Int, text: String) {
        #expect(Age.text(.seconds(seconds)) == text)
    }

    @Test(arguments: [(2310, "2.31 s"), (40, "0.04 s"), (0, "0.00 s"), (999, "1.00 s"), (61_004, "61.00 s")])
    func `reads as seconds with two decimals`(milliseconds: Int, text: String) {
        #expect(Age.seconds(.milliseconds(milliseconds)) == text)
    }
}
