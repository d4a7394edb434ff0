// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timeLimit(.minutes(5))) struct `A gateway's start` {
    @Test func `refuses a state folder on which another gateway runs`() async throws {
        let home = try TemporaryHome()
        let binary = try BuiltBinary()
        let first = try binary.start(["gateway", "run", "--port", "0"], home: home)
        _ = try await first.line(containing: "is ready on http")
        let second = try await binary.run(["gateway", "run", "--port", "0"], home: home)
        #expect(second.status == 1)
        #expect(second.error.contains("another gateway runs on the state folder \(home.path)/.understudy"))
        let elsewhere = try binary.start(["gateway", "run", "--port", "0", "--state-dir", home.path + "/other"], home: home)
        _ = try await elsewhere.line(containing: "is ready on http")
        _ = await elsewhere.stop()
        _ = await first.stop()
        let third = try binary.start(["gateway", "run", "--port", "0"], home: home)
        _ = try await third.line(containing: "is ready on http")
        _ = await third.stop()
    }

    @Test(arguments: ["", "\n", "short"]) func `does not make up a token beside a file that holds none`(text: String) async throws {
        let home = try TemporaryHome()
        try home.write(text, to: ".understudy/gateway.token")
        let run = try await BuiltBinary().run(["gateway", "run", "--port", "0"], home: home)
        #expect(run.status == 1)
        #expect(run.error.contains("gateway.token: it holds no token of 16 characters or more; remove it"))
    }

    @Test func `closes a token file that others can read, and names files with keys that they can`() async throws {
        let home = try TemporaryHome()
        let config = """
            { models: { providers: { one: { baseUrl: "http://127.0.0.1:1/v1", api: "openai-completions", apiKey: "sk-a-key-of-mine",
              models: [{ id: "m" }] } } }, agents: { defaults: { model: "one/m" } } }
            """
        try home.write("my-own-token-0123456789\n", to: ".understudy/gateway.token", mode: 0o644)
        try home.write(config, to: ".understudy/understudy.json", mode: 0o640)
        let note = "\(home.path)/.understudy/understudy.json holds keys, and others on this machine can read it; chmod 600 "
        let gateway = try BuiltBinary().start(["gateway", "run", "--port", "0"], home: home)
        _ = try await gateway.line(containing: "is ready on http")
        let stopped = await gateway.stop()
        #expect(stopped.error.contains("gateway.token could be read by others on this machine and is 0600 now"))
        #expect(stopped.error.contains(note))
        #expect(try await BuiltBinary().run(["models", "status"], home: home).out.contains("\n- \(note)"))
        chmod(home.path + "/.understudy/understudy.json", 0o600)
        let again = try BuiltBinary().start(["gateway", "run", "--port", "0"], home: home)
        _ = try await again.line(containing: "is ready on http")
        let quiet = await again.stop()
        #expect(!quiet.error.contains("could be read") && !quiet.error.contains("can read it"))
    }

    @Test func `takes a token that its owner wrote`() async throws {
        let home = try TemporaryHome()
        try home.write("my-own-token-0123456789\n", to: ".understudy/gateway.token")
        let gateway = try BuiltBinary().start(["gateway", "run", "--port", "0"], home: home)
        _ = try await gateway.line(containing: "is ready on http")
        let status = try await BuiltBinary().run(["gateway", "status", "--json"], home: home)
        #expect(status.status == 0, "\(status.error)")
        _ = await gateway.stop()
    }
}
