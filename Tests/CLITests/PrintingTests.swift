// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CLI

@Suite struct `A table` {
    static var sample: Table {
        var table = Table([.fixed("id"), .flexible("model"), .flexible("why", least: 6), .fixed("n", right: true)])
        table.add(["01J1", "anthropic/claude-opus-4-5", "402, no body", "3"])
        table.add(["01J2", "openai/gpt-5", "", "12"])
        return table
    }

    @Test func `is as wide as its text where nothing has to fit`() {
        #expect(
            Self.sample.lines(width: nil, colour: false) == [
                "id    model                      why            n",
                "01J1  anthropic/claude-opus-4-5  402, no body   3",
                "01J2  openai/gpt-5                             12",
            ])
    }

    @Test func `cuts its widest column first`() {
        #expect(
            Self.sample.lines(width: 40, colour: false) == [
                "id    model             why            n",
                "01J1  anthropic/claud…  402, no body   3",
                "01J2  openai/gpt-5                    12",
            ])
    }

    @Test(arguments: 24...80)
    func `fits every width down to its least`(width: Int) {
        let lines = Self.sample.lines(width: width, colour: false)
        let least = 4 + 8 + 6 + 2 + 3 * 2
        #expect(lines.allSatisfy { TextWidth.columns($0) <= max(width, least) })
        #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("01J") })
    }

    @Test(arguments: [
        (80, "id    model                      why           wire    day", true),
        (59, "id    model                      why           wire", true),
        (52, "id    model                      why", true), (30, "id    model     why", false),
    ])
    func `leaves out what can be done without before it cuts what cannot`(width: Int, heading: String, isWhole: Bool) {
        var table = Table([
            .fixed("id"), .flexible("model", least: 25), .flexible("why", least: 12), .fixed("wire", leaves: 2), .fixed("day", leaves: 1),
        ])
        table.add(["01J1", "anthropic/claude-opus-4-5", "402, no body", "openai", "today"])
        let lines = table.lines(width: width, colour: false)
        if isWhole {
            #expect(lines[0] == heading && lines[1].hasPrefix("01J1  anthropic/claude-opus-4-5  402, no body"), "\(lines)")
        } else {
            #expect(!lines[0].contains("wire") && !lines[0].contains("day"))
        }
    }

    @Test func `keeps columns straight under wide and combining letters and in colour`() {
        var table = Table([.fixed("name"), .fixed("x")])
        table.add(["日本", "1"])
        table.add([Table.Cell("e\u{301}a", .bad), "2"])
        #expect(table.lines(width: nil, colour: false) == ["name  x", "日本  1", "e\u{301}a    2"])
        #expect(table.lines(width: nil, colour: true)[2] == "\u{1B}[31me\u{301}a\u{1B}[0m    2")
    }

    @Test func `never lets a cell leave its line or drive the terminal`() {
        var table = Table([.fixed("a"), .fixed("b")])
        table.add([Table.Cell("x\ny\u{1B}[2J\u{202E}z\r"), "1"])
        #expect(table.lines(width: nil, colour: false) == ["a        b", "x y[2Jz  1"])
    }
}

@Suite struct `Text for a terminal` {
    @Test(arguments: [
        ("plain\nline\ttab", false, "plain\nline\ttab"),
        ("\u{1B}[31mred\u{1B}[0m", false, "[31mred[0m"),
        ("\u{1B}[31mred\u{1B}[0m", true, "\u{1B}[31mred\u{1B}[0m"),
        ("\u{1B}[2Jgone", true, "[2Jgone"),
        ("\u{1B}]0;title\u{07}", true, "]0;title"),
        ("\u{9B}31m", true, "31m"),
        ("a\rb\u{08}\u{7F}", true, "ab"),
        ("user\u{202E}gpj.exe\u{2066}", true, "usergpj.exe"),
        ("\u{1B}[", true, "["),
        ("\u{1B}[11111111111111111111m", true, "[11111111111111111111m"),
    ])
    func `keeps colours at most`(text: String, colour: Bool, cleaned: String) {
        #expect(SafeText.clean(text, colour: colour) == cleaned)
    }

    @Test(arguments: [("abc", 3), ("日本", 4), ("é", 1), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("", 0), ("…", 1), ("\u{200B}", 0)])
    func `has a width in columns`(text: String, columns: Int) {
        #expect(TextWidth.columns(text) == columns)
    }

    @Test(arguments: [("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("ab", 0, ""), ("ab", 1, "…")])
    func `is cut with a sign`(text: String, width: Int, cut: String) {
        #expect(TextWidth.cut(text, to: width) == cut)
    }

    @Test func `wraps at words`() {
        #expect(TextWidth.wrap("one two three four", to: 9) == ["one two", "three", "four"])
        #expect(TextWidth.wrap("unbreakably long", to: 5) == ["unbreakably", "long"])
        #expect(TextWidth.wrap("", to: 5) == [])
    }
}

@Suite struct `A terminal` {
    @Test(
        arguments: [
            (true, 120, [:], nil, Terminal(width: 120, colour: true, errorColour: true)),
            (true, 0, ["COLUMNS": "99"], nil, Terminal(width: 99, colour: true, errorColour: true)),
            (true, nil, [:], nil, Terminal(width: 80, colour: true, errorColour: true)),
            (true, 3, [:], nil, Terminal(width: 20, colour: true, errorColour: true)),
            (true, 80, ["NO_COLOR": "1"], nil, Terminal(width: 80, colour: false, errorColour: false)),
            (true, 80, ["NO_COLOR": ""], nil, Terminal(width: 80, colour: true, errorColour: true)),
            (true, 80, ["TERM": "dumb"], nil, Terminal(width: 80, colour: false, errorColour: false)),
            (true, 80, ["NO_COLOR": "1"], true, Terminal(width: 80, colour: true, errorColour: true)),
            (true, 80, [:], false, Terminal(width: 80, colour: false, errorColour: false)),
            (false, nil, ["COLUMNS": "99"], nil, Terminal(width: nil, colour: false, errorColour: true)),
        ] as [(Bool, Int?, [String: String], Bool?, Terminal)])
    func `shows colour and a width only where there is one`(
        isTerminal: Bool, columns: Int?, environment: [String: String], wants: Bool?, terminal: Terminal
    ) {
        let decided = Terminal.decide(
            columns: columns, isTerminal: isTerminal, errorIsTerminal: true, environment: environment, wantsColour: wants)
        #expect(decided == terminal)
    }
}
