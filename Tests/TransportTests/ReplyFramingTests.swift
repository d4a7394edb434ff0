// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing
import Transport

/// What stands around a reply's body on its way: informational heads, trailers, and codings that nobody asked for.
@Suite(.timeLimit(.minutes(5))) struct `A reply's framing` {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func hex(_ text: String) -> [UInt8] {
        let digits = Array(text.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static func chunk(_ bytes: [UInt8]) -> [UInt8] { self.bytes(String(bytes.count, radix: 16) + "\r\n") + bytes + self.bytes("\r\n") }

    /// The events `data: 0` and `data: 1`, each flushed where it ends, as zlib 1.2.13 and Brotli 1.0.9 write them.
    static let codings: [(name: String, parts: [[UInt8]])] = [
        (
            "gzip",
            [hex("1f8b08000000000002034a492c49b45230e0e202000000ffff"), hex("4a01330cb9b800000000ffff"), hex("030030dfe31612000000")]
        ),
        ("br", [hex("0b0480646174613a20300a0a"), hex("4000805f4a21a608d1241830"), hex("03")]),
    ]

    private func ask(_ parts: [[UInt8]]) async throws -> (Rig, Reply) {
        let rig = try Rig()
        rig.server.service.played.withLock { $0 = parts }
        return (rig, await rig.ask(ClientRequest(method: .get, url: rig.url + "/played", headers: ["accept-encoding": "identity"])))
    }

    @Test func `begins with its final head, whatever came before`() async throws {
        let (_, reply) = try await ask([
            Self.bytes("HTTP/1.1 100 Continue\r\n\r\n"), Self.bytes("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\nx-early: 1\r\n\r\n"),
            Self.bytes("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-late: 1\r\n\r\nok"),
        ])
        #expect(reply.problem == nil)
        #expect(reply.status == 200)
        #expect(reply.text == "ok")
        #expect(reply.headers.first("x-late") == "1")
        #expect(reply.headers.first("x-early") == nil)
    }

    @Test func `ends before its trailers`() async throws {
        let (_, reply) = try await ask([
            Self.bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n"), Self.chunk(Self.bytes("all of it")),
            Self.bytes("0\r\nx-sum: 5\r\ncontent-type: text/html\r\n\r\n"),
        ])
        #expect(reply.problem == nil)
        #expect(reply.text == "all of it")
        #expect(reply.headers.first("x-sum") == nil)
        #expect(reply.headers.first("content-type") == nil)
    }

    @Test(arguments: codings) func `is undone part by part, as it comes`(_ coding: (name: String, parts: [[UInt8]])) async throws {
        let head = Self.bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-encoding: \(coding.name)\r\n\r\n")
        // Each part is sent only after the one before it was delivered.
        let rig = try Rig()
        rig.server.service.played.withLock { $0 = [head] + coding.parts.map(Self.chunk) + [Self.bytes("0\r\n\r\n")] }
        let reply = await rig.ask(ClientRequest(method: .get, url: rig.url + "/played"))
        #expect(reply.problem == nil)
        #expect(reply.text == "data: 0\n\ndata: 1\n\n")
        #expect(reply.parts >= 2)
    }

    @Test(arguments: codings) func `is undone where it came at once`(_ coding: (name: String, parts: [[UInt8]])) async throws {
        let body = coding.parts.flatMap { $0 }
        let (_, reply) = try await ask([
            Self.bytes("HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\ncontent-encoding: \(coding.name)\r\n\r\n") + body
        ])
        #expect(reply.problem == nil)
        #expect(reply.text == "data: 0\n\ndata: 1\n\n")
    }

    static let broken: [(name: String, coding: String, body: [UInt8])] = [
        ("no gzip at all", "gzip", bytes("{\"choices\":[]}")),
        ("gzip that turns to nonsense", "gzip", hex("1f8b08000000000002034a492c49b45230e0e202000000ffff") + bytes("nonsense follows")),
        ("no br at all", "br", [UInt8](repeating: 0xFF, count: 64)),
        ("a coding that nobody knows", "magic", bytes("x")),
    ]

    @Test(arguments: broken) func `that cannot be undone is malformed`(_ broken: (name: String, coding: String, body: [UInt8])) async throws
    {
        let (_, reply) = try await ask([
            Self.bytes("HTTP/1.1 200 OK\r\ncontent-length: \(broken.body.count)\r\ncontent-encoding: \(broken.coding)\r\n\r\n")
                + broken.body
        ])
        guard case .malformed = reply.problem else { return #expect(Bool(false), "\(String(describing: reply.problem))") }
    }

    @Test func `that is cut within its coding is truncated`() async throws {
        let (_, reply) = try await ask([
            Self.bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-encoding: gzip\r\n\r\n"),
            Self.chunk(Self.codings[0].parts[0]),
        ])
        #expect(reply.problem == .truncated)
        #expect(reply.text == "data: 0\n\n")
    }
}
