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

/// Probes and pages of usage with a login whose token is none any more: they go the way of requests.
@Suite(.timeLimit(.minutes(5))) struct `A login that is asked with, and not by a client` {
    /// A token that has time left and that the provider has forgotten.
    static func spoil(_ scene: LoginScene) throws {
        let tokens = try scene.signIn(left: 3000)
        let text = try #require(scene.home.read(LoginScene.profiles))
        try scene.home.write(text.replacing(tokens.access, with: "forgotten"), to: LoginScene.profiles)
    }

    static func result(_ finished: BuiltBinary.Finished) throws -> JSONValue {
        try #require(try JSONValue.parse(finished.out)["auth"]?["probes"]?["results"]?[0], "\(finished.error)")
    }

    static let words = ["models", "status", "--probe-provider", "google-gemini-cli", "--json"]

    @Test("openclaw#81944: a probe is refused with a token and asks again with a renewed one, as a request does", arguments: [true, false])
    func renews(byGateway: Bool) async throws {
        let scene = try LoginScene()
        try Self.spoil(scene)
        let gateway = byGateway ? try await scene.start() : nil
        let finished = try await scene.command(Self.words)
        let result = try Self.result(finished)
        #expect(finished.status == 0 && result["status"] == "ok" && result["httpStatus"] == 200, "\(result)")
        #expect(scene.server.grants == ["refresh_token"])
        #expect(scene.stage.calls(of: "google-gemini-cli") == 2)
        #expect(scene.home.read(LoginScene.profiles)?.contains("forgotten") == false, "the new token is kept")
        if let gateway {
            let told = try await gateway.command(["explain", try #require(result["receipt"]?.string)])
            #expect(told.out.contains("401") && told.out.contains("\n 2  google-gemini-cli/m "), "\(told.out)")
            #expect(told.out.contains("answered by google-gemini-cli/m"), "\(told.out)")
            await gateway.stop()
        }
    }

    @Test func `a probe says why a login that is refused cannot be renewed`() async throws {
        let scene = try LoginScene()
        try Self.spoil(scene)
        scene.server.revokeAll()
        let gateway = try await scene.start()
        let finished = try await scene.command(Self.words)
        let result = try Self.result(finished)
        #expect(finished.status == 1 && result["status"] == "auth" && result["reasonCode"] == "auth_permanent", "\(result)")
        #expect(result["error"]?.string?.hasPrefix("401 ") == true, "\(result)")
        #expect(result["error"]?.string?.contains("; then OAuth refresh failed: invalid_grant") == true, "\(result)")
        #expect(scene.stage.calls(of: "google-gemini-cli") == 1)
        #expect(try await gateway.get("/api/health").json["blocks"]?.array == [], "a probe blocks nothing")
        await gateway.stop()
    }

    /// The endpoint takes its time from the gateway's start on, so each way has a gateway of its own.
    @Test(arguments: [false, true])
    func `a probe that waits for a token endpoint ends when its limit is over, and when nobody wants it:`(isLeft: Bool) async throws {
        let scene = try LoginScene()
        try scene.signIn(left: -60)
        scene.server.play { $0.delay = .seconds(19) }
        let gateway = try await scene.start()
        let began = ContinuousClock.now
        if isLeft {
            let process = try BuiltBinary().start(
                ["models", "status", "--probe-provider", "google-gemini-cli", "--probe-timeout", "120000"], home: scene.home,
                limit: .seconds(280))
            _ = try await process.line(containing: "Probing 1 target", on: .error)
            process.signal(SIGINT)
            let finished = await process.finished()
            #expect(finished.status == 130, "\(finished)")
        } else {
            let late = try Self.result(try await scene.command(Self.words + ["--probe-timeout", "500"]))
            #expect(late["status"] == "timeout" && late["latencyMs"] == .null, "\(late)")
        }
        #expect(try await eventually { try await gateway.get("/api/status").json["in_flight"] == 0 })
        #expect(ContinuousClock.now - began < .seconds(18), "the gateway lets it go while the endpoint still takes its time")
        await gateway.stop()
    }

    // MARK: Pages of usage

    /// Tells it to whoever has a good token.
    static func usageScene() throws -> (scene: LoginScene, settings: String) {
        let scene = try LoginScene()
        let server = scene.server
        let page = Array(
            #"{"rate_limit":{"primary_window":{"used_percent":12,"limit_window_seconds":18000,"reset_after_seconds":600}}}"#.utf8)
        let codex = try scene.stage.provider("openai-codex") { asked in
            guard asked.path.hasSuffix("/wham/usage"), server.isGood(access: asked.key) else { return .refuses(401, "Unauthorized") }
            return Script([.answer(status: 200, headers: ["content-type": "application/json"], body: page)])
        }
        let settings = """
            { models: { mode: "replace", providers: {
                "openai-codex": { baseUrl: "\(codex.baseURL)", api: "openai-codex-responses", models: [{ id: "m" }],
                  login: { clientId: "\(OAuthServer.client)", authorizeUrl: "\(server.url)/authorize", tokenUrl: "\(server.url)/token" } } } },
              agents: { defaults: { model: { primary: "openai-codex/m" } } } }
            """
        try scene.home.write(settings, to: ".understudy/understudy.json")
        return (scene, settings)
    }

    static func signIn(_ scene: LoginScene, access: String? = nil, left: Int) throws {
        let tokens = scene.server.signIn()
        try scene.home.write(
            """
            {"version": 1, "profiles": {"openai-codex:default": {"type": "oauth", "provider": "openai-codex",
              "access": "\(access ?? tokens.access)", "refresh": "\(tokens.refresh)", "expires": \(ContinuousTime.wallMilliseconds + left * 1000)}}}
            """, to: LoginScene.profiles)
    }

    @Test(
        "a page of usage is asked with a token that lives, from every command that asks for one",
        arguments: [(true, nil, -60), (true, "forgotten", 3000), (false, nil, -60), (false, "forgotten", 3000)] as [(Bool, String?, Int)])
    func usage(byGateway: Bool, access: String?, left: Int) async throws {
        let (scene, _) = try Self.usageScene()
        try Self.signIn(scene, access: access, left: left)
        let gateway = byGateway ? try await scene.start() : nil
        let page = try await scene.command(["models", "status", "--usage"])
        #expect(page.out.contains("    usage: 5h 88% left, resets in "), "\(page.out) \(page.error)")
        #expect(scene.server.grants == ["refresh_token"])
        let report = try await scene.command(["status", "--usage"])
        #expect(report.out.contains("\nQuota\n- openai-codex:default: 5h 88% left, resets in "), "\(report.out)")
        #expect(scene.server.grants == ["refresh_token"], "a token that lives is not renewed")
        if let gateway { await gateway.stop() }
    }

    @Test func `a report asks for no page of usage unless it is told to, and says why there is none`() async throws {
        let (scene, _) = try Self.usageScene()
        try Self.signIn(scene, left: -60)
        scene.server.revokeAll()
        let quiet = try await scene.command(["status"])
        #expect(!quiet.out.contains("Quota") && scene.server.grants.isEmpty)
        let report = try await scene.command(["status", "--usage"])
        #expect(report.out.contains("\nNot known\n"), "\(report.out)")
        #expect(report.out.contains("openai-codex:default: OAuth refresh failed: invalid_grant"), "\(report.out)")
        #expect(scene.server.grants == ["refresh_token"])
    }
}
