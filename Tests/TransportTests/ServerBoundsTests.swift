// SPDX-License-Identifier: Apache-2.0
import HTTP
import Synchronization
import TestSupport
import Testing
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What clients do that want more than their share, or hear less than was said.
@Suite(.timeLimit(.minutes(5))) struct `A server, towards a client` {
    static let get = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `that sends and ends sending, answers what is answered at once`() async throws {
        let server = try TestServer()
        let port = server.port
        for _ in 0..<20 {
            let text = try await onThread {
                let connection = try RawConnection(port: port)
                try connection.send(Self.get + Self.get)
                connection.endSending()
                return connection.read()
            }
            #expect(text.ranges(of: "GET /x 0\n").count == 2)
        }
    }

    @Test(arguments: [100_000, 5_000_000]) func `that sends a body nobody reads, is heard`(size: Int) async throws {
        let server = try TestServer()
        let port = server.port
        let text = try await onThread {
            let connection = try RawConnection(port: port)
            try connection.send("POST /closed HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
            try connection.send([UInt8](repeating: 120, count: size))
            return connection.read()
        }
        #expect(text.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
        #expect(text.hasSuffix("no"))
    }

    @Test func `that never ends its unread body, closes all the same`() async throws {
        var limits = ServerLimits()
        limits.lingerTime = .milliseconds(100)
        let server = try TestServer(limits)
        let port = server.port
        let connection = try await onThread {
            let connection = try RawConnection(port: port)
            try connection.send("POST /closed HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
            _ = connection.read()
            return connection
        }
        #expect(await eventually { server.server.connections == 0 })
        _ = connection
    }

    @Test func `that asks and asks and reads no answer, stops reading`() async throws {
        let server = try TestServer()
        let port = server.port
        let sent = Atomic<Int>(0)
        let connection = try await onThread { try RawConnection(port: port) }
        async let flood: Void? = try? onThread {
            let part = Array(String(repeating: "GET /kilobytes HTTP/1.1\r\nHost: x\r\n\r\n", count: 100).utf8)
            while sent.load(ordering: .relaxed) < 20_000 {
                try connection.send(part)
                sent.add(100, ordering: .relaxed)
            }
        }
        // The system's buffers take some thousand requests and answers; the rest has to wait for a reader.
        #expect(await eventually { server.service.served.load(ordering: .relaxed) > 0 })
        var last = -1
        while server.service.served.load(ordering: .relaxed) != last {
            last = server.service.served.load(ordering: .relaxed)
            try await Task.sleep(for: .milliseconds(300))
        }
        #expect(last < 10_000)
        let answers = try await onThread { connection.readBytes(count: 1 << 20) }
        #expect(answers == 1 << 20)
        await server.server.stop(grace: .zero)
        _ = await flood
    }

    @Test func `that asks without end, has time for others`() async throws {
        let server = try TestServer()
        let port = server.port
        let isOver = Atomic<Bool>(false)
        let busy = try await onThread { try RawConnection(port: port) }
        async let asking: Void? = try? onThread {
            let part = Array(String(repeating: "GET /x HTTP/1.1\r\nHost: x\r\n\r\n", count: 1000).utf8)
            while !isOver.load(ordering: .relaxed) { try busy.send(part) }
        }
        async let reading: Int? = try? onThread { busy.readBytes(count: .max) }
        #expect(await eventually { server.service.served.load(ordering: .relaxed) > 5000 })
        let clock = ContinuousClock()
        var slowest = Duration.zero
        for _ in 0..<5 {
            let began = clock.now
            let text = try await server.exchange("GET /quick HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(text.contains("GET /quick 0"))
            slowest = max(slowest, clock.now - began)
        }
        #expect(slowest < .seconds(2))
        isOver.store(true, ordering: .relaxed)
        await server.server.stop(grace: .zero)
        _ = await (asking, reading)
    }

    @Test func `of HTTP/1.0 that keeps its connection, says that it is kept`() async throws {
        let server = try TestServer()
        let ask = "GET /x HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"
        let text = try await server.exchange(ask + ask + "GET /last HTTP/1.0\r\nHost: x\r\n\r\n")
        #expect(text.ranges(of: "connection: keep-alive\r\n").count == 2)
        #expect(text.ranges(of: "connection: close\r\n").count == 1)
        #expect(text.contains("GET /last 0"))
    }

    @Test func `that announces a body and sends none, keeps nothing for it`() async throws {
        var limits = ServerLimits()
        limits.bodyMemory = 1000
        let server = try TestServer(limits)
        let port = server.port
        let idle = try await onThread {
            let connection = try RawConnection(port: port)
            try connection.send("POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 900\r\n\r\n")
            _ = connection.read { $0.contains("100 Continue") }
            return connection
        }
        let body = String(repeating: "x", count: 500)
        let text = try await server.exchange("POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 500\r\n\r\n\(body)")
        #expect(text.hasPrefix("HTTP/1.1 200"))
        _ = idle
    }

    @Test func `that is still served when the grace is over, tells its handler`() async throws {
        let server = try TestServer()
        async let silent = server.exchange("GET /silent HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await eventually { server.service.served.load(ordering: .relaxed) == 1 })
        await server.server.stop(grace: .zero)
        #expect(server.service.left.load(ordering: .relaxed) == 1)
        #expect(server.service.ended.load(ordering: .relaxed) == 1)
        #expect(try await silent == "")
    }

    @Test func `that sends one byte at a time, ends its patience with the whole body`() async throws {
        var limits = ServerLimits()
        limits.bodyTime = .milliseconds(400)
        let server = try TestServer(limits)
        let port = server.port
        let connection = try await onThread { try RawConnection(port: port) }
        async let trickle: Void = onThread {
            try? connection.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
            let end = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < end, (try? connection.send("x")) != nil { usleep(10_000) }
        }
        let text = try await onThread { connection.read() }
        #expect(text.hasPrefix("HTTP/1.1 408"))
        await server.server.stop(grace: .zero)
        try await trickle
    }

    @Test func `answers an empty success without a length`() async throws {
        let server = try TestServer()
        let text = try await server.exchange("OPTIONS /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 204"))
        #expect(!text.contains("content-length"))
    }
}

extension RawConnection {
    /// Reads and forgets until so many bytes have come, or the peer closed.
    fileprivate func readBytes(count: Int) -> Int {
        var total = 0
        while total < count {
            let part = read { !$0.isEmpty }.utf8.count
            guard part > 0 else { break }
            total += part
        }
        return min(total, count)
    }
}
