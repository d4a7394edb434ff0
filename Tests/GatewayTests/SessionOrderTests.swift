// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Testing

/// By what a request names its session, where it does so in more than one way.
@Suite(.timeLimit(.minutes(5))) struct `A session's name` {
    /// The surest first.
    static let headersFirst = ["x-understudy-session", "x-claude-code-session-id", "session_id"]
    static let order = headersFirst + ["prompt_cache_key", "x-session-id", "x-openclaw-session-key", "user"]

    @Test func `is the surest of those that a request brings`() async throws {
        let stage = try Stage()
        let upstream = try stage.provider("stage", Stage.says("Yes."))
        let gateway = try await RunningGateway(settings: Stage.settings([("stage", upstream)]))
        for first in Self.order.indices {
            for second in Self.order.indices[first...] {
                var headers: Headers = [:]
                var body: JSONObject = [:]
                for name in Set([Self.order[first], Self.order[second]]) {
                    if ["prompt_cache_key", "user"].contains(name) {
                        body[name] = .string("by \(name)")
                    } else {
                        headers.append(name, "by \(name)")
                    }
                }
                let receipt = try await gateway.receipt(of: try await gateway.ask("default", headers: headers, extra: body))
                #expect(receipt["session"]?.string == "by \(Self.order[first])", "beside \(Self.order[second])")
            }
        }
        let empty = try await gateway.ask("default", headers: ["x-understudy-session": "", "x-session-id": "one"])
        #expect(try await gateway.receipt(of: empty)["session"]?.string == "one")
        let none = try await gateway.ask("default")
        #expect(try await gateway.receipt(of: none)["session"]?.string == nil)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}
