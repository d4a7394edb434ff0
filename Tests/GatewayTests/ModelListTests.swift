// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(5)), Shared<WireScene>()) struct `A list of models` {
    static let names = [
        "default", "agent:main", "chat/m", "chat/a/b c", "responses/m", "responses/a/b c", "messages/m", "messages/a/b c", "gemini/m",
        "gemini/a/b c",
    ]

    @Test func `is in the dialect that the client's headers or path show`() async throws {
        let gateway = try WireScene.current.gateway
        let token = gateway.token
        let openAI = try await gateway.get("/v1/models").json
        #expect(openAI["object"] == "list")
        #expect(openAI["data"]?.array?.compactMap { $0["id"]?.string } == Self.names)
        let anthropic = try await gateway.send(
            .get, "/v1/models?limit=1000", headers: ["x-api-key": token, "anthropic-version": "2023-06-01"], authorized: false
        ).json
        #expect(anthropic["data"]?.array?.compactMap { $0["id"]?.string } == Self.names)
        #expect(anthropic["data"]?.array?.allSatisfy { $0["type"] == "model" && $0["display_name"]?.string != nil } == true)
        #expect(anthropic["has_more"] == false && anthropic["first_id"] == "default" && anthropic["last_id"] == "gemini/a/b c")
        for (path, headers): (String, Headers) in [
            ("/v1beta/models", ["authorization": "Bearer \(token)"]), ("/v1/models", ["x-goog-api-key": token]),
            ("/v1beta/models?key=\(token)", [:]),
        ] {
            let gemini = try await gateway.send(.get, path, headers: headers, authorized: false).json
            #expect(gemini["models"]?.array?.compactMap { $0["name"]?.string } == Self.names.map { "models/\($0)" }, "\(path)")
            #expect(gemini["models"]?[3]?["inputTokenLimit"] == 9000 && gemini["models"]?[3]?["outputTokenLimit"] == 500)
            #expect(gemini["nextPageToken"] == nil)
        }
    }

    @Test func `comes in pages where its API has them`() async throws {
        let gateway = try WireScene.current.gateway
        let anthropic: Headers = ["anthropic-version": "2023-06-01"]
        var found: [String] = []
        var query = "limit=4"
        while found.count < 20 {
            let page = try await gateway.get("/v1/models?\(query)", headers: anthropic).json
            found += page["data"]?.array?.compactMap { $0["id"]?.string } ?? []
            guard page["has_more"] == true, let last = page["last_id"]?.string else { break }
            query = "limit=4&after_id=\(last.replacing(" ", with: "%20"))"
        }
        #expect(found == Self.names)
        let before = try await gateway.get("/v1/models?limit=2&before_id=chat/a/b+c", headers: anthropic).json
        #expect(before["data"]?.array?.compactMap { $0["id"]?.string } == ["agent:main", "chat/m"] && before["has_more"] == true)
        found = []
        query = "pageSize=3"
        while found.count < 20 {
            let page = try await gateway.get("/v1beta/models?\(query)").json
            found += page["models"]?.array?.compactMap { $0["name"]?.string } ?? []
            guard let token = page["nextPageToken"]?.string else { break }
            query = "pageSize=3&pageToken=\(token.replacing(" ", with: "%20"))"
        }
        #expect(found == Self.names.map { "models/\($0)" })
        for (path, name) in [
            ("/v1/models?limit=0", "limit"), ("/v1/models?limit=x", "limit"), ("/v1/models?limit=1001", "limit"),
            ("/v1/models?after_id=nobody", "after_id"), ("/v1beta/models?pageSize=-1", "pageSize"),
            ("/v1beta/models?pageToken=nobody", "pageToken"),
        ] {
            let reply = try await gateway.get(path, headers: anthropic)
            #expect(reply.status == 400 && reply.error["message"]?.string?.contains(name) == true, "\(path): \(reply.text)")
        }
        #expect(try await gateway.get("/v1beta/models?pageSize=99999").json["models"]?.array?.count == Self.names.count)
    }

    @Test func `has each of its models alone too`() async throws {
        let gateway = try WireScene.current.gateway
        #expect(try await gateway.get("/v1/models/chat/a%2Fb%20c").json["id"] == "chat/a/b c")
        #expect(try await gateway.get("/v1beta/models/chat/m").json["name"] == "models/chat/m")
        let one = try await gateway.get("/v1/models/messages%2Fm", headers: ["anthropic-version": "2023-06-01"]).json
        #expect(one["type"] == "model" && one["id"] == "messages/m")
        let unknown = try await gateway.get("/v1beta/models/nobody/m")
        #expect(unknown.status == 404 && unknown.error["status"] == "NOT_FOUND", "\(unknown.text)")
        let bytes = gateway.bytes("HEAD", "/v1/models", headers: ["Connection: close"])
        let head = try await onThread { [port = gateway.port] in
            let connection = try RawConnection(port: port)
            try connection.send(bytes)
            return connection.read()
        }
        #expect(head.hasPrefix("HTTP/1.1 200 ") && head.hasSuffix("\r\n\r\n"), "\(head)")
    }
}
