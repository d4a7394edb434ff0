// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A provider with logins, another with a key, and the OAuth server of the first.
final class LoginScene: Sendable {
    let stage: Stage
    let server: OAuthServer
    let home: TemporaryHome
    let settings: String
    static let profiles = ".understudy/agents/main/agent/auth-profiles.json"

    /// The first takes the server's tokens and no others.
    init() throws {
        let stage = try Stage()
        let server = try OAuthServer()
        (self.stage, self.server) = (stage, server)
        home = try TemporaryHome()
        let google = try stage.provider("google-gemini-cli") { asked in
            server.isGood(access: asked.key)
                ? .says("from google", to: asked, pace: .zero) : .refuses(401, "Unauthorized")
        }
        let cerebras = try stage.provider("cerebras", Stage.says("from cerebras"))
        settings = """
            {
              models: { mode: "replace", providers: {
                "google-gemini-cli": { baseUrl: "\(google.baseURL)", api: "openai-completions", models: [{ id: "m" }],
                  login: { clientId: "\(OAuthServer.client)", authorizeUrl: "\(server.url)/authorize", tokenUrl: "\(server.url)/token",
                           deviceUrl: "\(server.url)/device", userInfoUrl: "\(server.url)/userinfo", projectUrl: "\(server.url)/project" } },
                cerebras: { baseUrl: "\(cerebras.baseURL)", api: "openai-completions", apiKey: "key-cerebras", models: [{ id: "m" }] },
              } },
              agents: { defaults: { model: { primary: "google-gemini-cli/m", fallbacks: ["cerebras/m"] } } },
            }
            """
        try home.write(settings, to: ".understudy/understudy.json")
    }

    /// - Parameter left: Seconds until its token ends.
    @discardableResult func signIn(left: Int = -60) throws -> (access: String, refresh: String) {
        let tokens = server.signIn()
        let now = ContinuousTime.wallMilliseconds
        try home.write(
            """
            {"version": 1, "profiles": {"google-gemini-cli:default": {"type": "oauth", "provider": "google-gemini-cli",
              "access": "\(tokens.access)", "refresh": "\(tokens.refresh)", "expires": \(now + left * 1000)}}}
            """, to: Self.profiles)
        return tokens
    }

    func start() async throws -> RunningGateway { try await RunningGateway(settings: nil, home: home) }

    func command(_ words: [String]) async throws -> BuiltBinary.Finished {
        try await BuiltBinary().run(words, home: home, limit: .seconds(280))
    }

    /// Does what a browser does: goes where it is sent, and comes back.
    func browse(_ url: String) async throws -> (answer: BlockingHTTP.Reply, address: String) {
        try await onThread {
            let sent = try BlockingHTTP.request(url: url)
            let address = try #require(sent.headers["location"])
            return (try BlockingHTTP.request(url: address), address)
        }
    }
}

enum ContinuousTime {
    static var wallMilliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}

@Suite struct `Logins of a running gateway` {
    static func text(_ reply: BlockingHTTP.Reply) -> String { String(decoding: reply.body, as: UTF8.self) }

    @Test func `that cannot be renewed let the chain go on, say why, and are mended without a restart`() async throws {
        let scene = try LoginScene()
        try scene.signIn()
        scene.server.revokeAll()
        let gateway = try await scene.start()
        let reply = try await gateway.ask("default")
        #expect(Self.text(reply).contains("from cerebras"))
        let explained = try await gateway.command(["explain", "--last"])
        #expect(explained.out.contains("OAuth refresh failed: invalid_grant"))
        #expect(explained.out.contains("auth_permanent"))
        #expect(explained.out.contains("rule oauth.invalid_grant"))
        #expect(explained.out.contains("fix: sign in again: understudy models auth login --provider google-gemini-cli\n"))
        // The file says so, which the gateway reads again at once.
        #expect(
            try await eventually {
                let listed = try await scene.command(["credentials", "list"]).out
                return listed.contains("sign in again: invalid_grant")
                    && listed.contains("understudy models auth login --provider google-gemini-cli --profile-id google-gemini-cli:default")
            })
        let stored = try await scene.command(["models", "auth", "list"])
        #expect(stored.out.contains("sign in again"))
        #expect(!stored.out.contains("expires in 0"))
        // Nobody asks again with a token that is dead.
        #expect(Self.text(try await gateway.ask("default")).contains("from cerebras"))
        #expect(scene.server.grants == ["refresh_token"])

        let login = try BuiltBinary().start(
            ["models", "auth", "login", "--provider", "google-gemini-cli", "--method", "browser", "--set-default"], home: scene.home,
            limit: .seconds(280))
        let url = try await login.line(containing: "/authorize?", on: .error)
        let page = try await scene.browse(url).answer
        #expect(page.status == 200)
        #expect(Self.text(page).contains("You can close this window"))
        let done = await login.finished()
        #expect(done.status == 0, "\(done.error)")
        #expect(done.out.contains("Signed in at Google (Gemini CLI) as me@example.org."))
        #expect(done.out.contains("Auth profile: google-gemini-cli:default (google-gemini-cli/oauth)"))
        #expect(done.out.contains("Status: ok, renewed by itself in 60m") || done.out.contains("Status: ok, renewed by itself in 59m"))
        #expect(done.out.contains("Default model: google-gemini-cli/m"))
        let file = try #require(scene.home.read(LoginScene.profiles))
        #expect(file.contains(#""projectId": "project-1""#))
        #expect(!file.contains("refreshFailure"))
        #expect(try await eventually { Self.text(try await gateway.ask("default")).contains("from google") })
        let after = try await scene.command(["credentials", "list", "--json"])
        #expect(after.out.contains(#""code":"ok""#))
        await gateway.stop()
    }

    @Test func `whose token has ended are renewed on use, and ahead in the background`() async throws {
        let scene = try LoginScene()
        try scene.signIn(left: -60)
        let gateway = try await scene.start()
        #expect(try await eventually { Self.text(try await gateway.ask("google-gemini-cli/m")).contains("from google") })
        #expect(scene.server.grants == ["refresh_token"])
        let file = try #require(scene.home.read(LoginScene.profiles))
        #expect(file.contains("access-"))
        await gateway.stop()
    }

    @Test func `that are refused are renewed once, and asked again`() async throws {
        let scene = try LoginScene()
        let tokens = try scene.signIn(left: 3000)
        // A token that the provider has forgotten before its time.
        let text = try #require(scene.home.read(LoginScene.profiles))
        let spoilt = text.split(separator: "\"", omittingEmptySubsequences: false).map { $0 == tokens.access ? "forgotten" : String($0) }
        try scene.home.write(spoilt.joined(separator: "\""), to: LoginScene.profiles)
        let gateway = try await scene.start()
        #expect(Self.text(try await gateway.ask("google-gemini-cli/m")).contains("from google"))
        #expect(scene.server.grants == ["refresh_token"])
        let explained = try await gateway.command(["explain", "--last"])
        #expect(explained.out.contains("401"))
        // The account is not held guilty.
        #expect(try await scene.command(["credentials", "list"]).out.contains("blocked") == false)
        await gateway.stop()
    }

    @Test func `are renewed once by several processes at the same time`() async throws {
        let scene = try LoginScene()
        try scene.signIn()
        scene.server.play { $0.delay = .milliseconds(500) }
        let ended = try await withThrowingTaskGroup(of: BuiltBinary.Finished.self) { group in
            for _ in 0..<5 {
                group.addTask { try await scene.command(["models", "auth", "refresh", "google-gemini-cli:default", "--json"]) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(ended.allSatisfy { $0.status == 0 }, "\(ended.map(\.error))")
        #expect(ended.filter { $0.out.contains(#""renewed":true"#) }.count == 1)
        #expect(scene.server.grants == ["refresh_token"])
    }

    @Test func `are made by pasting the address on a machine without a browser`() async throws {
        let scene = try LoginScene()
        let binary = try BuiltBinary().path
        let pipe = scene.home.path + "/typed"
        let login = try BuiltBinary(program: "/bin/sh").start(
            [
                "-c",
                "mkfifo '\(pipe)' && exec '\(binary)' models auth login --provider google-gemini-cli --method paste --json <> '\(pipe)'",
            ],
            home: scene.home, limit: .seconds(280))
        let url = try await login.line(containing: "/authorize?", on: .error)
        let sent = try await onThread { try BlockingHTTP.request(url: url).headers["location"] }
        let address = try #require(sent)
        func type(_ text: String) async throws {
            _ = try await BuiltBinary(program: "/bin/sh").run(["-c", "printf '%s\\n' \"$0\" > '\(pipe)'", text], home: scene.home)
        }
        try await type("http://127.0.0.1:1/oauth2callback?code=stolen&state=anothers")
        try await type(address)
        let done = await login.finished()
        #expect(done.status == 0, "\(done.error)")
        #expect(done.out.contains(#""profileId":"google-gemini-cli:me@example.org""#))
        #expect(done.error.contains("That is not it: it belongs to another login"))
        #expect(scene.server.forms.map { $0["code"] } == ["code-1"])
    }

    @Test(arguments: [
        ([], 0, "Signed in at"), (["authorization_pending", "slow_down"], 0, "Signed in at"), (["access_denied"], 1, "declined"),
        (["expired_token"], 1, "has expired"),
    ])
    func `are made by a code that is typed elsewhere`(polls: [String], status: Int32, text: String) async throws {
        let scene = try LoginScene()
        scene.server.play { $0.polls = polls }
        let done = try await scene.command(["models", "auth", "login", "--provider", "google-gemini-cli", "--method", "device"])
        #expect(done.status == status)
        #expect((done.out + done.error).contains(text))
        #expect(done.error.contains("code: ABCD-1"))
        #expect((scene.home.read(LoginScene.profiles) != nil) == (status == 0))
    }

    @Test func `are declined, doubtful or late, and then nothing changes`() async throws {
        let scene = try LoginScene()
        let login = try BuiltBinary().start(
            ["models", "auth", "login", "--provider", "google-gemini-cli", "--method", "browser", "--wait", "120s"], home: scene.home,
            limit: .seconds(280))
        let url = try await login.line(containing: "/authorize?", on: .error)
        let address = try await onThread { try #require(try BlockingHTTP.request(url: url).headers["location"]) }
        let back = try #require(address.split(separator: "?").first.map(String.init))
        let foreign = try await onThread { try BlockingHTTP.request(url: back + "?code=x&state=y") }
        #expect(foreign.status == 400)
        let elsewhere = try await onThread { try BlockingHTTP.request(url: back + "/other?code=x") }
        #expect(elsewhere.status == 404)
        let state = try #require(address.split(separator: "&").first { $0.hasPrefix("state=") })
        let declined = try await onThread { try BlockingHTTP.request(url: "\(back)?error=access_denied&\(state)") }
        #expect(declined.status == 400)
        let done = await login.finished()
        #expect(done.status == 1)
        #expect(done.error.contains("the login was declined. Nothing was changed"))
        #expect(scene.home.read(LoginScene.profiles) == nil)
        let late = try await scene.command([
            "models", "auth", "login", "--provider", "google-gemini-cli", "--method", "browser", "--wait", "1s",
        ])
        #expect(late.error.contains("nobody signed in in time"))
        let unknown = try await scene.command(["models", "auth", "login", "--provider", "gogle-gemini-cli"])
        #expect(unknown.status == 64)
        #expect(unknown.error.contains("Did you mean google-gemini-cli?"))
        #expect(unknown.error.contains("openai-codex"))
    }

    @Test func `of another program serve until they end, and are taken over by command alone`() async throws {
        let scene = try LoginScene()
        let tokens = scene.server.signIn()
        let now = ContinuousTime.wallMilliseconds
        try scene.home.write(
            #"{"access_token": "\#(tokens.access)", "refresh_token": "\#(tokens.refresh)", "expiry_date": \#(now - 1000)}"#,
            to: ".gemini/oauth_creds.json")
        // Never by itself.
        #expect(try await scene.command(["models", "auth", "list"]).out.contains("Profiles (0)"))
        let imported = try await scene.command(["models", "auth", "import", "--provider", "google-gemini-cli"])
        #expect(imported.status == 0, "\(imported.error)")
        #expect(imported.out.contains("Status: sign in again: expired"))
        let refused = try await scene.command(["models", "auth", "refresh", "google-gemini-cli:default"])
        #expect(refused.status == 1)
        #expect(refused.error.contains("is renewed by gemini-cli"))
        #expect(scene.server.grants == [])
        // What was imported may be imported again; a login that is renewed here is not given up in passing.
        #expect(try await scene.command(["models", "auth", "import", "--provider", "google-gemini-cli"]).status == 0)
        let unasked = try await scene.command(["models", "auth", "import", "--provider", "google-gemini-cli", "--take-over"])
        #expect(unasked.status == 64)
        let taken = try await scene.command(["models", "auth", "import", "--provider", "google-gemini-cli", "--take-over", "--yes"])
        #expect(taken.error.contains("A refresh token that rotates has one owner"))
        #expect(taken.out.contains("Taken over: google-gemini-cli:default"))
        let renewed = try await scene.command(["models", "auth", "refresh"])
        #expect(renewed.out.contains("renewed. Status: ok"), "\(renewed.error)")
        #expect(scene.home.read(".gemini/oauth_creds.json")?.contains(tokens.refresh) == true)
        let stored = scene.home.read(LoginScene.profiles)
        let over = try await scene.command(["models", "auth", "import", "--provider", "google-gemini-cli"])
        #expect(over.status == 64)
        #expect(over.error.contains("google-gemini-cli:default is stored and renewed here. Replace it?"), "\(over.error)")
        #expect(over.error.contains("--profile-id google-gemini-cli:imported"), "\(over.error)")
        #expect(scene.home.read(LoginScene.profiles) == stored)
    }
}
