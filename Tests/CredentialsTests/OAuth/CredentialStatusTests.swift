// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import Testing

@Suite struct `The status of a credential` {
    static let failed = failure(#""rule": "oauth.server_error", "count": 2, "next": 1763690030000"#)
    static let dead = failure(#""rule": "oauth.invalid_grant", "permanent": true, "count": 1"#)

    static func failure(_ members: String) -> String { #", "refreshFailure": {"at": 1763689940000, "message": "", \#(members)}"# }

    @Test(arguments: [
        (86_400, "", "ok, renewed by itself in 86400s"), (301, "", "ok, renewed by itself in 301s"),
        (300, "", "expiring, in 300s (renewed by itself)"), (1, "", "expiring, in 1s (renewed by itself)"),
        (0, "", "expired (refreshes on use)"), (-999_999, "", "expired (refreshes on use)"),
        (100, failed, "refresh failed: server_error, 60s ago, next try in 30s; the old token lives for 100s"),
        (-100, failed, "refresh failed: server_error, 60s ago, next try in 30s"),
        (100, dead, "expiring, in 100s"), (-100, dead, "sign in again: invalid_grant, 60s ago"),
        (90_000, #", "managedBy": "codex-cli""#, "ok, expires in 90000s"), (3600, #", "managedBy": "codex-cli""#, "expiring, in 3600s"),
        (-60, #", "managedBy": "codex-cli""#, "sign in again: expired, 60s ago"),
        (900, #", "issued": 1763689640000"#, "ok, renewed by itself in 900s"),
        (100, #", "issued": 1763689990000"#, "ok, renewed by itself in 100s"),
    ])
    func `of a login says what is so`(left: Int, members: String, text: String) throws {
        let stage = try LoginStage()
        try stage.signIn(left: .seconds(left), members: members)
        let status = try stage.credential.status(at: stage.clock.now)
        #expect(status.text(at: stage.clock.now) { "\($0.components.seconds)s" } == text)
        #expect(!text.hasPrefix("ok") || !text.contains("in 0"))
    }

    @Test func `goes on with the time, without anything being read again`() throws {
        let stage = try LoginStage()
        try stage.signIn(left: .seconds(3600))
        let credential = try stage.credential
        func code(after seconds: Int) -> String { credential.status(at: stage.clock.now + .seconds(seconds)).code }
        #expect([0, 3299, 3300, 3599].map(code) == ["ok", "ok", "expiring", "expiring"])
        #expect([3600, 90_000].map(code) == ["expired_refreshable", "expired_refreshable"])
    }

    @Test func `of another program's login never promises to renew it`() throws {
        let stage = try LoginStage()
        try stage.home.write(
            #"""
            {"version": 1, "profiles": {"acme:theirs": {"type": "oauth", "provider": "acme", "access": "a", "refresh": "r", "expires": \#(
                (stage.clock.now + .seconds(-5)).milliseconds)}}}
            """#, to: "openclaw/agents/main/agent/auth-profiles.json")
        let credential = try stage.credential
        #expect(credential.id == "acme:theirs")
        #expect(credential.status(at: stage.clock.now).code == "sign_in_again")
        #expect(credential.unusable == "expired; sign in again")
        #expect(try stage.pool.logins.isEmpty)
    }

    @Test func `lets an expired login that can be renewed be a candidate`() throws {
        let stage = try LoginStage()
        try stage.signIn()
        #expect(try stage.credential.unusable == nil)
        var other = try LoginStage()
        try other.signIn()
        other.descriptor.clientID = nil
        #expect(try other.credential.unusable == "expired; sign in again")
    }

    @Test func `of a token is its end`() throws {
        let stage = try LoginStage()
        try stage.home.write(
            #"""
            {"version": 1, "profiles": {
              "acme:a": {"type": "token", "provider": "acme", "token": "t1"},
              "acme:b": {"type": "token", "provider": "acme", "token": "t2", "expires": \#((stage.clock.now + .seconds(60)).milliseconds)},
              "acme:c": {"type": "token", "provider": "acme", "token": "t3", "expires": \#((stage.clock.now - .seconds(60)).milliseconds)},
              "acme:d": {"type": "api_key", "provider": "acme", "keyRef": {"source": "env", "id": "NOT_SET"}}}}
            """#, to: "state/agents/main/agent/auth-profiles.json")
        let codes = try stage.pool.credentials(for: "acme", agent: "main").map { $0.status(at: stage.clock.now).code }
        #expect(codes == ["static", "expiring", "expired", "unusable"])
    }
}
