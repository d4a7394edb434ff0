// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import TestSupport
import Testing

/// `responses.keepDays` as the built gateway keeps it: at its start, and of what is asked for.
@Suite(.timeLimit(.minutes(5))) struct `A response that grows old` {
    /// Makes what a stopped gateway keeps older by so many days.
    ///
    /// - Returns: How many replies the file has, and how many with what was said in them, before its next start.
    private static func age(_ home: TemporaryHome, byDays days: Int) async throws -> String {
        let python = try await PythonEnvironment.sdks()
        let script = ProjectFile.path("Tests/GatewayTests/Scripts/age_responses.py")
        let done = try await python.run(script: script, [home.path + "/.understudy/responses.sqlite", "\(days)"], environment: [:])
        try #require(done.ending == .exited(0), "\(done.error)")
        return String(done.out.prefix { $0 != "\n" })
    }

    @Test func `loses what was said after keepDays, and its maker after OpenAI's own 30 days`() async throws {
        let stage = try KeepingStage()
        let settings = stage.settings(primary: "first/m", fallbacks: ["chat/m"], more: "responses: { keepDays: 3 },")
        let gateway = try await RunningGateway(settings: settings)
        let own = try #require(try await gateway.respond("first/m", "One?").responseID)
        let crossed = try #require(try await gateway.respond("chat/m", "One?").responseID)
        #expect(try await gateway.get("/v1/responses/\(crossed)").status == 200)
        await gateway.stop()

        // A day before: all is as it was.
        #expect(try await Self.age(gateway.home, byDays: 2) == "2 2")
        let young = try await RunningGateway(settings: nil, home: gateway.home)
        #expect(try await young.respond("chat/m", "Two?", after: crossed).status == 200)
        await young.stop()

        // A day after: the provider still has its own, and nobody has the other.
        #expect(try await Self.age(gateway.home, byDays: 2) == "3 3")
        let old = try await RunningGateway(settings: nil, home: gateway.home)
        stage.forget()
        #expect(try await old.respond("default", "Two?", after: own).headers.first("x-understudy-model") == "first/m")
        #expect(try JSONValue.parse(try #require(stage.asked(of: "first").first).body)["previous_response_id"]?.string == own)
        let refused = try await old.respond("chat/m", "Two?", after: crossed)
        #expect(refused.status == 400 && refused.error["message"]?.string?.contains("responses.keepDays") == true, "\(refused.text)")
        #expect(try await old.get("/v1/responses/\(crossed)").status == 404)
        // With its maker down, what is not known cannot be written out.
        stage.fail("first")
        stage.forget()
        let down = try await old.respond("default", "Two?", after: own)
        #expect(down.status >= 500 && stage.asked(of: "chat").isEmpty, "\(down.status) \(down.text)")
        await old.stop()
        // And it is gone from the file: what was asked since is new.
        #expect(try await Self.age(gateway.home, byDays: 30) == "4 2")

        stage.fail()
        let ancient = try await RunningGateway(settings: nil, home: gateway.home)
        #expect(try await ancient.respond("chat/m", "Two?", after: crossed).error["code"] == "previous_response_not_found")
        await ancient.stop()
        #expect(try await Self.age(gateway.home, byDays: 0) == "0 0")
    }
}
