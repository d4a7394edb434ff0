// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import Synchronization
import TestSupport
import Testing

@Suite struct `Renewing a login` {
    @Test func `writes the new tokens over the old, and keeps everything else`() throws {
        let stage = try LoginStage()
        try stage.signIn(members: #", "note": "mine""#)
        let before = try stage.credential
        let renewed = try stage.renew().get()
        let profile = try stage.profile
        #expect(profile["access"]?.string == renewed.access.text)
        #expect(stage.server.isGood(access: renewed.access.text))
        #expect(profile["refresh"]?.string == renewed.refresh?.text)
        #expect(profile["expires"]?.double == Double((stage.clock.now + .seconds(3600)).milliseconds))
        #expect(profile["note"]?.string == "mine")
        #expect(profile["email"]?.string == "me@example.org")
        #expect(try stage.credential.secretHash == before.secretHash)
        #expect(stage.home.read("state/agents/main/agent/auth-profiles.json")?.contains(#""order""#) == true)
    }

    @Test func `happens once, whoever asks at the same time`() async throws {
        let stage = try LoginStage()
        try stage.signIn()
        stage.server.play { $0.delay = .milliseconds(100) }
        let accesses = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask { try await onThread { try stage.renew().get().access.text } }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(accesses.count == 1)
        #expect(stage.server.grants == ["refresh_token"])
    }

    @Test func `keeps a refresh token that the reply leaves out`() throws {
        let stage = try LoginStage()
        let given = try stage.signIn()
        stage.server.play { $0.rotates = false }
        #expect(try stage.renew().get().refresh?.text == given.refresh)
        #expect(try stage.profile["refresh"]?.string == given.refresh)
    }

    @Test(arguments: [
        (#""iat": 1000, "exp": 8200"#, 7200), (#""exp": 1763697200"#, 7200), (#""exp": 12"#, 3600), (#""sub": "me""#, 3600),
        (nil as String?, 3600),
    ])
    func `derives an end that the reply leaves out`(claims: String?, seconds: Int) throws {
        let stage = try LoginStage()
        try stage.signIn()
        stage.server.play {
            $0.life = nil
            $0.claims = claims
        }
        #expect(try stage.renew().get().expires == stage.clock.now + .seconds(seconds))
    }

    @Test func `is not done while there is time`() throws {
        let stage = try LoginStage()
        let given = try stage.signIn(left: .seconds(301))
        let renewed = try stage.renew().get()
        #expect(renewed.access.text == given.access)
        #expect(renewed.byOthers)
        #expect(stage.server.grants == [])
        // Refused, it is done all the same.
        #expect(try stage.renew(refused: Secret(given.access)).get().access.text != given.access)
        // And what somebody else has renewed since is taken instead of doing it again.
        #expect(try stage.renew(refused: Secret(given.access)).get().byOthers)
        #expect(stage.server.grants == ["refresh_token"])
    }

    @Test(arguments: [
        (400, #"{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}"#, "oauth.invalid_grant", true),
        (401, #"{"error": {"message": "used twice", "code": "refresh_token_reused"}}"#, "oauth.refresh_token_reused", true),
        (400, #"{"error": "invalid_request", "error_description": "Refresh token expired"}"#, "oauth.invalid_grant", true),
        (401, #"{"error": "invalid_client"}"#, "oauth.invalid_client", false),
        (500, #"{"error": "invalid_grant"}"#, "oauth.invalid_grant", false),
        (500, "<html>oh</html>", "oauth.server_error", false), (429, "", "oauth.rate_limited", false),
        (403, "no", "oauth.refused", false), (200, "{}", "oauth.malformed", false), (200, "[1]", "oauth.malformed", false),
        (200, "not json", "oauth.malformed", false), (200, #"{"access_token": 7}"#, "oauth.malformed", false),
        (200, #"{"error": "bad_refresh_token"}"#, "oauth.bad_refresh_token", false),
    ])
    func `says of a failure what it was, and whether a person has to mend it`(
        status: Int, body: String, rule: String, isPermanent: Bool
    ) throws {
        let stage = try LoginStage()
        let given = try stage.signIn()
        stage.server.play { $0.faults = [(status, body)] }
        guard case .failure(let failure) = try stage.renew() else { return #expect(Bool(false)) }
        #expect(failure.rule == rule)
        #expect(failure.isPermanent == isPermanent)
        #expect(!failure.message.contains(given.refresh))
        // The file says so too, for everybody, and keeps the login as it was.
        let login = try #require(try stage.credential.login)
        #expect(login.failure == failure)
        #expect(try stage.profile["refresh"]?.string == given.refresh)
        // It is not asked again before its time, or ever.
        #expect(try stage.renew() == .failure(failure))
        #expect(stage.server.grants.count == 1)
        stage.clock.advance(.seconds(3600))
        if isPermanent {
            #expect(try stage.renew() == .failure(failure))
        } else {
            #expect(try stage.renew().get().byOthers == false)
            #expect(try stage.profile["refreshFailure"] == nil)
        }
    }

    @Test func `waits longer after each failure in a row`() throws {
        let stage = try LoginStage()
        try stage.signIn()
        var pauses: [Duration] = []
        for _ in 0..<8 {
            stage.server.play { $0.faults = [(503, "")] }
            guard case .failure(let failure) = try stage.renew() else { break }
            pauses.append(try #require(failure.next) - failure.at)
            stage.clock.advance(.seconds(3600))
        }
        #expect(pauses == [30, 60, 120, 240, 480, 960, 1800, 1800].map { .seconds($0) })
    }

    @Test func `takes a login that somebody made meanwhile for the right one`() throws {
        let stage = try LoginStage()
        try stage.signIn()
        let old = try stage.credential
        let new = try stage.signIn(left: .seconds(3000))
        // Who has read the file before asks with what it knows.
        let renewed = try stage.refresh.run(try #require(old.login), family: old.secretHash, refused: nil)
        #expect(renewed.access.text == new.access)
        #expect(stage.server.grants == [])
    }

    @Test func `does not play with a reply without end, nor with one that comes too late`() throws {
        let stage = try LoginStage()
        try stage.signIn()
        stage.server.play { $0.faults = [(200, #"{"access_token": "\#(String(repeating: "x", count: 300_000))"}"#)] }
        guard case .failure(let huge) = try stage.renew() else { return #expect(Bool(false)) }
        #expect(huge.rule == "oauth.no_reply")
        stage.clock.advance(.seconds(60))
        stage.server.play { $0.delay = .seconds(2) }
        let login = try #require(try stage.credential.login)
        #expect(throws: RefreshFailure.self) {
            try TokenRefresh(endpoint: stage.endpoint(timeout: .milliseconds(100))).run(login, family: "", refused: nil)
        }
        #expect(try #require(try stage.credential.login?.failure).rule == "oauth.no_reply")
    }

    @Test func `does not hand out what somebody else renewed so long ago that it has ended too`() throws {
        let stage = try LoginStage()
        try stage.signIn()
        let credential = try stage.credential
        // Refused is a token from before; what the file has since has ended as well.
        let renewed = try stage.refresh.run(try #require(credential.login), family: "", refused: Secret("the-one-before"))
        #expect(!renewed.byOthers)
        #expect(stage.server.grants == ["refresh_token"])
    }

    @Test func `without an end that makes sense happens on its next use`() throws {
        let stage = try LoginStage()
        let tokens = stage.server.signIn()
        for end in ["0", "-1", "\"soon\"", "{}"] {
            try stage.home.write(
                #"{"version": 1, "profiles": {"acme:me": {"type": "oauth", "provider": "acme", "access": "\#(tokens.access)", "#
                    + #""refresh": "\#(tokens.refresh)", "expires": \#(end)}}}"#, to: "state/agents/main/agent/auth-profiles.json")
            let credential = try stage.credential
            #expect(credential.unusable == nil)
            #expect(credential.status(at: stage.clock.now).code == "expired_refreshable", "\(end)")
        }
        #expect(try stage.renew().get().byOthers == false)
    }

    @Test func `asks as the application that the login was made by`() throws {
        var stage = try LoginStage()
        stage.descriptor.clientID = "another"
        stage.descriptor.clientSecret = Secret("of-another")
        try stage.signIn(members: #", "clientId": "\#(OAuthServer.client)""#)
        _ = try stage.renew().get()
        #expect(stage.server.forms.map { $0["client_id"] } == [OAuthServer.client])
        #expect(stage.server.forms.map { $0["client_secret"] } == [nil])
        #expect(try stage.profile["clientId"]?.string == OAuthServer.client)
    }

    @Test func `says what is the matter with a lock that cannot be made`() throws {
        let stage = try LoginStage()
        try stage.signIn()
        let login = try #require(try stage.credential.login)
        _ = try stage.renew().get()
        let name = try #require(stage.locks.first { $0 != "auth-profiles.json.understudy.lock" })
        stage.spoil(name)
        guard
            case .failure(let failure) = Result(catching: { () throws(RefreshFailure) in
                try stage.refresh.run(login, family: "", refused: nil)
            })
        else { return #expect(Bool(false)) }
        #expect(failure.rule == "oauth.no_lock")
        #expect(failure.message.contains("Is a directory"), "\(failure.message)")
    }

    @Test func `that cannot be written is written later, and asked for once`() throws {
        let stage = try LoginStage()
        try stage.signIn()
        let credential = try stage.credential
        let login = try #require(credential.login)
        // The file's lock is in the way.
        stage.spoil("auth-profiles.json.understudy.lock")
        let first = try stage.refresh.run(login, family: credential.secretHash, refused: nil)
        let unwritten = try #require(first.unwritten)
        let second = try stage.refresh.run(login, family: credential.secretHash, refused: nil, newer: unwritten)
        #expect(second.access == first.access && second.unwritten != nil)
        #expect(stage.server.grants == ["refresh_token"])
        // A token that ends before it could be written is renewed with what belongs to it.
        stage.clock.advance(.seconds(3600))
        let third = try stage.refresh.run(login, family: credential.secretHash, refused: nil, newer: second.unwritten)
        #expect(stage.server.forms.map { $0["refresh_token"] } == [login.refresh?.text, first.refresh?.text])
        stage.mend("auth-profiles.json.understudy.lock")
        let fourth = try stage.refresh.run(login, family: credential.secretHash, refused: nil, newer: third.unwritten)
        #expect(fourth.access == third.access && fourth.unwritten == nil)
        #expect(try stage.profile["refresh"]?.string == third.refresh?.text)
        #expect(stage.server.grants.count == 2)
    }

    @Test func `that could not be written yields to somebody who signs in meanwhile`() throws {
        let stage = try LoginStage()
        try stage.signIn()
        let credential = try stage.credential
        let login = try #require(credential.login)
        stage.spoil("auth-profiles.json.understudy.lock")
        let unwritten = try #require(try stage.refresh.run(login, family: "", refused: nil).unwritten)
        stage.mend("auth-profiles.json.understudy.lock")
        let new = try stage.signIn(left: .seconds(3600))
        let after = try stage.refresh.run(login, family: "", refused: nil, newer: unwritten)
        #expect(after.byOthers && after.access.text == new.access)
        #expect(try stage.profile["refresh"]?.string == new.refresh)
        #expect(stage.server.grants.count == 1)
    }

    @Test func `sends no secret in the clear but to this machine`() throws {
        var stage = try LoginStage()
        try stage.signIn()
        stage.descriptor.tokenURL = "http://token.example/token"
        guard case .failure(let failure) = try stage.renew() else { return #expect(Bool(false)) }
        #expect(failure.rule == "oauth.not_configured")
    }
}
