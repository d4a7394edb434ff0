// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing

/// Clients that leave while the gateway is busy with something else than their stream.
@Suite(.timeLimit(.minutes(5))) struct `A client that leaves` {
    static let halfACall: JSONValue = [
        "tool_calls": [["index": 0, "id": "c", "type": "function", "function": ["name": "f", "arguments": "{"]]]
    ]

    enum Moment: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case whileARescueBegins, whileAResetIsWaitedFor, whileACallIsKeptBack
        var testDescription: String { rawValue }
    }

    @Test(arguments: Moment.allCases, [false, true])
    func `is not served on, asks nobody else and counts against nobody:`(moment: Moment, byReset: Bool) async throws {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            switch asked.model {
            case "broken": .streams(Saying("And so on and so on."), to: asked, pace: .zero, .then([.cut], afterPercent: 60))
            case "limited": .refuses(429, "Slow down.", code: "rate_limit_exceeded", headers: ["retry-after": "20"])
            case "calls":
                Script([.begin(status: 200, headers: Script.eventStream), .bytes(Script.event("m", delta: Self.halfACall)), .stall])
            default: Script([.stall])
            }
        }
        let models = ["broken", "limited", "calls", "silent", "spare"].map { #"{ id: "\#($0)" }"# }.joined(separator: ", ")
        let gateway = try await RunningGateway(
            settings: """
                { failover: { patienceSeconds: 60 }, models: { mode: "replace", providers: { stage: { baseUrl: "\(upstream.baseURL)",
                  api: "openai-completions", apiKey: "key-stage", models: [\(models)] } } }, agents: { defaults: { model: "stage/silent" } } }
                """)
        let (model, fallbacks): (String, [JSONValue]) =
            switch moment {
            case .whileARescueBegins: ("stage/broken", ["stage/silent", "stage/spare"])
            case .whileAResetIsWaitedFor: ("stage/limited", [])
            case .whileACallIsKeptBack: ("stage/calls", ["stage/spare"])
            }
        let request = gateway.bytes(body: RunningGateway.chat(model, stream: true, extra: ["models": .array(fallbacks)]))
        var connection: RawConnection? = try await onThread { [port = gateway.port] in
            let connection = try RawConnection(port: port)
            try connection.send(request)
            return connection
        }
        let calls = moment == .whileARescueBegins ? 2 : 1
        #expect(
            try await eventually {
                let one = try await gateway.get("/api/sessions").json["requests"]?[0]
                return stage.asked.count == calls && one?["attempts"]?.int == calls
                    && (one?["model"]?.string == nil) == (moment == .whileAResetIsWaitedFor)
            })
        let left = ContinuousClock.now
        if byReset { connection?.resetOnClose() }
        connection = nil
        #expect(try await eventually { try await gateway.status()["in_flight"] == 0 })
        #expect(await eventually { upstream.abandoned == (moment == .whileAResetIsWaitedFor ? 0 : 1) })
        // Milliseconds; a crowded machine may need more. The first limit that would notice is 12 s, the reset 20 s.
        #expect(ContinuousClock.now - left < .seconds(11), "it ended \(ContinuousClock.now - left) after its client left")
        let receipt = try #require(try await gateway.lastReceipt())
        #expect(receipt.outcome == "cancelled", "\(receipt)")
        #expect(stage.asked.count == calls, "\(stage.asked)")
        await gateway.stop()
    }
}
