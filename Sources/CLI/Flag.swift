// SPDX-License-Identifier: Apache-2.0

/// A flag of a command: `--limit 20`, `--limit=20`, `-n 20`; a toggle is `--failed` or `--no-failed`.
struct Flag: Hashable, Sendable {
    /// What may follow it.
    enum Kind: Hashable, Sendable {
        /// Nothing: its presence is the value. `--no-<name>` says the opposite.
        case toggle
        /// Any text. `placeholder` names it in help: `<path>`.
        case text(placeholder: String)
        /// Letters, digits, dots, dashes and underscores, 64 at most, beginning with a letter or digit: part of a file's name.
        case name(placeholder: String)
        /// A secret: text, `-` for standard input, or `env:NAME`, which the command then finds in its place.
        case secret(placeholder: String)
        /// A whole number within `range`.
        case number(placeholder: String, range: ClosedRange<Int>)
        /// One of a few words.
        case choice([String])
        /// Any text, and the flag may be given several times.
        case texts(placeholder: String)
        /// A length of time counted back from now, such as `90s`, `15m`, `2h`, `7d`: at most ten years.
        case age
        /// A length of time from now on, written as an age.
        case time
    }

    /// Without the dashes: lower-case letters, digits and single dashes. Never starts with `no-`.
    var name: String
    var short: Character?
    var kind: Kind
    /// A phrase or sentence for help, without a full stop at its end.
    var summary: String
    /// Other names that mean the same, for commands of OpenClaw. Not shown in help.
    var otherNames: [String] = []
    /// A value that would do, for help and for the error about a missing one.
    var example: String = ""

    init(
        _ name: String, short: Character? = nil, _ kind: Kind, _ summary: String, example: String = "", otherNames: [String] = []
    ) {
        self.name = name
        self.short = short
        self.kind = kind
        self.summary = summary
        self.example = example
        self.otherNames = otherNames
    }

    var takesValue: Bool { kind != .toggle }

    func answers(to name: String) -> Bool { self.name == name || otherNames.contains(name) }

    /// How usage and help write it, such as `--limit <n>`.
    var form: String {
        switch kind {
        case .toggle: "--\(name)"
        case .text(let placeholder), .texts(let placeholder), .name(let placeholder), .secret(let placeholder): "--\(name) <\(placeholder)>"
        case .number(let placeholder, _): "--\(name) <\(placeholder)>"
        case .choice(let words): "--\(name) <\(words.joined(separator: "|"))>"
        case .age: "--\(name) <age>"
        case .time: "--\(name) <time>"
        }
    }

    /// What a value has to be, for the error about one that is not.
    var expectation: String {
        switch kind {
        case .toggle: "no value"
        case .text(let placeholder), .texts(let placeholder), .name(let placeholder), .secret(let placeholder): "a \(placeholder)"
        case .number(_, let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .age: "an age such as 90s, 15m, 2h or 7d"
        case .time: "a time such as 90s, 15m, 2h or 7d"
        }
    }

    /// A typed value, or `nil` if `text` is not one.
    func value(_ text: String) -> FlagValue? {
        switch kind {
        case .toggle: return nil
        case .text, .secret: return text.isEmpty ? nil : .text(text)
        case .name: return Self.isName(text) ? .text(text) : nil
        case .texts: return text.isEmpty ? nil : .texts([text])
        case .number(_, let range):
            guard let number = Int(text), range.contains(number) else { return nil }
            return .number(number)
        case .choice(let words): return words.contains(text) ? .text(text) : nil
        case .age, .time: return Age.parse(text).map { .age($0) }
        }
    }
}

extension Flag {
    private static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, text.utf8.count <= 64, isWord(first) else { return false }
        return text.unicodeScalars.allSatisfy { isWord($0) || $0 == "." || $0 == "-" || $0 == "_" }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }
}

/// The value a flag got on the command line.
enum FlagValue: Hashable, Sendable {
    case toggle(Bool)
    case text(String)
    /// In the order in which they were given.
    case texts([String])
    case number(Int)
    case age(Duration)
}

/// The flags that more than one command knows.
extension Flag {
    static let help = Flag("help", short: "h", .toggle, "Show this help")
    static let version = Flag("version", short: "V", .toggle, "Print the version")
    static let json = Flag("json", .toggle, "Print one JSON document on standard output, and nothing else there")
    static let color = Flag("color", .toggle, "Use colour, or with --no-color do not; without either, only on a terminal")
    static let config = Flag("config", .text(placeholder: "path"), "The configuration file to use", example: "./understudy.json")
    static let stateDir = Flag(
        "state-dir", .text(placeholder: "path"), "The folder for the token, receipts and the health ledger", example: "~/.understudy")

    static let profile = Flag(
        "profile", .name(placeholder: "name"), "Work with the state folder ~/.understudy-<name>, and a gateway of its own", example: "work")
    static let dev = Flag("dev", .toggle, "The same as --profile dev")

    /// What every command takes.
    static let everywhere: [Flag] = [json, config, stateDir, profile, dev, color, help]

    static let url = Flag(
        "url", .text(placeholder: "url"), "Ask the gateway at this address; its token is then taken from --token or the environment only",
        example: "http://127.0.0.1:7100")
    static let token = Flag(
        "token", .secret(placeholder: "token"),
        "The gateway's token: - reads standard input, env:NAME a variable, as UNDERSTUDY_GATEWAY_TOKEN does",
        example: "ust_…")
    static let timeout = Flag(
        "timeout", .number(placeholder: "ms", range: 1...600_000), "How long to wait for the gateway, in milliseconds (5000)",
        example: "5000")

    /// What commands take that ask a running gateway.
    static let connection: [Flag] = [url, token, timeout]

    static let agent = Flag(
        "agent", .text(placeholder: "id"), "The agent whose chain to show; the default agent otherwise", example: "main")
}
