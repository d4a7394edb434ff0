// SPDX-License-Identifier: Apache-2.0
import HTTP
import Synchronization
import Telemetry
import TestSupport
import Transport

/// A service that says what it was asked, for tests of the transport alone.
final class EchoService: HTTPService {
    let left = Atomic<Int>(0)
    let served = Atomic<Int>(0)

    let ended = Atomic<Int>(0)
    /// What `/played` answers, byte for byte, with a pause before each part but the first.
    let played = Mutex<[[UInt8]]>([])

    func admit(_ head: RequestHead) -> Admission {
        switch head.path {
        case "/closed": .refuse(HTTPAnswer(status: 403, body: Array("no".utf8)))
        case "/nothing": .refuse(HTTPAnswer(status: 204))
        default: .read(limit: 1 << 20)
        }
    }

    func refusal(of problem: HTTPProblem, head: RequestHead?) -> HTTPAnswer {
        HTTPAnswer(status: problem.status, headers: ["content-type": "text/plain"], body: Array(problem.code.utf8))
    }

    func serve(_ exchange: HTTPExchange) async {
        served.add(1, ordering: .relaxed)
        defer { ended.add(1, ordering: .relaxed) }
        exchange.onClientGone = { [self] in left.add(1, ordering: .relaxed) }
        switch exchange.head.path {
        case "/stream":
            exchange.begin(status: 200, headers: ["content-type": "text/event-stream"])
            for number in 0..<5 {
                exchange.write(Array("data: \(number)\n\n".utf8))
                await exchange.loop.sleep(for: .milliseconds(5))
            }
            exchange.end()
        case "/large":
            exchange.begin(status: 200, headers: [:])
            for _ in 0..<200 { exchange.write([UInt8](repeating: 120, count: 16 << 10)) }
            exchange.end()
        case "/stall":
            exchange.begin(status: 200, headers: ["content-type": "text/event-stream"])
            exchange.write(Array("data: first\n\n".utf8))
            await exchange.loop.sleep(for: .seconds(600))
        case "/silent": await exchange.loop.sleep(for: .seconds(600))
        case "/cut":
            exchange.begin(status: 200, headers: [:])
            exchange.write(Array("half".utf8))
            exchange.abort()
        case "/reset": exchange.abort(reset: true)
        case "/reset-later":
            exchange.begin(status: 200, headers: [:])
            exchange.write(Array("half".utf8))
            await exchange.loop.sleep(for: .milliseconds(30))
            exchange.abort(reset: true)
        case "/short":
            exchange.writeRaw(Array("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".utf8))
            exchange.abort()
        case "/raw":
            exchange.writeRaw(Array("nonsense\r\n\r\n".utf8))
            exchange.abort()
        case "/played":
            for (place, part) in played.withLock({ $0 }).enumerated() {
                if place > 0 { await exchange.loop.sleep(for: .milliseconds(20)) }
                exchange.writeRaw(part)
            }
            exchange.abort()
        case "/forgotten": break
        case "/kilobytes": exchange.respond(HTTPAnswer(status: 200, body: [UInt8](repeating: 120, count: 4 << 10)))
        case "/status": exchange.respond(HTTPAnswer(status: 503, headers: ["retry-after": "7"], body: Array("busy".utf8)))
        default:
            let body = Array("\(exchange.head.method.text) \(exchange.head.path) \(exchange.body.count)\n".utf8) + exchange.body
            exchange.respond(HTTPAnswer(status: 200, headers: ["content-type": "text/plain"], body: body))
        }
    }
}

/// A server with its loops, gone with the test.
final class TestServer: Sendable {
    let loops: EventLoopGroup
    let server: HTTPServer
    let service = EchoService()

    init(_ limits: ServerLimits = ServerLimits(), loops count: Int = 1) throws {
        loops = try EventLoopGroup(count: count)
        server = try HTTPServer(host: "127.0.0.1", port: 0, service: service, limits: limits, on: loops, log: .silent)
    }

    deinit { loops.stop() }

    var port: UInt16 { server.port }
    var url: String { "http://127.0.0.1:\(server.port)" }

    /// Sends `text` and returns everything that comes until the server closes.
    func exchange(_ text: String, until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }) async throws -> String {
        let port = port
        return try await onThread {
            let connection = try RawConnection(port: port)
            try? connection.send(text)
            return connection.read(until: isEnough)
        }
    }
}
