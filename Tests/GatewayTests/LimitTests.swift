// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// What the gateway takes at once. One more is told so at once, and those that are served notice nothing.
@Suite(.timeLimit(.minutes(5))) struct `Too much at once` {
    static func scene(_ http: String) async throws -> (RunningGateway, ScriptedUpstream, Stage) {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            asked.model == "silent" ? Script([.stall]) : .says("Come in.", to: asked, pace: .zero)
        }
        let gateway = try await RunningGateway(settings: Stage.settings([("stage", upstream)], more: "gateway: { http: { \(http) } },"))
        return (gateway, upstream, stage)
    }

    @Test func `of requests is refused, with leave to try again`() async throws {
        let (gateway, upstream, stage) = try await Self.scene("maxRequests: 2")
        let request = gateway.bytes(body: RunningGateway.chat("stage/silent"))
        var waiting: [RawConnection] = try await onThread { [port = gateway.port] in
            try (0..<2).map { _ in
                let connection = try RawConnection(port: port)
                try connection.send(request)
                return connection
            }
        }
        #expect(await eventually { upstream.asked.count == 2 })
        let refused = try await gateway.ask("stage/m")
        #expect(refused.status == 503 && refused.error["code"] == "gateway_busy", "\(refused.text)")
        #expect(refused.headers.first("retry-after") == "1" && refused.headers.first("x-should-retry") == "true")
        #expect(try await gateway.get("/health").status == 200, "what calls no upstream is not counted")
        waiting = []
        #expect(try await eventually { try await gateway.ask("stage/m").status == 200 })
        #expect(upstream.asked.count == 3)
        await gateway.stop()
        withExtendedLifetime((stage, waiting)) {}
    }

    @Test func `of connections is refused`() async throws {
        let (gateway, _, stage) = try await Self.scene("maxConnections: 3")
        let (answers, others) = try await onThread { [port = gateway.port] in
            let open = try (0..<3).map { _ in
                let connection = try RawConnection(port: port)
                // An answer shows that it was accepted.
                try connection.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
                return (connection, connection.read { $0.hasSuffix("}") })
            }
            let fourth = try RawConnection(port: port)
            return (open.map(\.1) + [fourth.read()], open.map(\.0))
        }
        #expect(answers.map { $0.hasPrefix("HTTP/1.1 200 ") } == [true, true, true, false], "\(answers)")
        #expect(answers.last?.hasPrefix("HTTP/1.1 503 ") == true && answers.last?.contains("too_many_connections") == true, "\(answers)")
        await gateway.stop()
        withExtendedLifetime((stage, others)) {}
    }

    @Test func `of a body is refused where configuration says so`() async throws {
        let (gateway, upstream, stage) = try await Self.scene("maxBodyBytes: 2048")
        let small = try await gateway.ask("stage/m", extra: ["x": .string(String(repeating: "x", count: 1500))])
        #expect(small.status == 200)
        let large = try await gateway.ask("stage/m", extra: ["x": .string(String(repeating: "x", count: 2048))])
        #expect(large.status == 413 && large.error["code"] == "body_too_large", "\(large.text)")
        #expect(upstream.asked.count == 1)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `of bodies together is refused until one is let go`() async throws {
        let (gateway, upstream, stage) = try await Self.scene("maxBodyBytes: 80000, maxBodyMemoryBytes: 100000")
        let body = RunningGateway.chat("stage/silent", extra: ["x": .string(String(repeating: "x", count: 60_000))])
        var waiting: RawConnection? = try await onThread { [port = gateway.port, request = gateway.bytes(body: body)] in
            let connection = try RawConnection(port: port)
            try connection.send(request)
            return connection
        }
        #expect(await eventually { upstream.asked.count == 1 })
        let padding: JSONObject = ["x": .string(String(repeating: "x", count: 60_000))]
        let refused = try await gateway.ask("stage/m", extra: padding)
        #expect(refused.status == 503 && refused.error["code"] == "body_memory_exhausted", "\(refused.text)")
        #expect(try await gateway.ask("stage/m").status == 200, "a small one fits beside it")
        withExtendedLifetime(waiting) {}
        waiting = nil
        #expect(try await eventually { try await gateway.ask("stage/m", extra: padding).status == 200 })
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}
