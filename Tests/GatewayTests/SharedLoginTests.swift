// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(5))) struct `Logins and keys of several processes` {
    /// Each refresh token is worth something once, and a second use ends the login: the server says so.
    @Test func `in one folder are renewed by one gateway at a time, and nothing that anybody writes is lost`() async throws {
        let scene = try LoginScene()
        let shared = try TemporaryHome()
        let settings = scene.settings.split(separator: "agents: { defaults", maxSplits: 1)
            .joined(separator: #"agents: { list: [{ id: "main", default: true, agentDir: "\#(shared.path)" }], defaults"#)
        #expect(settings.contains(shared.path))
        scene.server.play { $0.life = 1 }
        let now = ContinuousTime.wallMilliseconds
        let logins = ["google-gemini-cli:a", "google-gemini-cli:b"]
        let rows = logins.map { id -> String in
            let tokens = scene.server.signIn()
            return #""\#(id)": {"type": "oauth", "provider": "google-gemini-cli", "access": "\#(tokens.access)", "#
                + #""refresh": "\#(tokens.refresh)", "expires": \#(now - 1000)}"#
        }
        try shared.write(#"{"version": 1, "profiles": {\#(rows.joined(separator: ", "))}, "mine": [1, 2.50]}"#, to: "auth-profiles.json")
        let gateways = [try await RunningGateway(settings: settings), try await RunningGateway(settings: settings)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for gateway in gateways {
                for login in logins {
                    group.addTask {
                        // As long as others write, and until each login has been renewed some times.
                        for _ in 0..<400 where scene.server.grants.count < 24 {
                            let reply = try await gateway.ask("google-gemini-cli/m@\(login)", headers: ["x-understudy-no-fallback": "1"])
                            #expect(reply.text.contains("from google"), "\(reply.text)")
                        }
                    }
                }
            }
            for writer in 0..<3 {
                group.addTask {
                    for number in 0..<6 {
                        let words = [
                            "models", "auth", "paste-api-key", "--provider", "cerebras", "--profile-id", "w\(writer)n\(number)", "--key",
                            "-",
                        ]
                        let done = try await BuiltBinary().run(
                            words, input: "csk-0123456789-\(writer)-\(number)", home: gateways[writer % 2].home)
                        #expect(done.status == 0, "\(done.error)")
                    }
                }
            }
            try await group.waitForAll()
        }
        for gateway in gateways { await gateway.stop() }
        let grants = scene.server.forms.compactMap { $0["refresh_token"] }
        #expect(grants.count >= 4)
        #expect(Set(grants).count == grants.count, "a refresh token was used twice")
        let stored = try JSONValue.parse(Array(try #require(shared.read("auth-profiles.json")).utf8))
        let profiles = try #require(stored["profiles"]?.object)
        #expect(profiles.count == 2 + 18)
        for writer in 0..<3 {
            for number in 0..<6 {
                #expect(profiles["cerebras:w\(writer)n\(number)"]?["key"]?.string == "csk-0123456789-\(writer)-\(number)")
            }
        }
        #expect(stored["mine"] == (try JSONValue.parse(Array("[1, 2.50]".utf8))))
        // What stands there at the end is what the server gave last, and still good.
        for login in logins {
            #expect(profiles[login]?["refreshFailure"] == nil)
            let token = try #require(profiles[login]?["refresh"]?.string)
            #expect(!grants.contains(token))
        }
        let refreshed = try await BuiltBinary().run(["models", "auth", "refresh", logins[0], "--force"], home: gateways[0].home)
        #expect(refreshed.status == 0, "\(refreshed.error)")
    }

    @Test func `are written before a gateway ends that has just asked for them`() async throws {
        let scene = try LoginScene()
        let given = try scene.signIn()
        scene.server.play { $0.delay = .seconds(1) }
        let gateway = try await scene.start()
        // The provider has taken the old refresh token; the new one is on its way.
        #expect(await eventually { scene.server.grants == ["refresh_token"] })
        await gateway.stop()
        let text = try #require(scene.home.read(LoginScene.profiles))
        #expect(!text.contains(given.refresh), "the login is lost")
        scene.server.play { $0.delay = .zero }
        let refreshed = try await scene.command(["models", "auth", "refresh", "--force"])
        #expect(refreshed.status == 0, "\(refreshed.error)")
    }
}
