// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import Synchronization
import TestSupport
import Testing

@Suite struct `The keeper of logins` {
    /// Waits for a renewal on no thread that runs tests.
    static func renewed(_ keeper: LoginKeeper, _ key: StoredLogin.Key, refused: Secret? = nil) async -> LoginKeeper.Result {
        await withCheckedContinuation { continuation in keeper.renew(key, refused: refused) { continuation.resume(returning: $0) } }
    }

    static func keeper(_ stage: LoginStage) throws -> (LoginKeeper, StoredLogin.Key) {
        let keeper = LoginKeeper(refresh: stage.refresh, log: .silent, now: { [clock = stage.clock] in clock.now })
        keeper.update(try stage.pool)
        return (keeper, try #require(try stage.credential.login?.key))
    }

    @Test func `hands out a good token without asking anybody`() throws {
        let stage = try LoginStage()
        let given = try stage.signIn(left: .seconds(3600))
        let (keeper, key) = try Self.keeper(stage)
        #expect(keeper.ready(key) == .secret(Secret(given.access)))
        #expect(stage.server.grants == [])
    }

    @Test func `renews ahead in the background, and hands out the old one meanwhile`() async throws {
        let stage = try LoginStage()
        let given = try stage.signIn(left: .seconds(200))
        let (keeper, key) = try Self.keeper(stage)
        #expect(keeper.ready(key) == .secret(Secret(given.access)))
        #expect(await eventually { keeper.ready(key) != .secret(Secret(given.access)) })
        #expect(stage.server.grants == ["refresh_token"])
        // The new one is good for an hour.
        keeper.tick()
        stage.clock.advance(.seconds(3000))
        #expect(await eventually { if case .secret = keeper.ready(key) { true } else { false } })
        #expect(stage.server.grants == ["refresh_token"])
        stage.clock.advance(.seconds(400))
        keeper.tick()
        #expect(await eventually { stage.server.grants.count == 2 })
    }

    @Test func `renews once for all who wait`() async throws {
        let stage = try LoginStage()
        try stage.signIn()
        stage.server.play { $0.delay = .milliseconds(100) }
        let (keeper, key) = try Self.keeper(stage)
        #expect(keeper.ready(key) == .due)
        let results = await withTaskGroup(of: LoginKeeper.Result.self) { group in
            for _ in 0..<20 { group.addTask { await Self.renewed(keeper, key) } }
            return await group.reduce(into: Set<LoginKeeper.Result>()) { $0.insert($1) }
        }
        #expect(results.count == 1)
        #expect(stage.server.grants == ["refresh_token"])
    }

    @Test func `keeps an old token that lives through a failure, and asks again after a pause`() async throws {
        let stage = try LoginStage()
        let given = try stage.signIn(left: .seconds(200))
        stage.server.play { $0.faults = [(500, ""), (500, "")] }
        let (keeper, key) = try Self.keeper(stage)
        keeper.tick()
        #expect(await eventually { stage.server.grants.count == 1 })
        #expect(await eventually { (try? stage.credential.login?.failure) != nil })
        for _ in 0..<5 { keeper.tick() }
        #expect(keeper.ready(key) == .secret(Secret(given.access)))
        #expect(stage.server.grants.count == 1)
        stage.clock.advance(.seconds(31))
        keeper.tick()
        #expect(await eventually { stage.server.grants.count == 2 })
    }

    @Test func `says of a dead login that it failed, and never asks again until somebody signs in`() async throws {
        let stage = try LoginStage()
        try stage.signIn()
        stage.server.revokeAll()
        let (keeper, key) = try Self.keeper(stage)
        guard case .failure(let failure) = await Self.renewed(keeper, key) else { return #expect(Bool(false)) }
        #expect(failure.rule == "oauth.invalid_grant")
        #expect(keeper.ready(key) == .failed(failure))
        stage.clock.advance(.seconds(86_400))
        keeper.tick()
        keeper.update(try stage.pool)
        #expect(await Self.renewed(keeper, key) == .failure(failure))
        #expect(stage.server.grants.count == 1)
        let new = try stage.signIn(left: .seconds(3600))
        keeper.update(try stage.pool)
        #expect(keeper.ready(key) == .secret(Secret(new.access)))
    }

    @Test func `is not set back by a file that was read before the renewal`() async throws {
        let stage = try LoginStage()
        try stage.signIn()
        let before = try stage.pool
        let (keeper, key) = try Self.keeper(stage)
        stage.clock.advance(.seconds(1))
        let new = try await Self.renewed(keeper, key).get()
        keeper.update(before)
        #expect(keeper.ready(key) == .secret(new))
        keeper.update(try stage.pool)
        #expect(keeper.ready(key) == .secret(new))
    }

    @Test func `keeps tokens that could not be written, and writes them as soon as that works`() async throws {
        let stage = try LoginStage()
        try stage.signIn()
        let (keeper, key) = try Self.keeper(stage)
        stage.spoil("auth-profiles.json.understudy.lock")
        let first = try await Self.renewed(keeper, key).get()
        // It ends, and another comes with the refresh token that stands nowhere.
        stage.clock.advance(.seconds(3600))
        keeper.update(try stage.pool)
        let second = try await Self.renewed(keeper, key).get()
        #expect(second != first && stage.server.isGood(access: second.text))
        // Whatever else changes in the file's folder: the file's own tokens are dead.
        keeper.update(try stage.pool)
        #expect(keeper.ready(key) == .secret(second))
        stage.mend("auth-profiles.json.understudy.lock")
        keeper.tick()
        #expect(await eventually { (try? stage.profile["access"]?.string) == second.text })
        keeper.update(try stage.pool)
        #expect(keeper.ready(key) == .secret(second))
        #expect(stage.server.grants.count == 2)
    }

    @Test func `ends when what is under way has been written, and begins nothing more`() async throws {
        let stage = try LoginStage()
        try stage.signIn()
        stage.server.play { $0.delay = .milliseconds(300) }
        let (keeper, key) = try Self.keeper(stage)
        keeper.tick()
        await keeper.close()
        #expect(stage.server.grants == ["refresh_token"])
        guard case .secret(let renewed) = keeper.ready(key) else { return #expect(Bool(false)) }
        #expect(try stage.profile["access"]?.string == renewed.text)
        stage.clock.advance(.seconds(3600))
        keeper.tick()
        guard case .failure(let failure) = await Self.renewed(keeper, key) else { return #expect(Bool(false)) }
        #expect(failure.rule == "oauth.stopping" && !failure.isPermanent)
        await keeper.close()
        #expect(stage.server.grants.count == 1)
    }

    @Test func `takes a token that was refused for the old one, and asks once`() async throws {
        let stage = try LoginStage()
        let given = try stage.signIn(left: .seconds(3600))
        let (keeper, key) = try Self.keeper(stage)
        let new = try await Self.renewed(keeper, key, refused: Secret(given.access)).get()
        #expect(new.text != given.access)
        // Whoever was refused with the old one a moment later gets the new one.
        #expect(await Self.renewed(keeper, key, refused: Secret(given.access)) == .success(new))
        #expect(stage.server.grants.count == 1)
    }
}
