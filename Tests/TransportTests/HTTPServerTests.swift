// SPDX-License-Identifier: Apache-2.0
import HTTP
import Synchronization
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(5))) struct `A server` {
    static let close = "Connection: close\r\n"

    @Test func `answers one request after another on a connection`() async throws {
        let server = try TestServer()
        let text = try await server.exchange(
            "GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /c HTTP/1.1\r\nHost: x\r\n\(Self.close)\r\n"
        )
        #expect(text.components(of: "HTTP/1.1 200 OK") == 3)
        for part in ["GET /a 0", "POST /b 3\nabc", "GET /c 0", "connection: close"] { #expect(text.contains(part)) }
    }

    @Test func `answers pipelined requests in order though each takes a while`() async throws {
        let server = try TestServer()
        let text = try await server.exchange(
            "GET /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\n\(Self.close)\r\n")
        let last = try #require(text.range(of: "data: 4"))
        let next = try #require(text.range(of: "GET /after 0"))
        #expect(last.upperBound <= next.lowerBound)
    }

    @Test(arguments: 1...90) func `takes a request cut anywhere`(cut: Int) async throws {
        let server = try TestServer()
        let request = "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\(Self.close)\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        let (head, tail) = (String(request.prefix(cut)), String(request.dropFirst(cut)))
        let port = server.port
        let text = try await onThread {
            let connection = try RawConnection(port: port)
            try connection.send(head)
            try connection.send(tail)
            return connection.read()
        }
        #expect(text.contains("POST /x 5\nabcde"))
    }

    /// A request that must not be served. Described by its code: some are long.
    struct Malformed: CustomTestStringConvertible, Sendable {
        var request: String
        var status: Int
        var code: String
        init(_ request: String, _ status: Int, _ code: String) { (self.request, self.status, self.code) = (request, status, code) }
        var testDescription: String { "\(code): \(request.prefix(40).debugDescription)" }
    }

    static let malformed: [Malformed] = [
        Malformed("GET / HTTP/1.1\r\n\r\n", 400, "bad_host"),
        Malformed("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "bad_host"),
        Malformed("GET /\r\n\r\n", 400, "bad_request_line"),
        Malformed("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "http_version"),
        Malformed("GET / HTTP/1.1\nHost: x\n\n", 400, "bad_line_end"),
        Malformed("GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400, "bad_field"),
        Malformed("GET / HTTP/1.1\r\nHost: x\r\n A: b\r\n\r\n", 400, "folded_field"),
        Malformed("GET / HTTP/1.1\r\nHost: x\r\nA: \u{1}\r\n\r\n", 400, "bad_field"),
        Malformed(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "ambiguous_framing"),
        Malformed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", 400, "ambiguous_framing"),
        Malformed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "bad_content_length"),
        Malformed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "unknown_transfer_coding"),
        Malformed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "bad_chunk"),
        Malformed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n", 413, "body_too_large"),
        Malformed("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414, "target_too_long"),
        Malformed("GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 33_000))\r\n\r\n", 431, "head_too_large"),
    ]

    @Test(arguments: malformed) func `refuses a malformed request and closes`(_ malformed: Malformed) async throws {
        let server = try TestServer()
        let text = try await server.exchange(malformed.request)
        #expect(text.hasPrefix("HTTP/1.1 \(malformed.status) "), "\(text)")
        #expect(text.hasSuffix(malformed.code), "\(text)")
        #expect(text.contains("connection: close"))
        #expect(server.service.served.load(ordering: .relaxed) == 0)
    }

    @Test func `says to go on before it waits for a body`() async throws {
        let server = try TestServer()
        let port = server.port
        let (first, rest) = try await onThread {
            let connection = try RawConnection(port: port)
            try connection.send("POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
            let first = connection.read { $0.hasSuffix("\r\n\r\n") }
            try connection.send("hi")
            return (first, connection.read())
        }
        #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(rest.contains("POST /x 2\nhi"))
    }

    @Test func `refuses before it reads a body`() async throws {
        let server = try TestServer()
        let text = try await server.exchange("POST /closed HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 403"))
        #expect(!text.contains("100 Continue"))
    }

    @Test func `answers HEAD with the length and no body`() async throws {
        let server = try TestServer()
        let text = try await server.exchange("HEAD /x HTTP/1.1\r\nHost: x\r\n\(Self.close)\r\n")
        #expect(text.contains("content-length: 10\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test func `streams to HTTP/1.0 without chunks and closes at the end`() async throws {
        let server = try TestServer()
        let text = try await server.exchange("GET /stream HTTP/1.0\r\nHost: x\r\n\r\n")
        #expect(!text.contains("chunked"))
        #expect(text.hasSuffix("data: 3\n\ndata: 4\n\n"))
    }

    @Test func `delivers a large answer whole to a reader that takes its time`() async throws {
        let server = try TestServer()
        let text = try await server.exchange("GET /large HTTP/1.0\r\nHost: x\r\n\r\n")
        #expect(text.utf8.filter { $0 == 120 }.count == 200 * (16 << 10))
    }

    @Test func `ends a connection whose handler forgot to answer`() async throws {
        let server = try TestServer()
        #expect(try await server.exchange("GET /forgotten HTTP/1.1\r\nHost: x\r\n\r\n") == "")
    }

    @Test func `closes 200 slow heads in time and serves others meanwhile`() async throws {
        var limits = ServerLimits()
        limits.headTime = .seconds(1)
        let server = try TestServer(limits, loops: 2)
        let port = server.port
        let slow = try await onThread {
            let connections = try (0..<200).map { _ in try RawConnection(port: port) }
            for connection in connections { try connection.send("POST /x HTTP/1.1\r\nHo") }
            return connections
        }
        let text = try await server.exchange("GET /quick HTTP/1.1\r\nHost: x\r\n\(Self.close)\r\n")
        #expect(text.contains("GET /quick 0"))
        let answers = try await onThread { slow.map { $0.read() } }
        #expect(answers.allSatisfy { $0.hasPrefix("HTTP/1.1 408") })
    }

    @Test func `closes a connection that says nothing`() async throws {
        var limits = ServerLimits()
        limits.headTime = .milliseconds(100)
        let server = try TestServer(limits)
        #expect(try await server.exchange("") == "")
    }

    @Test func `answers one connection too many with 503`() async throws {
        var limits = ServerLimits()
        limits.connections = 2
        let server = try TestServer(limits)
        let port = server.port
        let text = try await onThread {
            let kept = try (0..<2).map { _ in try RawConnection(port: port) }
            for connection in kept {
                try connection.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = connection.read { $0.contains("GET /x 0") }
            }
            let third = try RawConnection(port: port)
            return withExtendedLifetime(kept) { third.read() }
        }
        #expect(text.hasPrefix("HTTP/1.1 503"))
    }

    @Test func `refuses a body when too many are held already`() async throws {
        var limits = ServerLimits()
        limits.bodyMemory = 1000
        let server = try TestServer(limits)
        let text = try await server.exchange("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 503"))
        let fitting = try await server.exchange("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\(Self.close)\r\nhi")
        #expect(fitting.hasPrefix("HTTP/1.1 200"))
    }

    @Test(arguments: ["/stall", "/silent"]) func `tells its handler when the client leaves`(path: String) async throws {
        let server = try TestServer()
        let port = server.port
        try await onThread {
            let connection = try RawConnection(port: port)
            try connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
            if path == "/stall" { _ = connection.read { $0.contains("first") } }
        }
        _ = await eventually(within: .seconds(30)) { server.service.left.load(ordering: .relaxed) > 0 }
        #expect(server.service.left.load(ordering: .relaxed) == 1)
    }

    @Test func `finishes what runs and closes what is idle when it stops`() async throws {
        let server = try TestServer()
        let port = server.port
        let idle = try await onThread {
            let connection = try RawConnection(port: port)
            try connection.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = connection.read { $0.contains("GET /x 0") }
            return connection
        }
        async let running = server.exchange("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = await eventually(within: .seconds(30)) { server.service.served.load(ordering: .relaxed) >= 2 }
        await server.server.stop(grace: .seconds(5))
        #expect(try await running.contains("data: 4"))
        #expect(try await onThread { idle.isClosedByPeer() })
        #expect(throws: SystemError.self) { _ = try RawConnection(port: port) }
    }

    @Test func `cuts off what does not end in time when it stops`() async throws {
        let server = try TestServer()
        async let stalled = server.exchange("GET /stall HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = await eventually(within: .seconds(30)) { server.service.served.load(ordering: .relaxed) >= 1 }
        await server.server.stop(grace: .milliseconds(50))
        #expect(try await stalled.contains("first"))
    }

    @Test func `says so when its port is taken`() async throws {
        let server = try TestServer()
        let error = #expect(throws: SystemError.self) {
            _ = try HTTPServer(host: "127.0.0.1", port: server.port, service: EchoService(), on: server.loops, log: .silent)
        }
        #expect(error?.description == "bind 127.0.0.1:\(server.port): Address already in use")
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
    fileprivate func range(of text: String) -> Range<String.Index>? { firstRange(of: text) }
}
