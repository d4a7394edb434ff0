// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// A provider that keeps one reply, and what it says of it when it is asked.
private final class Keeper: Sendable {
    let stage: Stage
    let upstream: ScriptedUpstream
    let gateway: RunningGateway

    static let made: JSONValue = ["id": "resp_bg", "object": "response", "status": "queued", "background": true, "output": []]

    init(streams: Script? = nil, _ asked: @escaping @Sendable (AskedRequest) -> Script) async throws {
        let stage = try Stage()
        self.stage = stage
        let upstream = try stage.provider("keeper") { request in
            guard request.method == .post, !request.path.hasSuffix("/cancel") else { return asked(request) }
            if request.streaming, let streams { return streams }
            return Script([.answer(status: 200, headers: Script.json, body: JSONWriter.compact(Self.made))])
        }
        self.upstream = upstream
        gateway = try await RunningGateway(settings: Self.settings(upstream))
    }

    static func settings(_ upstream: ScriptedUpstream, provider: String = "keeper") -> String {
        """
        {
          models: { mode: "replace", providers: {
            \(provider): { baseUrl: "\(upstream.baseURL)", api: "openai-responses", apiKey: "key-keeper", models: [{ id: "m" }] } } },
          agents: { defaults: { model: { primary: "\(provider)/m", fallbacks: [] } } },
        }
        """
    }

    /// Has a reply made, in the background.
    func make(streaming: Bool = false) async throws -> BlockingHTTP.Reply {
        try await gateway.respond("keeper/m", "Go on without me.", streaming: streaming, extra: ["background": true])
    }
}

/// The events of a stream in the background, from `first` on.
private func background(from first: Int = 0, to last: Int = 4) -> [Script.Act] {
    let all: [JSONValue] = [
        ["type": "response.created", "sequence_number": 0, "response": Keeper.made],
        ["type": "response.in_progress", "sequence_number": 1, "response": Keeper.made],
        [
            "type": "response.output_item.added", "sequence_number": 2, "output_index": 0,
            "item": ["id": "msg_1", "type": "message", "status": "in_progress", "role": "assistant", "content": []],
        ],
        [
            "type": "response.output_text.delta", "sequence_number": 3, "item_id": "msg_1", "output_index": 0, "content_index": 0,
            "delta": "Done",
        ],
        [
            "type": "response.completed", "sequence_number": 4,
            "response": ["id": "resp_bg", "object": "response", "status": "completed", "output": [], "usage": nil],
        ],
    ]
    return [.begin(status: 200, headers: Script.eventStream)]
        + all[first...last].map { .bytes(Array("event: x\ndata: \(JSONWriter.string($0))\n\n".utf8)) }
}

@Suite(.timeLimit(.minutes(5))) struct `A reply in the background` {
    @Test func `is polled and cancelled where it was made, on the key that it was made with`() async throws {
        let keeper = try await Keeper { asked in
            let isCancelled = asked.path.hasSuffix("/cancel")
            let reply: JSONValue = [
                "id": "resp_bg", "object": "response", "status": isCancelled ? "cancelled" : "in_progress", "output": [],
            ]
            return Script([.answer(status: 200, headers: Script.json, body: JSONWriter.compact(reply))])
        }
        let gateway = keeper.gateway
        let made = try await keeper.make()
        #expect(made.status == 200 && made.json["status"] == "queued", "\(made.text)")
        for _ in 0..<2 { #expect(try await gateway.get("/v1/responses/resp_bg").json["status"] == "in_progress") }
        let cancelled = try await gateway.send(.post, "/v1/responses/resp_bg/cancel")
        #expect(cancelled.status == 200 && cancelled.json["status"] == "cancelled", "\(cancelled.text)")
        #expect(
            keeper.upstream.asked.map(\.path).suffix(3) == [
                "/v1/responses/resp_bg", "/v1/responses/resp_bg", "/v1/responses/resp_bg/cancel",
            ])
        #expect(keeper.upstream.asked.allSatisfy { $0.headers.first("authorization") == "Bearer key-keeper" })
        #expect(try await gateway.blocks().isEmpty)
        await gateway.stop()
    }

    @Test func `that is streamed can be left at its first event and gone on with`() async throws {
        let keeper = try await Keeper(streams: Script(background(to: 1) + [.stall])) { asked in
            #expect(asked.query == "stream=true&starting_after=1")
            return Script(background(from: 2) + [.end])
        }
        let gateway = keeper.gateway
        let body = JSONWriter.compact(["model": "keeper/m", "input": "Go on.", "background": true, "stream": true])
        let seen = try await onThread { [port = gateway.port, bytes = gateway.bytes("POST", "/v1/responses", body: body)] in
            let connection = try RawConnection(port: port)
            try connection.send(bytes)
            return connection.read { $0.contains("response.created") }
        }
        #expect(seen.contains("resp_bg"), "\(seen)")
        #expect(await eventually { keeper.upstream.abandoned == 1 })
        let rest = try await gateway.get(
            "/v1/responses/resp_bg?stream=true&key=\(gateway.token)&x-understudy-session=s&starting_after=1")
        #expect(rest.status == 200 && rest.headers.first("content-type")?.hasPrefix("text/event-stream") == true, "\(rest.text)")
        #expect(rest.events.map { $0["sequence_number"]?.int } == [2, 3, 4], "\(rest.text)")
        #expect(rest.text.hasPrefix("event: x\n"), "its bytes are its maker's")
        #expect(rest.headers.first("x-understudy-model") == "keeper/m")
        await gateway.stop()
    }

    @Test func `that breaks off again says where to go on`() async throws {
        let keeper = try await Keeper { _ in Script(background(from: 1, to: 3) + [.cut]) }
        _ = try await keeper.make()
        let rest = try await keeper.gateway.get("/v1/responses/resp_bg?stream=true&starting_after=0")
        #expect(rest.events.map { $0["sequence_number"]?.int } == [1, 2, 3, 4, 5], "\(rest.text)")
        #expect(rest.events.last?["error"]?["message"]?.string?.contains("starting_after=3") == true, "\(rest.text)")
        await keeper.gateway.stop()
    }

    @Test(arguments: [false, true]) func `is let go within a second of its client`(streaming: Bool) async throws {
        let acts = streaming ? background(to: 1) + [.stall] : [.stall]
        let keeper = try await Keeper { _ in Script(acts) }
        _ = try await keeper.make()
        let path = "/v1/responses/resp_bg" + (streaming ? "?stream=true" : "")
        let bytes = keeper.gateway.bytes("GET", path)
        var connection: RawConnection? = try await onThread { [port = keeper.gateway.port] in
            let connection = try RawConnection(port: port)
            try connection.send(bytes)
            if streaming { _ = connection.read { $0.contains("response.created") } }
            return connection
        }
        #expect(await eventually { keeper.upstream.asked.count == 2 })
        connection?.resetOnClose()
        connection = nil
        let left = ContinuousClock.now
        #expect(await eventually { keeper.upstream.abandoned == 1 })
        // It takes milliseconds; a crowded machine may need more, and the first limit that would notice is 60 s.
        #expect(ContinuousClock.now - left < .seconds(6))
        #expect(try await keeper.make().status == 200)
        await keeper.gateway.stop()
    }

    @Test func `whose maker is not configured any more is explained`() async throws {
        let keeper = try await Keeper { _ in Script([.stall]) }
        _ = try await keeper.make()
        await keeper.gateway.stop()
        let gateway = try await RunningGateway(
            settings: Keeper.settings(keeper.upstream, provider: "other"), home: keeper.gateway.home)
        let read = try await gateway.get("/v1/responses/resp_bg")
        #expect(read.status == 404 && read.error["code"] == "response_maker_gone", "\(read.text)")
        #expect(read.error["message"]?.string?.contains("models.providers.keeper") == true, "\(read.text)")
        for (method, path) in [(HTTP.Method.delete, "/v1/responses/resp_bg"), (.post, "/v1/responses/resp_bg/cancel")] {
            let reply = try await gateway.send(method, path)
            #expect(reply.status == 409 && reply.error["code"] == "response_maker_gone", "\(reply.text)")
            #expect(reply.headers.first("x-should-retry") == "false")
        }
        #expect(keeper.upstream.asked.count == 1)
        await gateway.stop()
    }
}

@Suite(.timeLimit(.minutes(5))) struct `A reply that crossed` {
    @Test func `is told again as a stream, from where the client wants it`() async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "chat/m", fallbacks: []))
        let made = try await gateway.respond("default", "One?")
        let id = try #require(made.responseID)
        let whole = try await gateway.get("/v1/responses/\(id)?stream=true")
        #expect(whole.headers.first("content-type")?.hasPrefix("text/event-stream") == true)
        #expect(whole.events.map { $0["sequence_number"]?.int } == Array(0..<whole.events.count), "\(whole.text)")
        #expect(whole.events.last?["response"] == made.json)
        #expect(whole.events.contains { $0["delta"] == "chat says 1." })
        let rest = try await gateway.get("/v1/responses/\(id)?stream=true&starting_after=5")
        #expect(rest.events == Array(whole.events.dropFirst(6)))
        #expect(try await gateway.get("/v1/responses/\(id)?stream=false").json == made.json)
        for (query, param) in [
            ("stream=maybe", "stream"), ("starting_after=x", "starting_after"), ("stream=true&starting_after=-1", "starting_after"),
        ] {
            let reply = try await gateway.get("/v1/responses/\(id)?\(query)")
            #expect(reply.status == 400 && reply.error["param"]?.string == param, "\(query): \(reply.text)")
        }
        await gateway.stop()
    }

    @Test func `lists its input in pages`() async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "chat/m", fallbacks: []))
        let input: JSONValue = .array((0..<30).map { ["role": "user", "content": .string("Line \($0)")] })
        let made = try await gateway.send(
            .post, "/v1/responses", body: JSONWriter.compact(["model": "default", "input": input]))
        let id = try #require(made.responseID)
        var seen: [String] = []
        var after = ""
        repeat {
            let page = try await gateway.get("/v1/responses/\(id)/input_items?order=asc&limit=12\(after)").json
            seen += page["data"]?.array?.compactMap { $0["content"]?[0]?["text"]?.string } ?? []
            #expect(page["first_id"] == page["data"]?[0]?["id"])
            after = page["has_more"] == true ? "&after=\(page["last_id"]?.string ?? "")" : ""
        } while !after.isEmpty
        #expect(seen == (0..<30).map { "Line \($0)" })
        let usual = try await gateway.get("/v1/responses/\(id)/input_items").json
        #expect(usual["data"]?.array?.count == 20 && usual["data"]?[0]?["content"]?[0]?["text"] == "Line 29")
        for query in ["limit=0", "limit=101", "limit=x", "order=up", "after=msg_9"] {
            let reply = try await gateway.get("/v1/responses/\(id)/input_items?\(query)")
            #expect(reply.status == 400 && reply.error["code"] == "invalid_value", "\(query): \(reply.text)")
        }
        await gateway.stop()
    }
}
