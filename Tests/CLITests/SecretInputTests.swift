// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing

@testable import CLI

@Suite struct `What is handed over as a secret` {
    @Test(arguments: [
        ("sk-proj-0123456789abcdef", "sk-proj-0123456789abcdef"), ("  sk-ant-oat01-xyz\r\n", "sk-ant-oat01-xyz"),
        ("AbCdEf0123==", "AbCdEf0123=="), ("eyJhbGciOi.eyJzdWIi.c2ln", "eyJhbGciOi.eyJzdWIi.c2ln"),
        // Base64 of capitals alone has no underscore before its end.
        ("ABCDEF==", "ABCDEF=="), ("user@proj:secret", "user@proj:secret"),
    ])
    func `is taken without the white space around it`(text: String, secret: String) throws {
        #expect(try SecretText.read(text) == Secret(secret))
    }

    @Test(arguments: [
        ("", "empty"), (" \n\t ", "empty"), ("sk-one\nsk-two", "several lines"), ("sk-one\rsk-two", "several lines"),
        ("sk-\u{1B}[D123", "control characters"), ("sk-a\tb", "control characters"), ("sk-…1a2b", "shortened key"),
        ("sk-proj-...1a2b", "shortened key"), ("sk-****", "shortened key"), ("sk-pröj-1234", "ASCII"), ("Bearer sk-1234", "whole header"),
        ("bearer sk-1234", "whole header"), ("Authorization: Bearer x", "whole header"), ("x-api-key: x", "whole header"),
        ("\"sk-1234\"", "quotation marks"), ("'sk-1234'", "quotation marks"), ("sk-1234\"", "quotation marks"),
        ("$OPENAI_API_KEY", "env:NAME"),
        ("${OPENAI_API_KEY}", "env:NAME"), ("OPENAI_API_KEY=sk-1234", "assignment"), ("export OPENAI_API_KEY=sk-1", "assignment"),
        ("my key", "spaces"), ("https://platform.openai.com/api-keys", "address"), ("someone@example.com", "e-mail"),
        (String(repeating: "k", count: (16 << 10) + 1), "no key has more"),
    ])
    func `is refused with the slip that was made, and without what was typed`(text: String, why: String) {
        let slip = #expect(throws: SecretText.Slip.self) { try SecretText.read(text) }
        #expect(slip?.text.contains(why) == true, "\(slip?.text ?? "")")
        #expect(slip.map { !$0.text.contains("1234") } == true)
    }

    @Test(
        arguments: [
            (nil, "--key - (standard input) or --key env:NAME"), ("env:NOT_SET", "NOT_SET, which is not set here"),
            ("env:QUOTED", "quotation marks"), ("Bearer sk-1234", "whole header"),
        ] as [(String?, String)])
    func `ends the command where it cannot be had`(given: String?, why: String) {
        let failure = #expect(throws: CommandFailure.self) { try input().secret(given, what: "OpenAI API key", flag: "--key") }
        #expect(failure?.status == .usage)
        #expect(failure?.text.contains(why) == true, "\(failure?.text ?? "")")
        #expect(failure?.text.contains("1234") == false)
    }

    @Test func `comes from a variable in silence, and from the command line with a warning`() throws {
        let sink = Captured()
        #expect(try input(sink).secret("env:SOME_KEY", what: "key", flag: "--key") == Secret("sk-1234"))
        #expect(sink.error.isEmpty)
        #expect(try input(sink).secret("sk-5678", what: "key", flag: "--key") == Secret("sk-5678"))
        #expect(sink.error.contains("--key -") && !sink.error.contains("5678"))
        #expect(sink.out.isEmpty)
    }

    private func input(_ sink: Captured = Captured()) -> SecretInput {
        SecretInput(
            output: Output(terminal: .plain, wantsJSON: false, sink: sink),
            environment: ["SOME_KEY": " sk-1234\n", "QUOTED": "'sk-1234'"])
    }
}

@Suite struct `An answer to a question` {
    static let choices = [Prompt.Choice("anthropic", "Claude"), Prompt.Choice("openai", "GPT"), Prompt.Choice("openrouter")]

    @Test(
        arguments: [
            ("1", .one(0)), (" 3 ", .one(2)), ("0", .none), ("4", .none), ("-1", .none), ("openai", .one(1)), ("OpenAI", .one(1)),
            ("a", .one(0)),
            ("open", .several([1, 2])), ("router", .several([2])), ("claude", .several([0])), ("", .none), ("x", .none),
            ("99999999999999999999", .none),
        ] as [(String, Prompt.Meant)])
    func `is a number, a word, or the beginning of one`(typed: String, meant: Prompt.Meant) {
        #expect(Prompt.meant(typed, Self.choices) == meant)
    }

    @Test func `is listed with its number, words under each other`() {
        #expect(Prompt.list(Self.choices, [0, 2]) == "   1  anthropic   Claude\n   3  openrouter\n")
    }
}
