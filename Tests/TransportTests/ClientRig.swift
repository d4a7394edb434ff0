// SPDX-License-Identifier: Apache-2.0
import HTTP
import TestSupport
import Transport

/// A server, a loop and a client on it.
final class Rig: Sendable {
    let server: TestServer
    let loops: EventLoopGroup
    let client: CurlClient

    init() throws {
        server = try TestServer()
        loops = try EventLoopGroup(count: 1)
        client = CurlClient(loop: loops.loops[0])
    }

    deinit { loops.stop() }

    var loop: EventLoop { loops.loops[0] }
    var url: String { server.url }

    func ask(_ request: ClientRequest) async -> Reply {
        await withCheckedContinuation { continuation in
            let (loop, client) = (loop, client)
            loop.execute {
                let collector = Collector()
                collector.onEnd = { continuation.resume(returning: collector.reply) }
                collector.call = client.start(request, collector)
            }
        }
    }
}

struct Reply: Sendable {
    var status = 0
    var headers = Headers()
    var body: [UInt8] = []
    var parts = 0
    var problem: ClientProblem?
    var times = ClientTimes()
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// `@unchecked Sendable`: used on the loop, and read after the call has ended.
final class Collector: HTTPCallDelegate, @unchecked Sendable {
    var reply = Reply()
    var call: (any HTTPCall)?
    var hasEnded = false
    var onBody: (() -> Void)?
    var onEnd: (() -> Void)?

    func headCame(_ head: ResponseHead) {
        reply.status = head.status
        reply.headers = head.headers
    }

    func bodyCame(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { reply.body.append(contentsOf: $0) }
        reply.parts += 1
        onBody?()
    }

    func ended(_ problem: ClientProblem?, _ times: ClientTimes) {
        hasEnded = true
        reply.problem = problem
        reply.times = times
        onEnd?()
        call = nil
    }
}
