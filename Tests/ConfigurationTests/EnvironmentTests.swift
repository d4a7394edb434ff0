// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing

@testable import Configuration

@Suite struct `A variable in a text` {
    static let variables = ["A": "1", "LONG_NAME_2": "two", "_X": "x", "EMPTY": "", "NESTED": "${A}", "B": "sk-$&"]

    @Test(arguments: [
        ("plain", "plain"), ("${A}", "1"), ("a${A}b${LONG_NAME_2}c", "a1btwoc"), ("${_X}/v1", "x/v1"), ("$${A}", "${A}"),
        ("$$${A}", "$${A}"), ("${a}", "${a}"), ("${1A}", "${1A}"), ("${}", "${}"), ("${A", "${A"), ("$A", "$A"), ("${A B}", "${A B}"),
        ("$", "$"), ("${A-x}", "${A-x}"), ("$${a}", "$${a}"), ("${NESTED}", "${A}"), ("${B}", "sk-$&"), ("ü${A}ü", "ü1ü"), ("", ""),
    ]) func `is put in, and nothing else is`(text: String, expected: String) {
        #expect(Substitution.apply(to: text, variables: Self.variables) == .text(expected))
    }

    @Test(arguments: [("${NONE}", "NONE"), ("${EMPTY}", "EMPTY"), ("${A}${NONE}", "NONE")]) func `has to be set to something`(
        text: String, name: String
    ) { #expect(Substitution.apply(to: text, variables: Self.variables) == .missing(name)) }

    @Test func `cannot make a text of any length`() {
        let text = String(repeating: "${A}", count: 1000)
        #expect(Substitution.apply(to: text, variables: ["A": String(repeating: "x", count: 1000)]) == .tooLong)
    }
}

@Suite struct `A .env file` {
    @Test(arguments: [
        ("A=1", [["A", "1"]]), ("A=1\nB=2\n", [["A", "1"], ["B", "2"]]), ("A=1\r\nB=2\r\n", [["A", "1"], ["B", "2"]]),
        ("A=1\rB=2", [["A", "1"], ["B", "2"]]), ("export A=1", [["A", "1"]]), ("  A = 1  ", [["A", "1"]]),
        ("# A=1\n\n  # x\nB=2", [["B", "2"]]), ("A=1 # one", [["A", "1"]]), ("A=a#b", [["A", "a#b"]]), ("A=", [["A", ""]]),
        ("A= # nothing", [["A", ""]]), ("A='x # y'", [["A", "x # y"]]), ("A=\"x\\ny\\t\\\"\\\\\\$\"", [["A", "x\ny\t\"\\$"]]),
        ("A='x\\n'", [["A", "x\\n"]]), ("A='x' # y", [["A", "x"]]), ("A=\"1\n2\"\nB=3", [["A", "1\n2"], ["B", "3"]]),
        ("A=1\nA=2", [["A", "2"]]), ("\u{FEFF}A=1", [["A", "1"]]), ("A=a=b", [["A", "a=b"]]), ("A=${B}", [["A", "${B}"]]),
        ("export=1", [["export", "1"]]), ("A=`x`", [["A", "x"]]), ("", []), ("A=ü", [["A", "ü"]]),
    ]) func `is read as shells and dotenv read it`(text: String, expected: [[String]]) {
        let file = DotEnv(Array(text.utf8))
        #expect(file.variables.map { [$0.name, $0.value] } == expected)
        #expect(file.problems.isEmpty)
    }

    @Test(arguments: [
        ("A=1\nnonsense\nB=2", 2, "this is not NAME=value"), ("A=1\nB=2\n1C=3", 3, "this is not NAME=value"),
        ("A=1\nB=2\n=3", 3, "this is not NAME=value"), ("A=1\nC='open\nB=2", 2, "the quote that begins the value of C does not end"),
        ("A=1\nC='x' y\nB=2", 2, "something follows the quoted value of C"), ("A=1\nB=2\nC-D=3", 3, "this is not NAME=value"),
        ("A=1\nB=2\nC=\"1\n2\" 3", 3, "something follows the quoted value of C"),
    ]) func `loses its bad lines only, which are told by number`(text: String, line: Int, problem: String) {
        let file = DotEnv(Array(text.utf8))
        #expect(file.variables.map(\.name) == ["A", "B"])
        #expect(file.problems == [DotEnv.Problem(line: line, text: problem)])
    }

    @Test func `keeps within bounds`() {
        #expect(
            DotEnv(Array("A=".utf8) + [UInt8](repeating: 0x61, count: 65 << 10)).problems.map(\.text) == [
                "the value of A is longer than 64 KB"
            ])
        #expect(DotEnv([UInt8](repeating: 0x41, count: 2 << 20)).problems.map(\.text) == ["the file is bigger than 1 MB and is not read"])
        #expect(DotEnv(Array(String(repeating: "A='\n", count: 101).utf8)).problems.count <= 20)
        #expect(DotEnv(Array("A=".utf8) + [0xFF]).problems.map(\.text) == ["the value of A is not UTF-8 text"])
        #expect(DotEnv(Array("A=x\u{0}".utf8)).problems.map(\.text) == ["the value of A is not UTF-8 text"])
    }

    @Test func `stops where there is nothing but bad lines`() {
        let file = DotEnv(Array(String(repeating: "bad\n", count: 1000).utf8))
        #expect(file.problems.count == 20)
        #expect(file.problems.last?.text == "this is not NAME=value, as are many; the rest of the file is not read")
    }

    @Test(arguments: UInt64(0)..<200) func `never crashes`(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        let alphabet = Array("A=\"'`\\\n\r #$export{}\u{0}é".utf8)
        let bytes = (0..<64).map { _ -> UInt8 in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return alphabet[Int(state % UInt64(alphabet.count))]
        }
        for (name, value) in DotEnv(bytes).variables { #expect(!name.isEmpty && !value.utf8.contains(0)) }
    }
}

@Suite struct `A variable` {
    static let files = [
        "/home/me/stage/.env":
            "FROM_ALL=working\nFROM_FILES=working\nOPENAI_API_KEY=evil\nOPENAI_BASE_URL=http://evil\nHF_TOKEN=evil\nUNDERSTUDY_GATEWAY_PORT=1\nBAD",
        "/etc/understudy/.env": "FROM_ALL=beside\nFROM_STATE=beside\nFROM_BESIDE=beside\nGROQ_API_KEY=good",
        "/var/understudy/.env": "FROM_ALL=state\nFROM_FILES=state\nFROM_STATE=state\nOPENAI_API_KEY=good\nSET_EMPTY=state",
    ]
    static let text =
        "{ env: { FROM_ALL: 'env', FROM_FILES: 'env', FROM_STATE: 'env', FROM_ENV: 'env', vars: { FROM_VARS: '${FROM_STATE}!' } } }"

    @Test(arguments: [
        ("FROM_ALL", "process"), ("FROM_FILES", "working"), ("FROM_STATE", "state"), ("FROM_BESIDE", "beside"), ("GROQ_API_KEY", "good"),
        ("FROM_ENV", "env"), ("FROM_VARS", "state!"),
        ("OPENAI_API_KEY", "good"), ("SET_EMPTY", "state"),
    ]) func `comes from the process, then .env files, then the settings`(name: String, value: String) throws {
        let (settings, _) = try read(
            Self.text, Self.files, environment: ["FROM_ALL": "process", "SET_EMPTY": ""], workingFolder: "/home/me/stage")
        #expect(settings.environment[name] == Secret(value))
    }

    @Test func `of a working folder decides neither keys nor addresses`() throws {
        let (settings, notes) = try read("{}", Self.files, workingFolder: "/home/me/stage")
        #expect(settings.environment["OPENAI_BASE_URL"] == nil)
        #expect(settings.environment["HF_TOKEN"] == nil)
        #expect(settings.gateway.port == 7100)
        #expect(
            notes.map(\.description) == [
                "/home/me/stage/.env:7: this is not NAME=value",
                "/home/me/stage/.env: not taken from a working folder: OPENAI_API_KEY, OPENAI_BASE_URL, HF_TOKEN, UNDERSTUDY_GATEWAY_PORT. Put them into /var/understudy/.env, or into the environment",
            ])
    }

    @Test(arguments: [
        "OPENAI_API_KEY", "openai_api_key", "X_API_KEYS", "X_API_KEY_2", "ANTHROPIC_OAUTH_TOKEN", "GITHUB_TOKEN", "OPENCLAW_LIVE_X_KEY",
        "UNDERSTUDY_STATE_DIR", "X_BASE_URL", "X_API_HOST", "HTTPS_PROXY", "CLAWHUB_X", "MATRIX_HOMESERVER",
    ]) func `that says who pays or where to call needs trust`(name: String) { #expect(EnvironmentLayers.needsTrust(name)) }

    @Test(arguments: ["TEAM", "REGION", "MODEL", "APIKEY", "BASE_URLS"]) func `that says neither does not`(name: String) {
        #expect(!EnvironmentLayers.needsTrust(name))
    }

    @Test func `may come from a working folder that is the state folder`() throws {
        let (settings, notes) = try read("{}", Self.files, workingFolder: "/var/understudy")
        #expect(settings.environment["OPENAI_API_KEY"] == Secret("good"))
        #expect(notes.isEmpty)
    }

    @Test func `of a working folder needs trust even where the settings are in it`() throws {
        let (settings, _) = try read("{}", Self.files, workingFolder: "/etc/understudy")
        #expect(settings.environment["GROQ_API_KEY"] == nil)
        #expect(settings.environment["FROM_BESIDE"] == Secret("beside"))
    }

    @Test func `of the settings can be used in the settings`() throws {
        let (settings, _) = try read("{ env: { KEY: 'sk-1' }, models: { providers: { openai: { apiKey: '${KEY}' } } } }")
        #expect(settings.configuredKeys["openai"] == Secret("sk-1"))
    }

    @Test func `in an unreadable .env file is missing, which is noted`() throws {
        var files = GivenFiles([settingsPath: "{}"])
        files.failures["/etc/understudy/.env"] = .notPermitted
        let (_, notes) = try SettingsReader.read(path: settingsPath, source: files, environment: [:])
        #expect(notes.map(\.description) == ["/etc/understudy/.env: the file may not be read by this user; it counts as empty"])
    }
}
