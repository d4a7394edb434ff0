// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import Providers
import Store
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A home folder with a state folder, and the pool that is read from it.
struct Place {
    let home: TemporaryHome
    var settings = Settings()
    var now = Timestamp(milliseconds: 1_763_690_000_000)

    init() throws {
        home = try TemporaryHome()
        settings.providers = [:]
        for id in ["openai", "anthropic", "groq"] as [ProviderID] { try add(id, "https://\(id).example/v1") }
    }

    mutating func add(_ id: ProviderID, _ url: String) throws {
        settings.providers[id] = Provider(id: id, baseURL: try #require(BaseURL(url)))
    }

    func profiles(_ text: String, agent: String = "main") throws {
        try home.write(text, to: "state/agents/\(agent)/agent/auth-profiles.json")
    }

    var pool: PoolSnapshot {
        CredentialPool.load(PoolSources(settings: settings, folders: ["\(home.path)/state"], home: home.path), now: now)
    }

    /// Such as `openai:a=key`, with `!` and the reason behind an unusable one.
    func found(_ provider: ProviderID = "openai", agent: AgentID = "main") -> [String] {
        pool.credentials(for: provider, agent: agent).map { credential in
            "\(credential.id)=\(credential.secret.withExposed { $0 })\(credential.unusable.map { " !\($0)" } ?? "")"
        }
    }
}

@Suite struct `The credential pool` {
    static let three = """
        {"version": 1, "profiles": {
            "openai:key": {"type": "api_key", "provider": "openai", "key": "k1"},
            "openai:pasted": {"type": "token", "provider": "openai", "token": "t1"},
            "openai:me@example.org": {"type": "oauth", "provider": "openai", "access": "o1", "refresh": "r1", "expires": 1763690000001,
                "email": "me@example.org"},
            "openai:second": {"type": "api_key", "provider": "openai", "key": "k2"},
            "groq:default": {"type": "api_key", "provider": "groq", "key": "g1"}
        }}
        """

    @Test func `has nothing where there is nothing, and says nothing about it`() throws {
        let place = try Place()
        #expect(place.found() == [])
        #expect(place.pool.notes == [])
        #expect(place.pool.paths.count == 3)
    }

    @Test func `knows the project that a login belongs to`() throws {
        var place = try Place()
        try place.add("google-gemini-cli", "https://cloudcode-pa.example")
        try place.profiles(
            #"""
            {"version": 1, "profiles": {"google-gemini-cli:me": {"type": "oauth", "provider": "google-gemini-cli", "access": "ya29.a",
              "projectId": "p-1"}, "google-gemini-cli:you": {"type": "oauth", "provider": "google-gemini-cli", "access": "ya29.b"}}}
            """#)
        let provider: ProviderID = "google-gemini-cli"
        #expect(place.pool.project("google-gemini-cli:me", of: provider, agent: "main") == "p-1")
        #expect(place.pool.project("google-gemini-cli:you", of: provider, agent: "main") == nil)
    }

    @Test func `puts OAuth before token before API key before config before environment`() throws {
        var place = try Place()
        try place.profiles(Self.three)
        try place.home.write(#"{"providers": {"openai": {"apiKey": "m1"}}}"#, to: "state/agents/main/agent/models.json")
        place.settings.configuredKeys = ["openai": Secret("c1")]
        place.settings.environment = ["OPENAI_API_KEYS": Secret("e1 k2 c1 e2")]
        #expect(
            place.found() == [
                "openai:me@example.org=o1", "openai:pasted=t1", "openai:key=k1", "openai:second=k2", "openai:config=c1",
                "openai:models.json=m1", "openai:OPENAI_API_KEYS.1=e1", "openai:OPENAI_API_KEYS.4=e2",
            ])
        #expect(place.found("groq") == ["groq:default=g1"])
        #expect(place.found("anthropic") == [])
        let pool = place.pool
        #expect(pool.secret("openai:config", agent: "main")?.withExposed { $0 } == "c1")
        #expect(pool.secret("openai:nobody", agent: "main") == nil)
        #expect(
            pool.credentials(for: "openai", agent: "main").map(\.source).suffix(5) == [
                "auth-profiles.json", "models.providers.openai.apiKey", "models.json", "env: OPENAI_API_KEYS[1]", "env: OPENAI_API_KEYS[4]",
            ])
        #expect(pool.credentials(for: "openai", agent: "main").first?.label == "me@example.org")
    }

    @Test(arguments: [
        (["openai:second", "openai:key"], ["openai:second", "openai:key", "openai:config"]),
        (["openai:gone", "openai:pasted"], ["openai:pasted", "openai:config"]),
        (["openai:config", "openai:key"], ["openai:config", "openai:key"]),
        // Drift: nothing of it exists.
        (["openai:gone"], ["openai:me@example.org", "openai:pasted", "openai:key", "openai:second", "openai:config"]),
        ([], ["openai:me@example.org", "openai:pasted", "openai:key", "openai:second", "openai:config"]),
    ])
    func `follows an explicit order and repairs one that names nothing`(order: [CredentialID], wanted: [CredentialID]) throws {
        var place = try Place()
        try place.profiles(Self.three)
        place.settings.configuredKeys = ["openai": Secret("c1")]
        if !order.isEmpty { place.settings.auth.order = ["openai": order] }
        #expect(place.pool.credentials(for: "openai", agent: "main").map(\.id) == wanted)
        #expect(place.pool.notes.count == (order == ["openai:gone"] ? 1 : 0))
    }

    @Test func `lets the agent's own stored order win`() throws {
        var place = try Place()
        place.settings.auth.order = ["openai": ["openai:key"]]
        try place.profiles(Self.three.dropLast(1) + #", "order": {"openai": ["openai:second"]}}"#)
        #expect(place.found() == ["openai:second=k2"])
        try place.home.write(#"{"version": 1, "order": {"openai": ["openai:pasted"]}}"#, to: "state/agents/main/agent/auth-state.json")
        #expect(place.found() == ["openai:pasted=t1"])
    }

    @Test func `takes configured profiles first, with their labels, and holds them to what was said`() throws {
        var place = try Place()
        try place.profiles(Self.three)
        place.settings.auth.profiles = [
            AuthSettings.Profile(id: "openai:second", provider: "openai", kind: .apiKey, label: "The spare"),
            AuthSettings.Profile(id: "openai:missing", provider: "openai", kind: .apiKey),
            AuthSettings.Profile(id: "openai:pasted", provider: "openai", kind: .oauth),
            AuthSettings.Profile(id: "openai:key", provider: "openai", kind: .oauth),
            AuthSettings.Profile(id: "groq:default", provider: "openai", kind: .apiKey),
        ]
        #expect(
            place.found() == [
                "openai:second=k2", "openai:pasted=t1", "openai:key=k1 !auth.profiles says mode oauth, the stored profile is api_key",
                "openai:me@example.org=o1",
            ])
        #expect(place.found("groq") == ["groq:default=g1 !auth.profiles says provider openai, the stored profile groq"])
        #expect(place.pool.credentials(for: "openai", agent: "main").first?.label == "The spare")
    }

    @Test func `keeps what has expired as unusable, judged by the given time`() throws {
        var place = try Place()
        try place.profiles(
            """
            {"profiles": {
                "openai:o": {"type": "oauth", "provider": "openai", "access": "o", "expires": 1763690000000},
                "openai:o2": {"type": "oauth", "provider": "openai", "access": "o2", "expires": 1763690000001},
                "openai:t": {"type": "token", "provider": "openai", "token": "t", "expires": 1},
                "openai:x": {"type": "token", "provider": "openai", "token": "x", "expires": "soon"},
                "openai:n": {"type": "token", "provider": "openai", "token": "n", "expires": null}
            }}
            """)
        #expect(
            place.found() == [
                "openai:o=o !expired; sign in again", "openai:o2=o2", "openai:t=t !expired; paste a new token",
                "openai:x=x !its expiry is not a time in milliseconds", "openai:n=n",
            ])
        place.now = Timestamp(milliseconds: 1_763_690_000_001)
        #expect(place.found()[1] == "openai:o2=o2 !expired; sign in again")
    }

    @Test func `reads keys that stand in variables`() throws {
        var place = try Place()
        place.settings.environment = ["MY_KEY": Secret("from-env"), "SPARE_TOKEN": Secret(" t ")]
        try place.profiles(
            """
            {"profiles": {
                "openai:a": {"type": "api_key", "provider": "openai", "keyRef": {"source": "env", "provider": "default", "id": "MY_KEY"}},
                "openai:b": {"type": "token", "provider": "openai", "tokenRef": {"source": "env", "id": "SPARE_TOKEN"}},
                "openai:c": {"type": "api_key", "provider": "openai", "keyRef": {"source": "env", "id": "UNSET"}},
                "openai:d": {"type": "api_key", "provider": "openai", "key": {"source": "exec", "id": "pass"}},
                "openai:e": {"type": "api_key", "provider": "openai", "keyRef": {"source": "smoke"}},
                "openai:f": {"type": "oauth", "provider": "openai", "access": {"source": "env", "id": "MY_KEY"}}
            }}
            """)
        try place.home.write(
            """
            {"providers": {"groq": {"apiKey": "MY_KEY"}, "openai": {"apiKey": "UNSET_KEY"},
                "anthropic": {"apiKey": "secretref-managed"}}}
            """,
            to: "state/agents/main/agent/models.json")
        #expect(
            place.found() == [
                "openai:b=t", "openai:a=from-env", "openai:c= !environment variable UNSET is not set",
                #"openai:d= !its reference names default, which is missing in secrets.providers; write {source: "exec", …} there"#,
                #"openai:e= !a reference of source "smoke" cannot be followed; env, file and exec can"#,
            ])
        #expect(place.found("groq") == ["groq:models.json=from-env"])
        #expect(place.found("anthropic") == [])
        #expect(
            place.pool.notes.map(\.text) == [
                #"profile "openai:f" is left out: it has no access"#
            ])
    }

    @Test func `reads the flat shapes of older versions`() throws {
        let place = try Place()
        try place.profiles(
            """
            {"openai": {"apiKey": "a"}, "groq": {"type": "api_key", "key": "g"}, "anthropic:x": {"access": "o"},
                "lastGood": {}, "order": {}}
            """)
        #expect(place.found() == ["openai:default=a"])
        #expect(place.found("groq") == ["groq:default=g"])
        #expect(place.found("anthropic") == ["anthropic:x=o"])
        #expect(place.pool.notes == [])
    }

    @Test func `skips what makes no sense and reads the rest`() throws {
        let place = try Place()
        try place.profiles(
            """
            {"version": 2, "profiles": {
                "openai:1": 17, "openai:2": {"type": "magic", "key": "k"}, "openai:3": {"type": "api_key", "provider": "openai", "key": ""},
                "": {"type": "api_key", "key": "k"}, "evil\\u0007\\nname": {}, "openai:good": {"type": "api_key", "key": " good\\n"}
            }}
            """)
        #expect(place.found() == ["openai:good=good"])
        #expect(
            place.pool.notes.map(\.text) == [
                "its version is not 1; read as if it were", #"profile "openai:1" is left out: it is not an object"#,
                #"profile "openai:2" is left out: its `type` is not api_key, token or oauth"#,
                #"profile "openai:3" is left out: it has no key"#, #"profile "" is left out: it names no provider"#,
                #"profile "evil??name" is left out: its `type` is not api_key, token or oauth"#,
            ])
    }

    @Test(arguments: [
        ("[]", "it is not an object"), ("{\"profiles\": []}", "its `profiles` is not an object"),
        ("{\"profiles\": {", "it is not JSON: line 1, column"), ("", "it is not JSON: line 1, column 1"), ("\u{0}\u{0}", "it is not JSON"),
        (String(repeating: "[", count: 10_000), "it is not JSON"),
        ("{\"a\": \"" + String(repeating: "x", count: 1 << 20) + "\"}", "it is not read: it has more than 1048576 bytes"),
    ])
    func `answers a file that it cannot understand with a note that names it`(text: String, words: String) throws {
        var place = try Place()
        place.settings.configuredKeys = ["openai": Secret("c1")]
        try place.profiles(text)
        let notes = place.pool.notes
        #expect(notes.count == 1)
        #expect(notes.first?.place == "\(place.home.path)/state/agents/main/agent/auth-profiles.json")
        #expect(notes.first?.text.hasPrefix(words) == true, "\(notes.first?.text ?? "")")
        #expect(place.found() == ["openai:config=c1"])
    }

    @Test func `answers a folder or a pipe in a file's place with a note`() throws {
        let place = try Place()
        try place.home.write("", to: "state/agents/main/agent/auth-profiles.json/file")
        #expect(mkfifo("\(place.home.path)/state/agents/main/agent/models.json", 0o600) == 0)
        #expect(place.pool.notes.count == 2)
        #expect(place.pool.notes.allSatisfy { $0.text.hasPrefix("it is not read: it is not a file") })
    }

    @Test func `shows a file that may not be read with what mends it`() throws {
        let place = try Place()
        let problem = StoreProblem(.denied, doing: "read", path: "p", reason: "Permission denied")
        let sources = PoolSources(settings: place.settings, folders: ["/s"], home: "/h")
        let pool = CredentialPool.load(sources, now: place.now) { _ throws(StoreProblem) in throw problem }
        #expect(pool.notes.count == 3)
        #expect(pool.notes.first?.text.contains("Permission denied. Make it readable") == true)
    }

    @Test func `gives secondary agents their own profiles and then the main one's`() throws {
        var place = try Place()
        place.settings.agents.all = [AgentSettings(id: "main"), AgentSettings(id: "side"), AgentSettings(id: "far", agentDir: "~/far")]
        try place.profiles(Self.three)
        try place.profiles(
            #"{"profiles": {"openai:own": {"type": "api_key", "key": "own"}, "openai:key": {"type": "api_key", "key": "mine"}}}"#,
            agent: "side")
        try place.home.write(#"{"profiles": {"groq:far": {"type": "api_key", "key": "far"}}}"#, to: "far/auth-profiles.json")
        #expect(
            place.found(agent: "side") == [
                "openai:me@example.org=o1", "openai:pasted=t1", "openai:own=own", "openai:key=mine", "openai:second=k2",
            ])
        #expect(place.found(agent: "main").contains("openai:key=k1"))
        #expect(place.found("groq", agent: "far") == ["groq:far=far", "groq:default=g1"])
        #expect(place.found("groq", agent: "unheard-of") == ["groq:default=g1"])
        let pool = place.pool
        #expect(pool.secret("openai:key", agent: "side")?.withExposed { $0 } == "mine")
        #expect(pool.secret("openai:key", agent: "main")?.withExposed { $0 } == "k1")
        #expect(pool.secretHashes["openai:key"]?.split(separator: ",").count == 2)
        #expect(pool.secretHashes["openai:second"]?.utf8.count == 16)
    }

    @Test func `reads our own state folder before OpenClaw's`() throws {
        let place = try Place()
        let file = "agents/main/agent/auth-profiles.json"
        try place.home.write(#"{"profiles": {"openai:a": {"type": "api_key", "key": "ours"}}}"#, to: "ours/\(file)")
        try place.home.write(
            #"{"profiles": {"openai:a": {"type": "api_key", "key": "theirs"}, "openai:b": {"type": "api_key", "key": "b"}}}"#,
            to: "theirs/\(file)")
        let sources = PoolSources(
            settings: place.settings, folders: ["\(place.home.path)/ours", "\(place.home.path)/theirs"], home: place.home.path)
        let pool = CredentialPool.load(sources, now: place.now)
        #expect(pool.credentials(for: "openai", agent: "main").map { $0.secret.withExposed { $0 } } == ["ours", "b"])
    }

    @Test(arguments: [
        ("http://127.0.0.1:11434/v1", nil, ["box:none="]), ("http://192.168.1.7:8000/v1", nil, ["box:none="]),
        ("http://127.0.0.1:11434/v1", "ollama-local", ["box:none="]), ("http://127.0.0.1:1/v1", "real-key", ["box:config=real-key"]),
        ("https://box.example/v1", nil, []),
    ])
    func `lets a local provider in without a key`(url: String, key: String?, wanted: [String]) throws {
        var place = try Place()
        try place.add("box", url)
        if let key { place.settings.configuredKeys = ["box": Secret(key)] }
        #expect(place.found("box") == wanted)
        if wanted == ["box:none="] {
            #expect(place.pool.credentials(for: "box", agent: "main").map(\.kind) == [CredentialKind.none])
            #expect(place.pool.secret("box:none", agent: "main") == nil)
        }
    }

    @Test func `shares the profiles of providers that share an account`() throws {
        var place = try Place()
        try place.add("volcengine-plan", "https://volc.example/v3")
        try place.profiles(#"{"profiles": {"volcengine:default": {"type": "api_key", "provider": "doubao", "key": "v"}}}"#)
        #expect(place.found("volcengine-plan") == ["volcengine:default=v"])
    }

    @Test func `takes its secrets out of text`() throws {
        var place = try Place()
        place.settings.configuredKeys = ["openai": Secret("plainwordsecret")]
        place.settings.providers["groq"]?.headers = [ProviderHeader(name: "x-team", value: Secret("headersecretword"))]
        try place.profiles(#"{"profiles": {"groq:a": {"type": "api_key", "key": "profilesecretword"}}}"#)
        let text = place.pool.redactor.redact("a plainwordsecret b headersecretword c profilesecretword d")
        #expect(text == "a <secret> b <secret> c <secret> d")
    }
}
