// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import Store
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A home folder with an OpenClaw in it, whose configuration is used in place.
private struct Neighbour {
    var place: Place

    init() throws { place = try Place() }

    func pool() -> PoolSnapshot {
        let home = place.home.path
        return CredentialPool.load(
            PoolSources(settings: place.settings, folders: ["\(home)/state", "\(home)/.openclaw"], home: home), now: place.now)
    }

    func found(_ provider: ProviderID = "openai") -> [String] {
        pool().credentials(for: provider, agent: "main").map { "\($0.id)=\($0.secret.withExposed { $0 })" }
    }

    /// Makes a database with the shell's `sqlite3`, as another program would.
    func database(_ path: String, _ statements: String) async throws {
        try place.home.write("", to: path)
        let done = try await BuiltBinary(program: "/usr/bin/sqlite3").run(
            ["\(place.home.path)/\(path)", statements], home: place.home)
        #expect(done.status == 0, "\(done.error)")
    }

    func names(in folder: String) -> Set<String> {
        guard let stream = opendir("\(place.home.path)/\(folder)") else { return [] }
        defer { closedir(stream) }
        var names: Set<String> = []
        while let entry = readdir(stream) {
            names.insert(
                withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                    tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
                })
        }
        return names.subtracting([".", ".."])
    }
}

@Suite struct `OpenClaw's other stores` {
    static func profiles(_ rows: (String, String)...) -> String {
        let rows = rows.map { #""\#($0.0)":{"type":"api_key","provider":"openai","key":"\#($0.1)"}"# }
        return "{\"version\":1,\"profiles\":{\(rows.joined(separator: ","))}}"
    }

    @Test func `of older versions are read behind the newer ones`() throws {
        let neighbour = try Neighbour()
        try neighbour.place.home.write(
            #"{"openai":{"access":"o1","refresh":"r","expires":9763690000001,"email":"me@x.org"},"groq":{"type":"oauth","access":"g1","refresh":"r","expires":9763690000001}}"#,
            to: ".openclaw/credentials/oauth.json")
        try neighbour.place.home.write(Self.profiles(("openai:a", "legacy"), ("openai:b", "k2")), to: ".openclaw/agent/auth-profiles.json")
        try neighbour.place.home.write(Self.profiles(("openai:a", "k1")), to: ".openclaw/agents/main/agent/auth-profiles.json")
        #expect(neighbour.found() == ["openai:default=o1", "openai:a=k1", "openai:b=k2"])
        #expect(neighbour.found("groq") == ["groq:default=g1"])
        let login = try #require(neighbour.pool().credentials(for: "openai", agent: "main").first?.login)
        #expect(!login.isOurs, "a login of OpenClaw's would be renewed here")
    }

    @Test func `in SQLite are read without leaving anything beside them, and come before the files they replaced`() async throws {
        let neighbour = try Neighbour()
        let folder = ".openclaw/agents/main/agent"
        try neighbour.place.home.write(Self.profiles(("openai:a", "stale"), ("openai:c", "k3")), to: "\(folder)/auth-profiles.json")
        try await neighbour.database(
            "\(folder)/openclaw-agent.sqlite",
            """
            PRAGMA journal_mode=WAL;
            CREATE TABLE auth_profile_store (store_key TEXT NOT NULL PRIMARY KEY, store_json TEXT NOT NULL, updated_at INTEGER NOT NULL);
            CREATE TABLE auth_profile_state (state_key TEXT NOT NULL PRIMARY KEY, state_json TEXT NOT NULL, updated_at INTEGER NOT NULL);
            INSERT INTO auth_profile_store VALUES ('primary', '\(Self.profiles(("openai:a", "k1"), ("openai:b", "k2")))', 1);
            INSERT INTO auth_profile_state VALUES ('primary', '{"order":{"openai":["openai:b","openai:a","openai:c"]}}', 1);
            """)
        let before = neighbour.names(in: folder)
        #expect(neighbour.found() == ["openai:b=k2", "openai:a=k1", "openai:c=k3"])
        #expect(neighbour.names(in: folder) == before)
        #expect(neighbour.pool().paths.contains { $0.hasSuffix("openclaw-agent.sqlite-wal") }, "a change would go unnoticed")
        // Ours comes first.
        try neighbour.place.profiles(Self.profiles(("openai:a", "ours")))
        #expect(neighbour.found() == ["openai:b=k2", "openai:a=ours", "openai:c=k3"])
    }

    @Test func `in SQLite for all agents are read too`() async throws {
        let neighbour = try Neighbour()
        try await neighbour.database(
            ".openclaw/state/openclaw.sqlite",
            """
            CREATE TABLE config_machine_state (state_key TEXT PRIMARY KEY, value_json TEXT, updated_at_ms INTEGER);
            INSERT INTO config_machine_state VALUES ('authProfiles.store', '\(Self.profiles(("openai:shared", "k1")))', 1);
            """)
        #expect(neighbour.found() == ["openai:shared=k1"])
    }

    @Test(arguments: [
        ("", "", 0), ("CREATE TABLE x (y)", "", 0),
        ("CREATE TABLE auth_profile_store (store_key TEXT, store_json TEXT, updated_at INTEGER)", "", 0),
        (
            "CREATE TABLE auth_profile_store (store_key TEXT, store_json TEXT); INSERT INTO auth_profile_store VALUES ('primary', '{')",
            "it is not JSON", 1
        ),
        (
            "CREATE TABLE auth_profile_store (store_key TEXT, other TEXT); INSERT INTO auth_profile_store VALUES ('primary', '{}')",
            "it is not read", 1
        ),
        (
            "CREATE TABLE auth_profile_store (store_key TEXT, store_json TEXT); INSERT INTO auth_profile_store VALUES ('primary', printf('%.*c', 2000000, 'x'))",
            "more than 1048576 bytes", 1
        ),
    ]) func `that are not as they should be are a note`(statements: String, note: String, count: Int) async throws {
        let neighbour = try Neighbour()
        try await neighbour.database(".openclaw/agents/main/agent/openclaw-agent.sqlite", statements)
        #expect(neighbour.found() == [])
        let notes = neighbour.pool().notes
        #expect(notes.count == count, "\(notes)")
        #expect(notes.allSatisfy { $0.text.contains(note) })
    }

    @Test func `that are no database at all are a note`() throws {
        let neighbour = try Neighbour()
        try neighbour.place.home.write(String(repeating: "junk ", count: 1000), to: ".openclaw/agents/main/agent/openclaw-agent.sqlite")
        #expect(neighbour.found() == [])
        #expect(!neighbour.pool().notes.isEmpty)
    }
}
