// SPDX-License-Identifier: Apache-2.0
import Credentials
import JSON
import Store
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A home folder and what `understudy models auth …` does in it.
private struct Desk {
    let home: TemporaryHome
    static let file = ".understudy/agents/main/agent/auth-profiles.json"

    init() throws { home = try TemporaryHome() }

    @discardableResult
    func auth(_ words: String, input: String = "", environment: [String: String] = [:]) async throws -> BuiltBinary.Finished {
        try await BuiltBinary().run(
            ["models", "auth"] + words.split(separator: " ").map(String.init), environment: environment, input: input, home: home)
    }

    func stored(_ file: String = Self.file) throws -> JSONValue { try JSONValue.parse(Array((home.read(file) ?? "").utf8)) }

    func mode(_ file: String = Self.file) -> mode_t {
        var status = stat()
        return stat("\(home.path)/\(file)", &status) == 0 ? status.st_mode & 0o777 : 0
    }
}

@Suite(.timeLimit(.minutes(5))) struct `Stored credentials by command` {
    static let first = "sk-proj-0123456789abcdef-one"
    static let second = "sk-proj-0123456789abcdef-two"

    @Test func `are kept where the gateway reads them, for nobody else to see`() async throws {
        let desk = try Desk()
        let one = try await desk.auth("paste-api-key --provider openai --profile-id openai:key1 --key -", input: Self.first + "\n")
        #expect(one.status == 0 && one.error.isEmpty, "\(one.error)")
        #expect(one.out.hasPrefix("Stored: openai:key1 (API key sk-…-one) in ~/\(Desk.file)\n"), "\(one.out)")
        let two = try await desk.auth("add --provider openai --profile-id key2 --key env:K", environment: ["K": Self.second])
        #expect(two.status == 0 && two.error.isEmpty, "\(two.error)")
        let profiles = try desk.stored()["profiles"]
        #expect(profiles?["openai:key1"] == ["type": "api_key", "provider": "openai", "key": .string(Self.first)])
        #expect(profiles?["openai:key2"]?["key"]?.string == Self.second)
        #expect(desk.mode() == 0o600)
        let list = try await desk.auth("list --json")
        let document = try JSONValue.parse(Array(list.out.utf8))
        #expect(document["profiles"]?.array?.compactMap { $0["profileId"]?.string } == ["openai:key1", "openai:key2"])
        #expect(!list.out.contains(Self.first) && !one.out.contains(Self.first))
        let shown = try await BuiltBinary().run(["models", "list", "--json"], home: desk.home)
        #expect(shown.status == 0)
    }

    @Test func `follow the order of the seed that could not set one`() async throws {
        let desk = try Desk()
        for (name, key) in [("key1", Self.first), ("key2", Self.second)] {
            try await desk.auth("paste-api-key --provider openai --profile-id \(name) --key -", input: key)
        }
        let set = try await desk.auth("order set --provider openai openai:key2 openai:key1")
        #expect(set.status == 0, "\(set.error)")
        #expect(set.out.contains("Order         : openai:key2, openai:key1\n"))
        #expect(try desk.stored()["order"] == ["openai": ["openai:key2", "openai:key1"]])
        let unknown = try await desk.auth("order set --provider openai openai:key3")
        #expect(unknown.status == 1)
        #expect(unknown.error.contains("openai has no credential \"openai:key3\""))
        let other = try await desk.auth("order set --provider groq openai:key1")
        #expect(other.status == 1)
        #expect(other.error.contains("openai:key1 is a credential of openai, not of groq"))
        let narrow = try await desk.auth("order set --provider openai openai:key1")
        #expect(narrow.error.contains("Not used any more, as the order does not name them: openai:key2"))
        // What an order leaves out can be put back.
        #expect(try await desk.auth("order set --provider openai openai:key2").status == 0)
        let get = try await desk.auth("order get --provider openai --json")
        let document = try JSONValue.parse(Array(get.out.utf8))
        #expect(document["order"] == ["openai:key2"])
        #expect(try await desk.auth("order clear --provider openai").status == 0)
        #expect(try desk.stored()["order"] == nil)
        #expect(try await desk.auth("order get --provider opanai").error.contains("Did you mean openai?"))
    }

    @Test func `are changed in main's file where an agent has them from main`() async throws {
        let desk = try Desk()
        try desk.home.write("{ agents: { list: [{ id: 'main', default: true }, { id: 'ops' }] } }", to: ".understudy/understudy.json")
        try await desk.auth("paste-api-key --provider groq --key -", input: "gsk_0123456789abcdef")
        let again = try await desk.auth("paste-api-key --provider groq --key - --agent ops", input: "gsk_fedcba9876543210")
        #expect(again.out.contains("That is main's file, which the agent ops reads too."), "\(again.out)")
        #expect(try desk.stored()["profiles"]?["groq:default"]?["key"] == "gsk_fedcba9876543210")
        let own = try await desk.auth("paste-api-key --provider groq --profile-id own --key - --agent ops", input: "gsk_aaaaaaaaaaaaaaaa")
        #expect(own.status == 0)
        let file = ".understudy/agents/ops/agent/auth-profiles.json"
        #expect(try desk.stored(file)["profiles"]?.object?.keys == ["groq:own"])
        let gone = try await desk.auth("logout groq:default --agent ops --yes")
        #expect(gone.out.contains("main's file, which the agent ops reads too"), "\(gone.out)")
        #expect(try desk.stored()["profiles"] == [:])
        #expect(try desk.stored(file)["profiles"]?.object?.keys == ["groq:own"])
    }

    @Test func `in OpenClaw's folder are read and never written`() async throws {
        let desk = try Desk()
        try desk.home.write("{}", to: ".openclaw/openclaw.json")
        let theirs = #"{"version":1,"profiles":{"openai:theirs":{"type":"api_key","provider":"openai","key":"sk-theirs-0123456789"}}}"#
        let place = ".openclaw/agents/main/agent/auth-profiles.json"
        try desk.home.write(theirs, to: place)
        let config = " --config ~/.openclaw/openclaw.json".replacing("~", with: desk.home.path)
        #expect(try await desk.auth("list\(config)").out.contains("openai:theirs"))
        let refused = try await desk.auth("logout openai:theirs --yes\(config)")
        #expect(refused.status == 1)
        #expect(refused.error.contains("which is OpenClaw's and never written here"))
        #expect(try await desk.auth("paste-api-key --provider openai --profile-id theirs --key -\(config)", input: Self.first).status == 0)
        #expect(desk.home.read(place) == theirs)
        #expect(try desk.stored()["profiles"]?["openai:theirs"]?["key"]?.string == Self.first)
    }

    @Test func `that this version does not know survive every change`() async throws {
        let desk = try Desk()
        let text = """
            {"version": 1, "lastGood": {"openai": "openai:a"}, "profiles": {"openai:odd": {"type": "future", "x": [1, 2.50]}, "broken": 7,
              "openai:old": {"type": "token", "provider": "openai", "token": "t-0123456789abcdef", "expires": 1000}},
              "order": {"openai": ["openai:gone", "openai:odd"]}, "later": {"a": null}}
            """
        try desk.home.write(text, to: Desk.file)
        try await desk.auth("paste-api-key --provider openai --key -", input: Self.first)
        let cleaned = try await desk.auth("clean --yes")
        #expect(cleaned.status == 0, "\(cleaned.error)")
        #expect(cleaned.out.contains("openai:old: an expired token"))
        let after = try desk.stored()
        #expect(after["profiles"]?.object?.keys == ["openai:odd", "broken", "openai:default"])
        #expect(after["profiles"]?["openai:odd"] == (try JSONValue.parse(Array(#"{"type": "future", "x": [1, 2.50]}"#.utf8))))
        #expect(after["order"] == ["openai": ["openai:odd"]])
        #expect(after["later"] == ["a": nil] && after["lastGood"] == ["openai": "openai:a"])
    }

    @Test func `in the flat shape of older versions become version 1 when one is added`() async throws {
        let desk = try Desk()
        try desk.home.write(#"{"openai": {"apiKey": "sk-old-0123456789"}, "groq": {"apiKey": "gsk-old-0123456789"}}"#, to: Desk.file)
        try await desk.auth("paste-api-key --provider openai --profile-id second --key -", input: Self.first)
        let after = try desk.stored()
        #expect(after["version"] == 1)
        #expect(after["profiles"]?["openai:default"] == ["type": "api_key", "provider": "openai", "key": "sk-old-0123456789"])
        #expect(after["profiles"]?.object?.keys == ["openai:default", "groq:default", "openai:second"])
    }

    @Test(
        arguments: [
            ("paste-api-key --key -", 64, "--provider is missing"),
            ("paste-api-key --provider openai", 64, "--key - (standard input) or --key env:NAME"),
            ("paste-api-key --provider openai --key env:NOT_SET", 64, "NOT_SET, which is not set here"),
            ("paste-api-key --provider opnai --key -", 64, "Did you mean openai?"),
            ("paste-api-key --provider openai --profile-id groq:x --key -", 64, "called after another provider"),
            ("paste-api-key --provider openai --ref exec:x", 64, "--ref takes env:NAME"),
            ("paste-api-key --provider openai --ref env:A --key -", 64, "--ref or --key, not both"),
            ("setup-token --provider anthropic --token -", 1, "they begin with sk-ant-oat01-"),
            ("setup-token --provider openai --token -", 64, "Anthropic's alone"),
            ("paste-token --provider openai --expires-in soon", 64, "--expires-in takes"),
            ("add", 64, "there is no terminal to ask: Which provider?"), ("add --provider openai", 64, "--method"),
            ("add --provider minimax-portal", 64, "understudy models auth login --provider minimax-portal --method device"),
            ("add --provider google-gemini-cli", 64, "understudy models auth login --provider google-gemini-cli --method paste"),
            ("login --provider openai-codex", 64, "there is no terminal to sign in at ChatGPT from"),
            ("login", 64, "there is no terminal to ask: Where do you want to sign in?"),
            ("logout openai:x", 1, "no stored profile \"openai:x\""), ("logout", 1, "has no stored profiles"),
            ("list --agent nobody", 1, "there is no agent \"nobody\""), ("order set --provider openai", 64, "<credential> is missing"),
        ] as [(String, Int32, String)])
    func `are not touched by what is wrong, and the words say what is`(words: String, status: Int32, why: String) async throws {
        let desk = try Desk()
        let finished = try await desk.auth(words, input: "sk-proj-0123456789abcdef")
        #expect(finished.status == status, "\(finished.out)\(finished.error)")
        #expect(finished.error.contains(why), "\(finished.error)")
        #expect(desk.home.read(Desk.file) == nil)
    }

    @Test func `may be references, which a gateway follows`() async throws {
        let desk = try Desk()
        try desk.home.write("sk-in-a-file-0123456789", to: "key.txt")
        try desk.home.write(
            "{ secrets: { providers: { box: { source: 'file', path: '~/key.txt', mode: 'singleValue' } } } }",
            to: ".understudy/understudy.json")
        let stored = try await desk.auth("paste-api-key --provider openai --ref file:box:value")
        #expect(stored.status == 0 && stored.out.contains("(API key file:box:value)"), "\(stored.out)\(stored.error)")
        #expect(!(desk.home.read(Desk.file) ?? "").contains("in-a-file"))
        let list = try await desk.auth("list")
        #expect(list.out.contains("sk-…6789"), "\(list.out)")
        let missing = try await desk.auth("paste-api-key --provider groq --ref env:NOT_SET")
        #expect(missing.out.contains("It cannot be used yet: environment variable NOT_SET is not set."), "\(missing.out)")
    }
}

@Suite(.timeLimit(.minutes(5))) struct `The file of stored credentials` {
    @Test func `loses nothing to several commands that write at once`() async throws {
        let desk = try Desk()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<5 {
                group.addTask {
                    for number in 0..<4 {
                        let words = "paste-api-key --provider openai --profile-id w\(writer)n\(number) --key -"
                        let done = try await desk.auth(words, input: "sk-proj-0123456789-\(writer)-\(number)")
                        #expect(done.status == 0, "\(done.error)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try desk.stored()["profiles"]?.object?.count == 20)
    }

    @Test func `that another process holds for too long is told in plain words`() async throws {
        let desk = try Desk()
        try await desk.auth("paste-api-key --provider openai --key -", input: "sk-proj-0123456789-1")
        let lock = FileLock(path: "\(desk.home.path)/\(Desk.file).understudy.lock", patience: .zero)
        let isHeld = lock.isHeld
        #expect(isHeld)
        let refused = try await desk.auth("paste-api-key --provider openai --key -", input: "sk-proj-0123456789-2")
        withExtendedLifetime(lock) {}
        #expect(refused.status == 1)
        #expect(refused.error.contains("another process has held its lock for 10 s"), "\(refused.error)")
        #expect(try desk.stored()["profiles"]?["openai:default"]?["key"] == "sk-proj-0123456789-1")
    }

    @Test func `has one lock, also for those who reach it through links`() async throws {
        let desk = try Desk()
        try await desk.auth("paste-api-key --provider openai --key -", input: "sk-proj-0123456789-1")
        try desk.home.write("{ agents: { list: [{ id: 'main', default: true }, { id: 'ops' }] } }", to: ".understudy/understudy.json")
        try desk.home.write("", to: ".understudy/agents/ops/agent/models.json")
        let other = "\(desk.home.path)/.understudy/agents/ops/agent/auth-profiles.json"
        #expect(symlink("\(desk.home.path)/\(Desk.file)", other) == 0)
        do {
            let lock = FileLock(path: "\(desk.home.path)/\(Desk.file).understudy.lock", patience: .zero)
            let refused = try await desk.auth("paste-api-key --provider groq --agent ops --key -", input: "gsk_0123456789abcdef")
            withExtendedLifetime(lock) {}
            #expect(refused.status == 1)
            #expect(refused.error.contains("another process has held its lock"), "\(refused.error)")
        }
        #expect(try await desk.auth("paste-api-key --provider groq --agent ops --key -", input: "gsk_0123456789abcdef").status == 0)
        #expect(try desk.stored()["profiles"]?.object?.count == 2)
    }

    @Test func `whose lock cannot be made is not said to be held by somebody`() async throws {
        let desk = try Desk()
        try desk.home.write("x", to: Desk.file + ".understudy.lock/inside")
        let refused = try await desk.auth("paste-api-key --provider openai --key -", input: "sk-proj-0123456789-2")
        #expect(refused.status == 1)
        #expect(refused.error.contains("cannot open the lock"), "\(refused.error)")
        #expect(refused.error.contains("Is a directory"), "\(refused.error)")
    }

    @Test func `is not made by who only looks`() async throws {
        let desk = try Desk()
        #expect(try await desk.auth("clean --dry-run").status == 0)
        #expect(try await desk.auth("clean --yes").status == 0)
        #expect(try await desk.auth("order clear --provider openai").status == 0)
        #expect(desk.home.read(Desk.file) == nil)
        #expect(access("\(desk.home.path)/.understudy", F_OK) != 0)
    }

    @Test(arguments: [
        ("[]", "it is not an object"), ("{\"version\": 1,", "it is not JSON: line 1"), ("", "it is not JSON"),
        (#"{"version": 1, "profiles": [{"id": "openai:a"}]}"#, "its `profiles` is not an object"),
        (#"{"version": 1, "profiles": {}, "order": ["openai:a"]}"#, "its `order` is not an object"),
    ])
    func `is not written over where it is not understood`(text: String, why: String) async throws {
        let desk = try Desk()
        try desk.home.write(text, to: Desk.file)
        let refused = try await desk.auth("paste-api-key --provider openai --key -", input: "sk-proj-0123456789-2")
        #expect(refused.status == 1)
        #expect(refused.error.contains(why), "\(refused.error)")
        #expect(desk.home.read(Desk.file) == text)
    }

    @Test func `cannot be a folder`() async throws {
        let desk = try Desk()
        try desk.home.write("x", to: Desk.file + "/inside")
        let refused = try await desk.auth("paste-api-key --provider openai --key -", input: "sk-proj-0123456789-2")
        #expect(refused.status == 1)
        #expect(refused.error.contains("it is not a file"), "\(refused.error)")
    }
}

@Suite(.timeLimit(.minutes(5))) struct `At a terminal` {
    @Test func `a credential is added step by step, and the key is never shown`() async throws {
        let home = try TemporaryHome()
        let session = try TypedSession(["models", "auth", "add"], home: home)
        try await session.shows("Which provider?")
        session.type("open\n")
        try await session.shows("openrouter")
        session.type("openrouter\n")
        try await session.shows("How does openrouter let you in?")
        session.type("1\n")
        try await session.shows("openrouter API key (nothing is shown")
        #expect(await eventually { !session.isShowing })
        session.type("\"sk-or-v1-0123456789abcdef\"\n")
        try await session.shows("quotation marks")
        // A slip, rubbed out.
        session.type("wrong\u{15}sk-or-v1-0123456789abcdez\u{7F}f\n")
        #expect(try await session.status() == 0, "\(session.screen)")
        #expect(session.isShowing)
        #expect(session.screen.contains("Stored: openrouter:default (API key sk-…cdef)"), "\(session.screen)")
        #expect(!session.screen.contains("0123456789"))
        #expect(home.read(".understudy/agents/main/agent/auth-profiles.json")?.contains("\"sk-or-v1-0123456789abcdef\"") == true)
    }

    @Test func `a long token is taken whole`() async throws {
        let home = try TemporaryHome()
        let session = try TypedSession(["models", "auth", "paste-token", "--provider", "openai"], home: home)
        try await session.shows("nothing is shown")
        #expect(await eventually { !session.isShowing })
        // Longer than the 4096 bytes at which a terminal cuts a line.
        session.type(String(repeating: "abcdefghij", count: 600) + "\n")
        #expect(try await session.status() == 0, "\(session.screen)")
        #expect(
            home.read(".understudy/agents/main/agent/auth-profiles.json")?.contains(String(repeating: "abcdefghij", count: 600)) == true)
    }

    @Test(arguments: [("\u{03}", 130), ("\u{04}", 1)] as [(String, Int32)])
    func `whoever leaves a prompt leaves everything as it was`(typed: String, status: Int32) async throws {
        let home = try TemporaryHome()
        let session = try TypedSession(["models", "auth", "paste-api-key", "--provider", "openai"], home: home)
        try await session.shows("nothing is shown")
        #expect(await eventually { !session.isShowing })
        session.type("sk-proj-0123" + (typed == "\u{04}" ? "\u{15}" : "") + typed)
        #expect(try await session.status() == status)
        #expect(session.isShowing, "the terminal was left quiet")
        #expect(session.screen.contains("nothing was changed"))
        #expect(home.read(".understudy/agents/main/agent/auth-profiles.json") == nil)
    }

    @Test func `a signal leaves a terminal that shows what is typed`() async throws {
        let home = try TemporaryHome()
        let session = try TypedSession(["models", "auth", "paste-api-key", "--provider", "openai"], home: home)
        try await session.shows("nothing is shown")
        #expect(await eventually { !session.isShowing })
        session.signal(SIGTERM)
        #expect(try await session.status() == -SIGTERM)
        #expect(session.isShowing)
    }

    @Test func `a browser is opened where there is one, and the address is shown all the same`() async throws {
        let home = try TemporaryHome()
        let script =
            "#!/bin/sh\nread -r pid name state parent group session rest < /proc/self/stat\n"
            + "echo \"$1 $((session == $$))\" > \"$HOME/opened\"\n"
        for name in ["xdg-open", "open"] { try home.write(script, to: "bin/\(name)", mode: 0o700) }
        let session = try TypedSession(
            ["models", "auth", "login", "--provider", "google-gemini-cli"], home: home,
            environment: ["DISPLAY": ":7", "PATH": "\(home.path)/bin:/usr/bin:/bin"])
        try await session.shows("https://accounts.google.com/o/oauth2/v2/auth?")
        #expect(await eventually { home.read("opened")?.hasSuffix("\n") == true })
        let opened = try #require(home.read("opened"))
        #expect(opened.hasPrefix("https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id="), "\(opened)")
        #if os(Linux)
            // In a session of its own: Ctrl-C here does not close it.
            #expect(opened.hasSuffix(" 1\n"), "\(opened)")
        #endif
    }

    @Test func `a removal asks first`() async throws {
        let home = try TemporaryHome()
        let key = "sk-proj-0123456789abcdef"
        _ = try await BuiltBinary().run(["models", "auth", "paste-api-key", "--provider", "openai", "--key", "-"], input: key, home: home)
        for (answer, status, isThere) in [("\n", 1, true), ("y\n", 0, false)] as [(String, Int32, Bool)] {
            let session = try TypedSession(["models", "auth", "logout", "openai:default"], home: home)
            try await session.shows("Remove openai:default?")
            session.type(answer)
            #expect(try await session.status() == status)
            #expect(home.read(".understudy/agents/main/agent/auth-profiles.json")?.contains(key) == isThere)
        }
    }
}
