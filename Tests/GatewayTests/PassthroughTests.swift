// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing

/// What goes up and what does not, byte by byte.
@Suite(.timeLimit(.minutes(5)), Shared<PassthroughScene>()) struct `What goes to an upstream` {
    /// A body that any reading and writing again would change.
    static let body =
        #"{ "zebra" : [1, 2.50, 1e3, -0.0, 123456789012345678901234567890],"# + "\n\t"
        + #""messages":[{"content":"caf\u00e9 é \/ 🎭\u0000","role":"user","extra":{"b":1,"a":2}}]  ,"model" :  "lead/m","#
        + #""logit_bias":{"50256":-100}, "x_unknown":{"deep":[[[{}]]]},"seed":9007199254740993,"temperature":0.70 }"# + "\r\n"

    @Test func `is the client's body, byte for byte, but for the model`() async throws {
        let scene = try PassthroughScene.current
        let reply = try await scene.gateway.send(.post, "/v1/chat/completions", body: Array(Self.body.utf8))
        #expect(reply.status == 200, "\(reply.text)")
        let asked = try #require(scene.lead.asked.last { $0.model == "m" && $0.body.count > 200 })
        #expect(String(decoding: asked.body, as: UTF8.self) == Self.body.replacing("\"lead/m\"", with: "\"m\""))
        #expect(asked.path == "/v1/chat/completions")
    }

    @Test func `loses only the members that are the gateway's own`() async throws {
        let scene = try PassthroughScene.current
        let body = #"{"model":"lead/own","models":["spare/m"],"messages":[{"role":"user","content":"x"}],"stream":false}"#
        let reply = try await scene.gateway.send(.post, "/v1/chat/completions", body: Array(body.utf8))
        #expect(reply.status == 200)
        let asked = try #require(scene.lead.asked.last { $0.model == "own" })
        #expect(
            String(decoding: asked.body, as: UTF8.self) == #"{"model":"own","messages":[{"role":"user","content":"x"}],"stream":false}"#)
    }

    @Test func `is the same body again for the next candidate`() async throws {
        let scene = try PassthroughScene.current
        let body = Self.body.replacing("\"lead/m\"", with: "\"broke/m\"")
        let reply = try await scene.gateway.send(
            .post, "/v1/chat/completions", headers: ["x-understudy-fallbacks": "spare/again"], body: Array(body.utf8))
        #expect(reply.headers.first("x-understudy-attempts") == "2")
        let asked = try #require(scene.spare.asked.last { $0.model == "again" })
        #expect(String(decoding: asked.body, as: UTF8.self) == Self.body.replacing("\"lead/m\"", with: "\"again\""))
    }

    @Test func `has the provider's key and nothing of the client's`() async throws {
        let scene = try PassthroughScene.current
        let reply = try await scene.gateway.ask(
            "lead/headers",
            headers: [
                "cookie": "session=client-secret", "x-api-key": "client-secret", "proxy-authorization": "Basic client-secret",
                "x-understudy-session": "client-session", "x-understudy-fallbacks": "spare/m", "x-forwarded-for": "10.1.2.3",
                "openai-organization": "org-client", "x-unknown": "client-secret", "referer": "https://client.example",
                "user-agent": "agent/1.0", "te": "trailers", "connection": "keep-alive, x-unknown",
            ])
        #expect(reply.status == 200, "\(reply.text)")
        let headers = try #require(scene.lead.asked.last { $0.model == "headers" }).headers
        #expect(headers.first("authorization") == "Bearer key-lead")
        #expect(headers.first("content-type") == "application/json")
        #expect(headers.first("user-agent") == "agent/1.0")
        var names: [String] = []
        headers.forEach { name, value in
            names.append(name.lowercased())
            #expect(!value.contains("client"), "\(name)")
            #expect(!value.contains(scene.gateway.token), "\(name)")
        }
        let allowed: Set = [
            "host", "authorization", "content-type", "content-length", "accept", "accept-encoding", "user-agent", "x-provider",
        ]
        #expect(Set(names).isSubset(of: allowed), "\(names)")
        #expect(names.count == Set(names).count, "no header twice: \(names)")
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `is not sent on to where a redirect points`(status: Int) async throws {
        let scene = try PassthroughScene.current
        let before = scene.elsewhere.asked.count
        let reply = try await scene.gateway.ask("moved/\(status)", headers: ["x-understudy-fallbacks": "spare/m"])
        #expect(reply.content == "The show goes on.", "\(reply.text)")
        #expect(scene.elsewhere.asked.count == before)
        let receipt = try await scene.gateway.receipt(of: reply)
        #expect(receipt["attempts"]?[0]?["status"]?.int == status)
    }

    @Test(arguments: [false, true])
    func `comes back byte for byte`(streaming: Bool) async throws {
        let scene = try PassthroughScene.current
        let reply = try await scene.gateway.ask("lead/bytes", stream: streaming)
        #expect(reply.text == (streaming ? PassthroughScene.oddStream : PassthroughScene.oddReply))
        #expect(reply.headers.first("content-type")?.hasPrefix(streaming ? "text/event-stream" : "application/json") == true)
        #expect(!reply.headers.contains("x-secret-of-upstream") && !reply.headers.contains("set-cookie"))
    }
}

/// A gateway whose upstreams keep what they were asked.
final class PassthroughScene: TestScene {
    let gateway: RunningGateway
    let lead: ScriptedUpstream
    let spare: ScriptedUpstream
    let elsewhere: ScriptedUpstream
    private let others: [ScriptedUpstream]
    private let stage: Stage

    static let oddReply =
        #"{"id" : "x","unknown":[1.0,  2],"choices":[{"index":0,"message":{"role":"assistant","content":"caf\u00e9"},"finish_reason":"stop"}]}"#
        + "\n"
    /// Comments, an id, a line without a space behind its colon, unknown members.
    static let oddStream =
        ": hello\n\n" + #"id: 7"# + "\n" + #"data:{"choices":[{"index":0,"delta":{"content":"caf\u00e9","odd":1.50}}],"unknown":{}}"#
        + "\n\n"
        + #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n"

    init() async throws {
        let stage = try Stage()
        let elsewhere = try stage.provider("elsewhere", Stage.says("You were led astray."))
        lead = try stage.provider("lead") { asked in
            guard asked.model == "bytes" else { return .says("As you wish.", to: asked, pace: .zero) }
            let headers: Headers = ["set-cookie": "a=b", "x-secret-of-upstream": "1"]
            guard asked.streaming else {
                return Script([.answer(status: 200, headers: headers.with(Script.json), body: Array(Self.oddReply.utf8))])
            }
            return Script([.begin(status: 200, headers: headers.with(Script.eventStream)), .bytes(Array(Self.oddStream.utf8)), .end])
        }
        spare = try stage.provider("spare", Stage.says("The show goes on."))
        let broke = try stage.provider("broke") { _ in Script([.answer(status: 402, headers: [:], body: [])]) }
        let target = elsewhere.baseURL
        let moved = try stage.provider("moved") { asked in
            Script([.answer(status: Int(asked.model) ?? 302, headers: ["location": "\(target)/chat/completions"], body: [])])
        }
        gateway = try await RunningGateway(
            settings: Stage.settings([("lead", lead), ("spare", spare), ("broke", broke), ("moved", moved)]))
        self.elsewhere = elsewhere
        others = [broke, moved]
        self.stage = stage
    }

    func stop() async { await gateway.stop() }
}

extension Headers {
    fileprivate func with(_ others: Headers) -> Headers {
        var all = self
        others.forEach { all.append($0, $1) }
        return all
    }
}
