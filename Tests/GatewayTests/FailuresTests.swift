// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing

/// What no rule knew is kept, so that somebody can make a rule of it.
@Suite(.timeLimit(.minutes(5))) struct `An unknown error` {
    @Test func `is kept once per wording, without secrets, and listed with and without a gateway`() async throws {
        let stage = try Stage()
        let upstreams = [
            (
                "odd",
                try stage.provider("odd") { _ in
                    .refuses(
                        430, "The frobnicator \(UInt32.random(in: 0..<1000)) is jammed by key-odd-0123456789, sk-abcdefghijklmnop1234567890"
                    )
                }
            ), ("spare", try stage.provider("spare", Stage.says("Here."))),
        ]
        let settings = Stage.settings(upstreams, fallbacks: ["spare/m"]).replacing("\"key-odd\"", with: "\"key-odd-0123456789\"")
        let gateway = try await RunningGateway(settings: settings)
        let empty = try await BuiltBinary().run(["failures"], home: gateway.home)
        #expect(empty.status == 0 && empty.out.hasPrefix("No unknown error is kept: a rule knew each one that came."))
        for _ in 0..<3 {
            _ = try await gateway.ask("odd/m", headers: ["x-understudy-fallbacks": "spare/m"])
            _ = try await gateway.send(.post, "/api/credentials/clear", body: Array(#"{"all":true}"#.utf8))
        }
        let kept = try #require(try await gateway.get("/api/failures").json["failures"]?.array)
        try #require(kept.count == 1, "\(kept)")
        #expect(kept[0]["provider"] == "odd" && kept[0]["model"] == "m" && kept[0]["count"] == 3)
        let body = try #require(kept[0]["body"]?.string)
        #expect(body.contains("frobnicator") && body.contains("<secret>"))
        #expect(!body.contains("key-odd-0123456789") && !body.contains("abcdefghijklmnop"))
        #expect(try await gateway.receipt(try #require(kept[0]["receipt"]?.string)).reasons.first == "unknown")
        #expect(try await gateway.get("/api/failures?provider=spare").json["failures"]?.array == [])
        let listed = try await BuiltBinary().run(["failures", "--provider", "odd"], home: gateway.home)
        #expect(listed.out.contains("frobnicator") && listed.out.contains("understudy failures classify"), "\(listed.out)")
        await gateway.stop()
        let stored = try await BuiltBinary().run(["failures", "--json"], home: gateway.home)
        let told = try JSONValue.parse(stored.out)
        #expect(told["source"] == "store" && told["failures"]?[0]?["body"]?.string == body)
        withExtendedLifetime(stage) {}
    }
}
