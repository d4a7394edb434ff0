// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// `previous_response_id` and `store`: a conversation of which the client sends only what is new.
@Suite(.timeLimit(.minutes(5))) struct `A response that is kept` {
    /// What an upstream was asked: the words of its input's items, in order.
    static func words(_ asked: AskedRequest?) -> [String] {
        guard let body = asked.flatMap({ try? JSONValue.parse($0.body) }) else { return [] }
        if let messages = body["messages"]?.array { return messages.compactMap { text($0["content"]) } }
        if let input = body["input"]?.string { return [input] }
        return body["input"]?.array?.compactMap { text($0["content"]) } ?? []
    }

    private static func text(_ content: JSONValue?) -> String? {
        content?.string ?? content?.array?.compactMap { $0["text"]?.string }.joined()
    }

    @Test(arguments: [false, true])
    func `is gone on from where it was made, byte by byte`(streaming: Bool) async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "first/m", fallbacks: ["second/m", "chat/m"]))
        stage.fail("first")
        let made = try await gateway.respond("default", "One?", streaming: streaming)
        #expect(made.headers.first("x-understudy-model") == "second/m" && made.responseID == "resp_second_1", "\(made.text)")
        stage.fail()
        stage.forget()
        // The first in the chain is well again, and does not know of it.
        let next = try await gateway.respond("default", "Two?", after: made.responseID, streaming: streaming)
        #expect(next.headers.first("x-understudy-model") == "second/m", "\(next.text)")
        #expect(stage.asked(of: "first").isEmpty)
        let body = try JSONValue.parse(try #require(stage.asked(of: "second").first).body)
        #expect(body["previous_response_id"] == "resp_second_1" && body["input"] == "Two?", "\(body)")
        await gateway.stop()
    }

    @Test(arguments: [false, true])
    func `is written out for others when its maker fails`(streaming: Bool) async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "first/m", fallbacks: ["second/m", "chat/m"]))
        let one = try await gateway.respond("default", "One?", streaming: streaming)
        let two = try await gateway.respond("default", "Two?", after: one.responseID, streaming: streaming)
        #expect(two.responseID == "resp_first_2")
        stage.fail("first")
        stage.forget()
        let three = try await gateway.respond("default", "Three?", after: two.responseID, streaming: streaming)
        #expect(three.headers.first("x-understudy-model") == "second/m", "\(three.text)")
        let body = try JSONValue.parse(try #require(stage.asked(of: "second").first).body)
        #expect(body["previous_response_id"] == nil, "\(body)")
        let all = ["One?", "first says 1.", "Two?", "first says 2.", "Three?"]
        #expect(Self.words(stage.asked(of: "second").first) == all)
        #expect(!JSONWriter.string(body).contains("msg_1"), "ids of another account: \(body)")
        // Another wire, in its own form; and what it answers can be gone on from too.
        stage.fail("first", "second")
        let four = try await gateway.respond("default", "Four?", after: three.responseID, streaming: streaming)
        #expect(four.headers.first("x-understudy-model") == "chat/m", "\(four.text)")
        #expect(Self.words(stage.asked(of: "chat").first) == all + ["second says 3.", "Four?"])
        let ours = try #require(four.responseID)
        #expect(ours == "resp_\(try #require(four.headers.first("x-understudy-request-id")))")
        stage.fail()
        stage.forget()
        _ = try await gateway.send(.post, "/api/credentials/clear", body: Array(#"{"all":true}"#.utf8))
        let five = try await gateway.respond("default", "Five?", after: ours, streaming: streaming)
        #expect(five.headers.first("x-understudy-model") == "first/m", "\(five.text)")
        #expect(Self.words(stage.asked(of: "first").first) == all + ["second says 3.", "Four?", "chat says 4.", "Five?"])
        await gateway.stop()
    }

    @Test func `is known after a restart, and after a crash`() async throws {
        let stage = try KeepingStage()
        let settings = stage.settings(primary: "first/m", fallbacks: ["chat/m"])
        let gateway = try await RunningGateway(settings: settings)
        let own = try #require(try await gateway.respond("first/m", "One?").responseID)
        let crossed = try #require(try await gateway.respond("chat/m", "Two?").responseID)
        // What has been asked for has been written.
        #expect(try await gateway.get("/v1/responses/\(crossed)").status == 200)
        _ = await gateway.process.killNow()
        let again = try await RunningGateway(settings: nil, home: gateway.home)
        stage.forget()
        #expect(try await again.respond("first/m", "Three?", after: own).status == 200)
        #expect(try JSONValue.parse(try #require(stage.asked(of: "first").first).body)["previous_response_id"]?.string == own)
        #expect(try await again.respond("chat/m", "Four?", after: crossed).status == 200)
        #expect(Self.words(stage.asked(of: "chat").first) == ["Two?", "chat says 2.", "Four?"])
        await again.stop()
    }

    @Test(arguments: [false, true])
    func `that its maker has lost is written out for it`(streaming: Bool) async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "first/m", fallbacks: []))
        let one = try #require(try await gateway.respond("first/m", "One?", streaming: streaming).responseID)
        stage.lose("first")
        stage.forget()
        let two = try await gateway.respond("first/m", "Two?", after: one, streaming: streaming)
        #expect(two.status == 200 && two.headers.first("x-understudy-attempts") == "2", "\(two.text)")
        #expect(stage.asked(of: "first").count == 2)
        #expect(Self.words(stage.asked(of: "first").last) == ["One?", "first says 1.", "Two?"])
        // Nobody is to blame for it.
        #expect(try await gateway.get("/api/status").json["blocks"]?.int == 0)
        // What was never kept here cannot be written out.
        let unknown = try await gateway.respond("first/m", "Three?", after: "resp_of_old")
        #expect(unknown.status == 400 && unknown.error["code"] == "previous_response_not_found", "\(unknown.text)")
        #expect(stage.asked(of: "first").count == 3)
        await gateway.stop()
    }

    @Test func `that was not to be stored is refused in words`() async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "first/m", fallbacks: ["chat/m"]))
        let crossed = try #require(try await gateway.respond("chat/m", "One?", extra: ["store": false]).responseID)
        let refused = try await gateway.respond("chat/m", "Two?", after: crossed)
        #expect(refused.status == 400 && refused.error["code"] == "previous_response_not_found", "\(refused.text)")
        #expect(refused.error["param"] == "previous_response_id" && refused.error["message"]?.string?.contains(crossed) == true)
        #expect(try await gateway.get("/v1/responses/\(crossed)").status == 404)
        await gateway.stop()
    }

    @Test func `is bound to its maker alone where nothing is kept of what was said`() async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(
            settings: stage.settings(primary: "first/m", fallbacks: ["second/m", "chat/m"], more: "responses: { keepDays: 0 },"))
        let one = try #require(try await gateway.respond("default", "One?").responseID)
        #expect(try await gateway.respond("default", "Two?", after: one).headers.first("x-understudy-model") == "first/m")
        // In a chain without its maker, nobody can be asked.
        let other = try await gateway.send(
            .post, "/v1/responses", headers: ["x-understudy-no-fallback": "true"],
            body: JSONWriter.compact(["model": "chat/m", "input": "Two?", "previous_response_id": .string(one)]))
        #expect(other.status == 400 && other.error["param"] == "previous_response_id", "\(other.text)")
        #expect(other.error["message"]?.string?.contains("responses.keepDays") == true)
        // With its maker down the others are passed over.
        stage.fail("first")
        stage.forget()
        let down = try await gateway.respond("default", "Two?", after: one)
        #expect(down.status == 503 || down.status == 502, "\(down.text)")
        #expect(stage.asked(of: "second").isEmpty && stage.asked(of: "chat").isEmpty)
        let skipped = try await gateway.receipt(of: down)["skipped"]?.array?.compactMap { $0["reason"]?.string } ?? []
        #expect(skipped.filter { $0 == "bound_elsewhere" }.count == 2, "\(skipped)")
        let crossed = try #require(try await gateway.respond("chat/m", "One?").responseID)
        #expect(try await gateway.respond("chat/m", "Two?", after: crossed).status == 400)
        // Nothing of it is on the disk.
        let file = gateway.home.read(".understudy/responses.sqlite-wal") ?? gateway.home.read(".understudy/responses.sqlite") ?? ""
        #expect(!file.contains("One?") && !file.contains("first says"))
        await gateway.stop()
    }

    @Test func `that nobody here has heard of is asked of providers of its wire`() async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "chat/m", fallbacks: ["second/m"]))
        let reply = try await gateway.respond("default", "Two?", after: "resp_0a1b2c3d")
        #expect(reply.headers.first("x-understudy-model") == "second/m", "\(reply.text)")
        #expect(stage.asked(of: "chat").isEmpty)
        // Ours would be known here.
        let ours = try await gateway.respond("default", "Two?", after: "resp_01M7YPE2K4061GMY35W00G78F1")
        #expect(ours.status == 400 && ours.error["code"] == "previous_response_not_found", "\(ours.text)")
        #expect(stage.asked(of: "second").count == 1)
        await gateway.stop()
    }

    @Test func `is read and deleted where it was made, on the key that it was made with`() async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "first/m", fallbacks: ["second/m", "chat/m"]))
        let id = try #require(try await gateway.respond("second/m", "One?").responseID)
        let rows: [(HTTP.Method, String, String)] = [
            (.get, "/v1/responses/\(id)", "GET /v1/responses/\(id)"), (.get, "/responses/\(id)?include=x", "GET /v1/responses/\(id)"),
            (.get, "/v1/responses/\(id)/input_items", "GET /v1/responses/\(id)/input_items"),
            (.post, "/v1/responses/\(id)/cancel", "POST /v1/responses/\(id)/cancel"),
            (.delete, "/v1/responses/\(id)", "DELETE /v1/responses/\(id)"),
        ]
        for (method, path, asked) in rows {
            let reply = try await gateway.send(method, path)
            #expect(reply.status == 200 && reply.json["asked"]?.string == asked, "\(path): \(reply.text)")
            #expect(reply.headers.first("x-understudy-model") == "second/m")
            #expect(stage.asked(of: "second").last?.key == "key-second")
        }
        #expect(stage.asked(of: "first").isEmpty)
        #expect(try await gateway.get("/v1/responses/\(id)").status == 404)
        await gateway.stop()
    }

    @Test func `that crossed is answered from the gateway's own record`() async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "chat/m", fallbacks: []))
        let made = try await gateway.respond("default", "One?")
        let id = try #require(made.responseID)
        #expect(try await gateway.get("/v1/responses/\(id)").json == made.json)
        let items = try await gateway.get("/v1/responses/\(id)/input_items").json
        #expect(items["object"] == "list" && items["data"]?[0]?["content"]?[0]?["text"] == "One?", "\(items)")
        #expect(try await gateway.send(.post, "/v1/responses/\(id)/cancel").status == 400)
        let deleted = try await gateway.send(.delete, "/v1/responses/\(id)")
        #expect(deleted.status == 200 && deleted.json["deleted"] == true && deleted.json["id"]?.string == id)
        for method in [HTTP.Method.get, .delete] {
            let gone = try await gateway.send(method, "/v1/responses/\(id)")
            #expect(gone.status == 404 && gone.error["message"]?.string == "Response with id '\(id)' not found.", "\(gone.text)")
        }
        #expect(try await gateway.respond("default", "Two?", after: id).status == 400)
        await gateway.stop()
    }

    @Test func `is asked of nobody by a name that can be none`() async throws {
        let stage = try KeepingStage()
        let gateway = try await RunningGateway(settings: stage.settings(primary: "first/m", fallbacks: []))
        for id in ["..", "a%2F..%2Fb", "%00", "a%20b", String(repeating: "r", count: 300), "x%3Fy"] {
            let reply = try await gateway.get("/v1/responses/\(id)")
            #expect(reply.status == 404 && reply.error["type"] == "invalid_request_error", "\(id): \(reply.text)")
        }
        for path in ["/v1/responses/", "/v1/responses/x/y", "/v1/responses/x/input_items/z", "/v1/responses/%ZZ"] {
            #expect(try await gateway.get(path).error["code"] == "unknown_path", "\(path)")
        }
        let put = try await gateway.send(.put, "/v1/responses/resp_1")
        #expect(put.status == 405 && put.headers.first("allow") == "GET, HEAD, DELETE")
        #expect(stage.asked(of: "first").isEmpty)
        await gateway.stop()
    }
}
