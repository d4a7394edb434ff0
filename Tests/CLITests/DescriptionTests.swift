// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import CLI

@Suite struct `Every command's description` {
    @Test(arguments: CommandList.all.commands.map(\.name))
    func `is complete and free of contradictions`(name: String) throws {
        let command = try #require(CommandList.all.commands.first { $0.name == name })
        #expect((1...4).contains(command.words.count))
        #expect(!command.summary.hasSuffix("."))
        #expect(command.summary.first?.isUppercase == true)
        let names = command.allFlags.flatMap { [$0.name] + $0.otherNames }
        #expect(Set(names).count == names.count, "a flag's name is used twice")
        let letters = command.allFlags.compactMap(\.short)
        #expect(Set(letters).count == letters.count, "a flag's letter is used twice")
        for flag in command.allFlags {
            #expect(!flag.name.hasPrefix("no-") && flag.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "--\(flag.name)")
            #expect(!flag.summary.hasSuffix(".") && !flag.summary.isEmpty, "--\(flag.name)")
            if flag.takesValue, !flag.example.isEmpty { #expect(flag.value(flag.example) != nil, "--\(flag.name)") }
        }
        for parameter in command.parameters.dropLast() { #expect(!parameter.repeats && !parameter.optional) }
        #expect(!command.examples.isEmpty)
        for count in 1..<max(command.words.count, 1) {
            #expect(CommandList.all.group(Array(command.words.prefix(count))) != nil, "no group says what it is about")
        }
    }

    @Test(arguments: CommandList.all.groups.map(\.words))
    func `has a group whose stand-in is one of its commands`(words: [String]) throws {
        let group = try #require(CommandList.all.group(words))
        #expect(!CommandList.all.members(of: group).isEmpty)
        #expect(group.standsFor.map { next in CommandList.all.commands.contains { $0.words == words + [next] } } ?? true)
    }

    @Test(arguments: CommandList.all.commands.flatMap(\.examples).map(\.line))
    func `has examples that its own parser takes`(line: String) throws {
        let typed = Self.words(line)
        #expect(typed.first == "understudy")
        _ = try ArgumentParser(list: .all).parse(Array(typed.dropFirst()))
    }

    /// What a shell makes of a line up to a pipe: quotes of both kinds, no escapes.
    static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        for character in line + " " {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
            } else if quote == nil, character == "|" {
                break
            } else if quote == nil, character == " " {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return words
    }

    @Test func `agrees with the others on which flags take a value`() {
        var known: [String: Bool] = [:]
        for flag in CommandList.all.commands.flatMap(\.allFlags) {
            for name in [flag.name] + flag.otherNames {
                #expect(known[name] == nil || known[name] == flag.takesValue, "--\(name)")
                known[name] = flag.takesValue
            }
        }
    }

    @Test(
        arguments: [40, 80, 100],
        CommandList.all.commands.map(\.words) + CommandList.all.groups.map(\.words) + [[]])
    func `makes help that fits the width`(width: Int, path: [String]) throws {
        let text = try #require(Help(list: .all, width: width).text(for: path))
        // Usage and examples are for pasting and stay whole.
        let running = text.split(separator: "\n").filter { !$0.contains("understudy") && !$0.contains("--") }
        #expect(running.allSatisfy { TextWidth.columns(String($0)) <= max(width, 50) })
    }
}

@Suite struct `The help` {
    @Test func `for the program and its groups names every command and the first steps`() async {
        let shown = await play(["--help"])
        #expect(shown.status == .fine)
        for word in CommandList.all.nextWords(after: []) { #expect(shown.out.contains("\n  \(word) ")) }
        for group in CommandList.all.groups {
            let listed = await play(["help"] + group.words).out
            for command in CommandList.all.members(of: group) {
                #expect(listed.contains("  " + command.words.joined(separator: " ")))
            }
        }
        #expect(shown.out.contains("understudy explain --last"))
        #expect(await play([]).out == shown.out)
        #expect(await play(["help"]).out == shown.out)
    }

    @Test func `is the same behind --help and in front of the command`() async {
        let before = await play(["help", "gateway", "run"])
        let behind = await play(["gateway", "run", "--help"])
        #expect(before.status == .fine)
        #expect(before.out == behind.out)
        #expect(before.out.hasPrefix("understudy gateway run: "))
    }

    @Test func `about an unknown command suggests the nearest`() async {
        let shown = await play(["help", "gateway", "rnu"])
        #expect(shown.status == .usage)
        #expect(shown.error.hasPrefix(#"understudy: help: "gateway rnu" is not a command. Did you mean "run"?"#))
    }

    @Test func `for explain is this, whole`() async {
        let shown = await play(["explain", "--help"])
        #expect(
            shown.out == """
                understudy explain: say in plain words what became of one request

                Shows each attempt: which model and credential, what the provider said, the rule
                that judged it, what was blocked and for how long, and what helps. The id is in
                the response header x-understudy-request-id, in an error's body, and in
                understudy receipts.

                Usage
                  understudy explain [<id>] [flags]

                Words
                  <id>  The request's id, such as 01JCE6T4Y4V4Q1S3BZ0Q2N8G5M

                Flags
                  --last             The last request, or the last that fits the other flags;
                                     they alone mean it too
                  --failed           Only requests whose client did not get an answer
                  --model <model>    Only requests that asked for this name or tried this model,
                                     with or without its provider before it
                  --credential <id>  Only requests that tried this credential
                  --reason <reason>  Only requests with an attempt that failed for this reason,
                                     answered or not: billing, rate_limit, auth, timeout, …
                  --agent <id>       Only requests of this agent
                  --session <id>     Only requests of this session
                  --since <age>      Only requests from this long ago until now: 90s, 15m, 2h,
                                     7d
                  --url <url>        Ask the gateway at this address; its token is then taken
                                     from --token or the environment only
                  --token <token>    The gateway's token: - reads standard input, env:NAME a
                                     variable, as UNDERSTUDY_GATEWAY_TOKEN does
                  --timeout <ms>     How long to wait for the gateway, in milliseconds (5000)

                Flags of every command
                      --json              Print one JSON document on standard output, and
                                          nothing else there
                      --config <path>     The configuration file to use
                      --state-dir <path>  The folder for the token, receipts and the health
                                          ledger
                      --profile <name>    Work with the state folder ~/.understudy-<name>, and a
                                          gateway of its own
                      --dev               The same as --profile dev
                      --color             Use colour, or with --no-color do not; without either,
                                          only on a terminal
                  -h, --help              Show this help

                Examples
                  understudy explain --last
                      The last request.
                  understudy explain --last --failed
                      The last one whose client got no answer.
                  understudy explain --last --reason billing
                      The last one that met a 402, whoever answered.
                  understudy explain 01JCE6T4Y4V4Q1S3BZ0Q2N8G5M
                      One by its id.
                  understudy explain --last --json
                      Its whole receipt as data.

                Exit codes
                  0   fine
                  1   there is no such request, or the gateway refused
                  64  the command line is wrong
                  69  the gateway at --url cannot be reached, or does not answer

                """)
    }

    @Test func `for version is this, whole`() async {
        let shown = await play(["version", "--help"])
        #expect(
            shown.out == """
                understudy version: print the version

                Usage
                  understudy version [flags]

                Flags of every command
                      --json              Print one JSON document on standard output, and
                                          nothing else there
                      --config <path>     The configuration file to use
                      --state-dir <path>  The folder for the token, receipts and the health
                                          ledger
                      --profile <name>    Work with the state folder ~/.understudy-<name>, and a
                                          gateway of its own
                      --dev               The same as --profile dev
                      --color             Use colour, or with --no-color do not; without either,
                                          only on a terminal
                  -h, --help              Show this help

                Examples
                  understudy --version
                      The same; -V for short.

                Exit codes
                  0   fine
                  64  the command line is wrong

                """)
    }
}

@Suite struct `docs/commands.md` {
    @Test func `is what help --markdown prints`() async throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let page = try #require(try FileSource().bytes(at: "/\(root)/docs/commands.md").get())
        let printed = await play(["help", "--markdown"])
        #expect(String(decoding: page, as: UTF8.self) == printed.out, "understudy help --markdown > docs/commands.md")
    }
}

@Suite struct `docs/wire/crossings.md` {
    @Test func `is what help --crossings prints`() async throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let page = try #require(try FileSource().bytes(at: "/\(root)/docs/wire/crossings.md").get())
        let printed = await play(["help", "--crossings"])
        #expect(String(decoding: page, as: UTF8.self) == printed.out, "understudy help --crossings > docs/wire/crossings.md")
    }
}
