// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// Every fault of the rehearsal provider as the first candidate, on a provider of its own, with a healthy one behind it.
@Suite(.timeLimit(.minutes(5)), Shared<FaultScene>()) struct `A fault of the first candidate` {
    /// What becomes of a request.
    enum End: Hashable, Sendable {
        /// The second candidate answers, after the first failed for this reason. `again`: the first is asked twice.
        case understudy(String, again: Bool = false)
        /// The upstream's own words go to the client.
        case told(String, status: Int)
        /// The first candidate answers after all.
        case lead
        /// A stream that has begun ends in an error event.
        case broken(String)
    }

    static let rows: [(fault: String, plain: End, stream: End)] = [
        ("402-no-body", .understudy("billing"), .understudy("billing")),
        ("402-credits", .understudy("billing"), .understudy("billing")),
        ("429-quota", .understudy("quota"), .understudy("quota")),
        ("429-rate", .understudy("rate_limit"), .understudy("rate_limit")),
        ("401-bad-key", .understudy("auth"), .understudy("auth")),
        ("404-model", .understudy("model_not_found"), .understudy("model_not_found")),
        ("400-context", .understudy("context_overflow"), .understudy("context_overflow")),
        ("400-invalid", .told("invalid_request", status: 400), .told("invalid_request", status: 400)),
        ("400-policy", .told("content_policy", status: 400), .told("content_policy", status: 400)),
        ("500-error", .understudy("server_error", again: true), .understudy("server_error", again: true)),
        ("503-overloaded", .understudy("overloaded", again: true), .understudy("overloaded", again: true)),
        ("html-page", .understudy("server_error", again: true), .understudy("server_error", again: true)),
        ("error-in-200", .understudy("billing"), .understudy("billing")),
        ("stall", .understudy("timeout"), .understudy("timeout")),
        ("stall-at-40", .understudy("timeout"), .broken("timeout")),
        ("slow-start", .understudy("timeout"), .understudy("timeout")),
        ("reset", .understudy("network"), .understudy("network")),
        ("cut-at-40", .understudy("malformed"), .broken("malformed")),
        ("error-at-40", .understudy("malformed"), .broken("server_error")),
        ("garbage-at-40", .understudy("malformed"), .broken("malformed")),
        ("no-terminator", .understudy("malformed"), .lead),
        ("empty-reply", .understudy("malformed"), .understudy("malformed")),
        ("truncated-reply", .understudy("malformed"), .understudy("malformed")),
        ("not-http", .understudy("malformed"), .understudy("malformed")),
        // What these refuse is not in this request: RepairTests asks them with it.
        ("format-cache-markers", .lead, .lead),
        ("format-unknown-parameter", .lead, .lead),
        ("format-max-tokens-name", .lead, .lead),
        ("format-developer-role", .lead, .lead),
        ("format-tool-call-id", .lead, .lead),
    ]

    @Test func `is in this table, whichever it is`() {
        #expect(Self.rows.map(\.fault).sorted() == Fault.all.map(\.name).sorted())
    }

    @Test(arguments: rows.map(\.fault), [false, true])
    func `ends as the table says:`(fault: String, streaming: Bool) async throws {
        let row = try #require(Self.rows.first { $0.fault == fault })
        let scene = try FaultScene.current
        let lead = FaultScene.name(fault, streaming)
        // What becomes of a broken stream that somebody goes on with is told elsewhere.
        let reply = try await scene.gateway.ask(
            "\(lead)/\(fault)", headers: ["x-understudy-fallbacks": "spare/m", "x-understudy-mid-stream": "error"], stream: streaming)
        let receipt = try await scene.gateway.receipt(of: reply)
        #expect(receipt["facts"] == nil && receipt["id"]?.string == reply.headers.first("x-understudy-request-id"))
        switch streaming ? row.stream : row.plain {
        case .understudy(let reason, let again):
            #expect(reply.status == 200, "\(reply.text)")
            #expect(reply.content == "The show goes on.")
            #expect(reply.hasTerminator == streaming)
            #expect(receipt.reasons == (again ? [reason, reason, "answered"] : [reason, "answered"]))
            #expect(receipt.outcome == "answered")
            expectServed(reply, by: "spare", attempts: again ? 3 : 2)
            #expect(scene.stage.calls(of: lead) == (again ? 2 : 1))
        case .told(let reason, let status):
            #expect(reply.status == status)
            // The upstream's own words, with the receipt beside them.
            let told = try JSONValue.parse(scene.words(of: fault))["error"]?.object ?? [:]
            let heard = reply.json["error"]?.object ?? [:]
            for (key, value) in told.members { #expect(heard[key] == value, "\(reply.text)") }
            #expect(heard["understudy"]?["id"]?.string == reply.headers.first("x-understudy-request-id"))
            #expect(receipt.reasons == [reason])
            #expect(receipt.outcome == "passed_on")
            expectServed(reply, by: lead, attempts: 1)
            #expect(try await !scene.isBlocked(lead), "a client's own mistake blocks nothing")
        case .lead:
            #expect(reply.status == 200)
            #expect(reply.content.hasSuffix("before the curtain falls."))
            #expect(reply.hasTerminator == streaming, "the missing terminator is supplied")
            #expect(receipt.reasons == ["answered"])
            expectServed(reply, by: lead, attempts: 1)
        case .broken(let reason):
            #expect(reply.status == 200)
            #expect(reply.content.hasPrefix("This line is said"))
            #expect(!reply.text.contains("[DONE]"), "a broken stream has no end that could pass for one")
            let error = reply.events.last?["error"]
            #expect(error?["code"] == "stream_interrupted", "\(reply.text)")
            #expect(error?["message"]?.string?.contains(receipt["id"]?.string ?? "?") == true)
            #expect(receipt.reasons == [reason])
            #expect(receipt.outcome == "failed")
            expectServed(reply, by: lead, attempts: 1)
        }
    }

    private func expectServed(_ reply: BlockingHTTP.Reply, by provider: String, attempts: Int) {
        #expect(reply.headers.first("x-understudy-model")?.hasPrefix("\(provider)/") == true, "\(reply.headers)")
        #expect(reply.headers.first("x-understudy-credential")?.hasPrefix("\(provider):") == true, "\(reply.headers)")
        #expect(reply.headers.first("x-understudy-attempts") == String(attempts))
    }
}

/// A gateway with a provider for each fault, plain and streamed, so that no row meets another's blocks.
final class FaultScene: TestScene {
    let stage: Stage
    let gateway: RunningGateway
    private let upstreams: [ScriptedUpstream]

    init() async throws {
        let stage = try Stage()
        var upstreams = [("spare", try stage.provider("spare", Stage.says("The show goes on.")))]
        for fault in Fault.all {
            for streaming in [false, true] {
                let name = Self.name(fault.name, streaming)
                upstreams.append((name, try stage.provider(name, fault.script)))
            }
        }
        self.stage = stage
        self.upstreams = upstreams.map(\.1)
        // Only who is to be too slow has little time: a busy machine is slow too.
        let first = "localFirstTokenSeconds: 1, plainSeconds: 1"
        let slow = ["stall": first, "slow-start": first, "stall-at-40": "plainSeconds: 1, idleSeconds: 2"]
        gateway = try await RunningGateway(
            settings: Stage.settings(
                upstreams, more: #"failover: { midStream: "error" },"#,
                timeouts: { name in slow.first { name == Self.name($0.key, true) || name == Self.name($0.key, false) }?.value }))
    }

    static func name(_ fault: String, _ streaming: Bool) -> String { "\(fault)-\(streaming ? "stream" : "plain")" }

    /// The body of a fault's refusal.
    func words(of fault: String) -> [UInt8] {
        let asked = AskedRequest(model: fault)
        guard case .answer(_, _, let body)? = Fault.all.first(where: { $0.name == fault })?.script(asked).acts.first else { return [] }
        return body
    }

    func isBlocked(_ provider: String) async throws -> Bool {
        try await gateway.blocks().contains {
            JSONWriter.string($0).contains("\(provider)/") || JSONWriter.string($0).contains("\(provider):")
        }
    }

    func stop() async { await gateway.stop() }
}
