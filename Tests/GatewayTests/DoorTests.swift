// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// Who may come in, where the doors are, and what stands beside them.
@Suite(.timeLimit(.minutes(5))) struct `The front door` {
    static func scene(_ more: String = "", arguments: [String] = []) async throws -> (RunningGateway, ScriptedUpstream, Stage) {
        let stage = try Stage()
        let upstream = try stage.provider("stage", Stage.says("Come in."))
        let gateway = try await RunningGateway(settings: Stage.settings([("stage", upstream)], more: more), arguments: arguments)
        return (gateway, upstream, stage)
    }

    @Test func `names what is wrong with a path, a method or a token`() async throws {
        let (gateway, upstream, stage) = try await Self.scene()
        let chat = RunningGateway.chat("stage/m")
        let rows: [(Method, String, Headers, Int, String)] = [
            (.get, "/", [:], 404, "unknown_path"), (.post, "/v1/chat/completion", [:], 404, "unknown_path"),
            (.get, "/v1/chat/completions/..", [:], 404, "unknown_path"), (.get, "/api/receipts/a/b", [:], 404, "unknown_path"),
            (.get, "/v1/models/%ZZ", [:], 404, "unknown_path"), (.get, "/v1/chat/completions", [:], 405, "method_not_allowed"),
            (.delete, "/v1/models", [:], 405, "method_not_allowed"), (.post, "/health", [:], 405, "method_not_allowed"),
            (.get, "/v1/models", [:], 401, "invalid_api_key"), (.get, "/api/receipts", [:], 401, "invalid_api_key"),
            (.get, "/api/health", [:], 401, "invalid_api_key"), (.get, "/api/status", [:], 401, "invalid_api_key"),
            (.post, "/v1/chat/completions", [:], 401, "invalid_api_key"),
            (.post, "/v1/chat/completions", ["authorization": "Bearer \(gateway.token)x"], 401, "invalid_api_key"),
            (.post, "/v1/chat/completions", ["authorization": "Bearer "], 401, "invalid_api_key"),
            (.post, "/v1/chat/completions", ["authorization": "Basic \(gateway.token)"], 401, "invalid_api_key"),
            (.post, "/v1/chat/completions", ["x-api-key": "wrong"], 401, "invalid_api_key"),
        ]
        for (method, path, headers, status, code) in rows {
            let reply = try await gateway.send(method, path, headers: headers, body: method == .post ? chat : [], authorized: false)
            #expect(reply.status == status, "\(method.text) \(path): \(reply.text)")
            #expect(reply.error["code"]?.string == code, "\(method.text) \(path): \(reply.text)")
            if status == 405 {
                #expect(reply.headers.first("allow") == (path == "/v1/chat/completions" ? "POST" : "GET, HEAD"))
                #expect(reply.error["param"]?.string == nil, "\(reply.text)")
            }
            if status == 401 { #expect(reply.headers.first("www-authenticate") == "Bearer") }
        }
        #expect(upstream.asked.isEmpty)
        for headers: Headers in [
            ["authorization": "Bearer \(gateway.token)"], ["authorization": "bearer \(gateway.token)"], ["x-api-key": gateway.token],
        ] {
            let reply = try await gateway.send(.post, "/v1/chat/completions", headers: headers, body: chat, authorized: false)
            #expect(reply.content == "Come in.", "\(reply.text)")
        }
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `tells everybody that it is up, and that it can answer`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        for path in ["/health", "/health/live", "/health/ready"] {
            #expect(try await gateway.send(.get, path, authorized: false).status == 200, "\(path)")
        }
        let text = try await onThread { [port = gateway.port] in
            let connection = try RawConnection(port: port)
            try connection.send("HEAD /health HTTP/1.1\r\nHost: a\r\n\r\nGET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return connection.read()
        }
        // Two answers on one connection, of which the first has a length and no body.
        let answers = text.split(separator: "HTTP/1.1 200 OK\r\n", omittingEmptySubsequences: true)
        #expect(answers.count == 2, "\(text)")
        #expect(answers.first?.hasSuffix("\r\n\r\n") == true)
        #expect(answers.first?.lowercased().contains("content-length: ") == true)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `is ready as long as a request would be tried`() async throws {
        let stage = try Stage()
        let words = #"{"error":{"message":"Overloaded"}}"#
        let weak = try stage.provider("weak") { _ in Script([.answer(status: 503, headers: Script.json, body: Array(words.utf8))]) }
        // A window so long that no quarter of it ends between the two questions.
        let gateway = try await RunningGateway(
            settings: Stage.settings([("weak", weak)], more: "failover: { blocks: { transient: [36000] } },"))
        // Each answer of the one must foretell the other, whatever is blocked and however early a try there may be.
        for _ in 0..<4 {
            let isReady = try await gateway.send(.get, "/health/ready", authorized: false).status == 200
            let asked = weak.asked.count
            _ = try await gateway.ask("default")
            #expect((weak.asked.count > asked) == isReady)
        }
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `says of a body too many what is wrong with it`() async throws {
        let (gateway, _, stage) = try await Self.scene("gateway: { http: { maxBodyBytes: 65536 } },")
        let body = [UInt8](repeating: 0x20, count: 65_537)
        let chunked = Array("10001\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8)
        let tooLarge = "The request body is larger than 65536 bytes (gateway.http.maxBodyBytes)."
        let rows: [([UInt8], String)] = [
            (gateway.bytes(body: body), tooLarge), (gateway.bytes(headers: ["Transfer-Encoding: chunked"]) + chunked, tooLarge),
            (gateway.bytes("GET", "/health", body: [0x20]), "/health takes no body."),
        ]
        for (bytes, message) in rows {
            let text = try await onThread { [port = gateway.port] in
                let connection = try RawConnection(port: port)
                try? connection.send(bytes)
                return connection.read { $0.hasSuffix("}}") }
            }
            #expect(text.hasPrefix("HTTP/1.1 413 ") && text.contains(message), "\(text)")
        }
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `hands out receipts page by page, and refuses a question that it does not know`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        var ids: [String] = []
        for _ in 0..<5 {
            let reply = try await gateway.ask("default")
            ids.insert(try #require(reply.headers.first("x-understudy-request-id")), at: 0)
        }
        _ = try await gateway.receipt(ids[0])
        var pages: [[String]] = []
        var query = "limit=2"
        while pages.count < 4 {
            let page = try await gateway.get("/api/receipts?\(query)").json["receipts"]?.array?.compactMap { $0["id"]?.string } ?? []
            pages.append(page)
            guard let last = page.last else { break }
            query = "limit=2&before=\(last)"
        }
        #expect(pages == [Array(ids[..<2]), Array(ids[2..<4]), [ids[4]], []])
        for query in ["before=x", "before=", "after=1", "limit=2&Limit=3", "%ZZ=1", "=1", "reason=402"] {
            let reply = try await gateway.get("/api/receipts?\(query)")
            #expect(reply.status == 400 && reply.error["code"] == "invalid_query", "\(query): \(reply.text)")
        }
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `keeps a receipt of what it refused at once`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        let rows: [([UInt8], Int, String, String)] = [
            (Array("{".utf8), 400, "invalid_json", ""), ([], 400, "missing_body", ""),
            (Array(#"{"model":"stage/m"}"#.utf8), 400, "missing_required_parameter", ""),
            (RunningGateway.chat("nobody/m"), 404, "model_not_found", "nobody/m"),
        ]
        for (body, status, code, model) in rows {
            let reply = try await gateway.send(.post, "/v1/chat/completions", body: body)
            #expect(reply.status == status && reply.error["code"]?.string == code, "\(reply.text)")
            let receipt = try await gateway.receipt(try #require(reply.headers.first("x-understudy-request-id")))
            #expect(receipt["requested_model"]?.string ?? "" == model)
            #expect(receipt["outcome"]?["kind"] == "refused" && receipt["outcome"]?["code"]?.string == code, "\(receipt)")
        }
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `waits for no body before it says to go on`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        let body = RunningGateway.chat("stage/m")
        let head = gateway.bytes(headers: ["Content-Length: \(body.count)", "Expect: 100-continue", "Connection: close"])
        let text = try await onThread { [port = gateway.port] in
            let connection = try RawConnection(port: port)
            try connection.send(head)
            let first = connection.read { $0.hasSuffix("\r\n\r\n") }
            guard first.hasPrefix("HTTP/1.1 100 ") else { return first }
            try connection.send(body)
            return connection.read()
        }
        #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains("Come in."), "\(text)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `lets pages of its own origin read, and no others`() async throws {
        let (gateway, _, stage) = try await Self.scene(#"gateway: { controlUi: { allowedOrigins: ["https://dash.example"] } },"#)
        let rows: [(origin: String, isOwn: Bool)] = [
            ("http://127.0.0.1:\(gateway.port)", true), ("http://localhost:\(gateway.port)", true), ("https://dash.example", true),
            ("https://evil.example", false), ("http://127.0.0.1:1", false), ("null", false), ("https://dash.example.evil.example", false),
        ]
        for (origin, isOwn) in rows {
            let asked = try await gateway.send(
                .options, "/v1/chat/completions", headers: ["origin": origin, "access-control-request-method": "POST"], authorized: false)
            #expect(asked.status == (isOwn ? 204 : 403), "\(origin): \(asked.status)")
            #expect(asked.headers.first("access-control-allow-origin") == (isOwn ? origin : nil))
            let reply = try await gateway.ask("stage/m", headers: ["origin": origin])
            #expect(reply.status == 200)
            #expect(reply.headers.first("access-control-allow-origin") == (isOwn ? origin : nil))
        }
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `without a token answers to its own names only`() async throws {
        let (gateway, upstream, stage) = try await Self.scene(#"gateway: { auth: { mode: "none" } },"#)
        let port = gateway.port
        let body = RunningGateway.chat("stage/m")
        let rows: [(host: String, origin: String?, status: Int)] = [
            ("127.0.0.1:\(port)", nil, 200), ("localhost:\(port)", nil, 200), ("[::1]:\(port)", nil, 200),
            ("127.0.0.1:\(port)", "http://127.0.0.1:\(port)", 200), ("evil.example", nil, 421), ("evil.example:\(port)", nil, 421),
            ("127.0.0.1.evil.example", nil, 421), ("localhost.evil.example:\(port)", nil, 421),
            ("127.0.0.1:\(port)", "https://evil.example", 403), ("localhost:\(port)", "null", 403),
        ]
        for (host, origin, status) in rows {
            upstream.forget()
            let head =
                "POST /v1/chat/completions HTTP/1.1\r\nHost: \(host)\r\n" + (origin.map { "Origin: \($0)\r\n" } ?? "")
                + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
            let text = try await onThread {
                let connection = try RawConnection(port: port)
                try connection.send(Array(head.utf8) + body)
                return connection.read()
            }
            #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(host), \(origin ?? "no origin"): \(text)")
            #expect(upstream.asked.count == (status == 200 ? 1 : 0), "\(host), \(origin ?? "no origin")")
        }
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `does not open to a network without a token`() async throws {
        let home = try TemporaryHome()
        try home.write(#"{ gateway: { auth: { mode: "none" }, bind: "lan" } }"#, to: ".understudy/understudy.json")
        let finished = try await BuiltBinary().run(["gateway", "run", "--port", "0"], home: home)
        #expect(finished.ending != .exited(0))
        #expect(finished.error.contains("gateway.auth.mode"), "\(finished.error)")
    }
}
