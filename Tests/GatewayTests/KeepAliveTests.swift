// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// A client that hears nothing for long is told that its request lives, also before anybody has spoken.
@Suite(.timeLimit(.minutes(5)), Shared<WaitingScene>()) struct `A client that waits` {
    @Test(arguments: PlayedWire.allCases)
    func `hears signs of life, then the reply, and who spoke in its events alone:`(wire: PlayedWire) async throws {
        let reply = try await WaitingScene.ask(wire, "late")
        #expect(reply.status == 200, "\(reply.text)")
        #expect(reply.headers.first("content-type")?.hasPrefix("text/event-stream") == true)
        #expect(reply.headers.first("x-understudy-model") == nil && reply.headers.first("x-understudy-credential") == nil)
        #expect(reply.headers.first("x-understudy-request-id") != nil)
        let sign = WaitingScene.sign(wire)
        #expect(reply.text.hasPrefix(sign + sign), "\(reply.text)")
        let events = reply.text.replacing(sign, with: "")
        #expect(reply.events.compactMap { wire.text(of: $0) }.joined().hasPrefix("At last."), "\(reply.text)")
        #expect(try await WaitingScene.ask(wire, "soon").text.count == events.count, "nothing else is different")
    }

    @Test(arguments: PlayedWire.allCases)
    func `gets its wire's error event with the receipt when all have failed:`(wire: PlayedWire) async throws {
        let reply = try await WaitingScene.ask(wire, "breaks-\(wire.rawValue)")
        #expect(reply.status == 200 && reply.text.hasPrefix(WaitingScene.sign(wire)), "\(reply.text)")
        let error = wire.error(in: try #require(reply.events.last))
        #expect(error.message?.contains("stage/breaks") == true, "\(reply.text)")
        #expect(error.receipt?["id"]?.string == reply.headers.first("x-understudy-request-id"), "\(reply.text)")
        #expect(!reply.hasTerminator, "that would be a clean end")
        let receipt = try await WaitingScene.current.gateway.receipt(of: reply)
        #expect(receipt["outcome"]?["kind"] == "refused", "\(receipt)")
    }

    @Test(arguments: PlayedWire.allCases)
    func `is told of its own mistake in the upstream's words:`(wire: PlayedWire) async throws {
        let reply = try await WaitingScene.ask(wire, "mistake")
        #expect(reply.status == 200 && reply.text.hasPrefix(WaitingScene.sign(wire)), "\(reply.text)")
        let error = wire.error(in: try #require(reply.events.last))
        #expect(error.message?.contains("temperature is too warm") == true, "\(reply.text)")
        #expect(error.receipt != nil, "\(reply.text)")
    }

    @Test(arguments: ["off", "0", "60"])
    func `hears nothing if it asks for that, and gets a status`(header: String) async throws {
        let reply = try await WaitingScene.ask(.chat, "breaks-\(header)", headers: ["x-understudy-keep-alive": header])
        #expect(reply.status == 503 && reply.json["error"]?["understudy"] != nil, "\(reply.text)")
        let late = try await WaitingScene.ask(.chat, "late", headers: ["x-understudy-keep-alive": header])
        #expect(!late.text.contains("keep-alive") && late.headers.first("x-understudy-model") == "stage/late", "\(late.text)")
    }

    @Test(arguments: ["often", "-1", "3601", "nan"])
    func `is told what the header takes`(header: String) async throws {
        let reply = try await WaitingScene.ask(.chat, "soon", headers: ["x-understudy-keep-alive": header])
        #expect(reply.status == 400 && reply.error["param"] == "x-understudy-keep-alive", "\(reply.text)")
    }

    @Test func `hears nothing where it wants a whole reply`() async throws {
        let reply = try await WaitingScene.current.gateway.ask("stage/late")
        #expect(reply.status == 200 && reply.json["choices"]?[0]?["message"]?["content"] == "At last.", "\(reply.text)")
    }

    @Test func `hears line feeds on the Gemini API's JSON array`() async throws {
        let reply = try await WaitingScene.current.gateway.send(
            .post, "/v1beta/models/stage/late:streamGenerateContent", body: PlayedWire.gemini.request("stage/late"))
        #expect(reply.status == 200 && reply.text.hasPrefix("\n\n"), "\(reply.text)")
        let elements = try JSONValue.parse(reply.text).array ?? []
        #expect(elements.allSatisfy { $0["candidates"] != nil } && !elements.isEmpty, "\(reply.text)")
    }

    @Test func `hears something within half its patience, which its SDK tells`() async throws {
        // Of 1 s less a margin, half is less than the second that the header asks for.
        let reply = try await WaitingScene.ask(
            .chat, "late", headers: ["x-stainless-read-timeout": "1.0", "x-understudy-keep-alive": "10"])
        #expect(reply.status == 200, "\(reply.text)")
        let hasty = try await WaitingScene.ask(.chat, "silent", headers: ["x-stainless-read-timeout": "0.6"])
        #expect(hasty.text.contains("keep-alive"), "\(hasty.text)")
        let receipt = try await WaitingScene.current.gateway.receipt(of: hasty)
        #expect(receipt["attempts"]?[0]?["failure"]?["limit"]?["set_by"] == "x-stainless-read-timeout", "\(receipt)")
    }
}

/// One gateway, whose upstream takes its time.
final class WaitingScene: TestScene {
    let gateway: RunningGateway
    private let stage: Stage

    init() async throws {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            let pause = Script.Act.wait(.milliseconds(700))
            // What fails is blocked, so each test has a model of its own for that.
            switch asked.model.prefix(while: { $0 != "-" }) {
            case "late": return Script([pause] + Script.says("At last.", to: asked, pace: .zero).acts)
            case "soon": return .says("At last.", to: asked, pace: .zero)
            case "breaks": return Script([pause] + Script.refuses(500, "The stage is on fire.").acts)
            case "mistake":
                return Script([pause] + Script.refuses(400, "temperature is too warm", type: "invalid_request_error").acts)
            default: return Script([.stall])
            }
        }
        gateway = try await RunningGateway(
            settings: Stage.settings([("stage", upstream)], more: "gateway: { keepAliveSeconds: 0.2 },"))
        self.stage = stage
    }

    func stop() async { await gateway.stop() }

    static func ask(_ wire: PlayedWire, _ model: String, headers: Headers = [:]) async throws -> BlockingHTTP.Reply {
        var all = headers
        all.append("x-understudy-no-fallback", "true")
        return try await current.gateway.send(
            .post, wire.path("stage/\(model)", streaming: true), headers: all,
            body: wire.request("stage/\(model)", streaming: true))
    }

    static func sign(_ wire: PlayedWire) -> String {
        switch wire {
        case .chat, .responses: ": keep-alive\n\n"
        case .messages: "event: ping\ndata: {\"type\": \"ping\"}\n\n"
        case .gemini: "data: {}\r\n\r\n"
        }
    }
}
