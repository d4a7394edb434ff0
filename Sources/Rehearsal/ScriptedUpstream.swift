// SPDX-License-Identifier: Apache-2.0
import HTTP
import Synchronization
import Telemetry
import Transport

/// Plays scripts on a loopback socket and keeps what it was asked. Its bytes travel like any provider's.
public final class ScriptedUpstream: Sendable {
    private let server: HTTPServer
    private let service: Service

    /// - Parameters:
    ///   - keeps: How many requests are kept to look at; older ones are forgotten.
    ///   - play: Chooses the script of each request.
    public init(
        on group: EventLoopGroup, log: Logger, keeps: Int = 0, play: @escaping @Sendable (AskedRequest) -> Script
    ) throws(SystemError) {
        service = Service(keeps: keeps, play: play)
        server = try HTTPServer(host: "127.0.0.1", port: 0, service: service, on: group, log: log)
    }

    /// Such as `http://127.0.0.1:40123/v1`.
    public var baseURL: String { "http://127.0.0.1:\(server.port)/v1" }
    public var port: UInt16 { server.port }
    public var connections: Int { server.connections }

    /// What was asked, oldest first.
    public var asked: [AskedRequest] { service.asked.withLock { $0 } }

    /// Clients that left before their answer was complete.
    public var abandoned: Int { service.abandoned.load(ordering: .relaxed) }

    public func forget() { service.asked.withLock { $0 = [] } }

    /// Stops listening, as a provider that goes down, and cuts off what is under way.
    public func stop() async { await server.stop(grace: .zero) }

    private final class Service: HTTPService {
        let asked = Mutex<[AskedRequest]>([])
        let abandoned = Atomic<Int>(0)
        private let keeps: Int
        private let play: @Sendable (AskedRequest) -> Script

        init(keeps: Int, play: @escaping @Sendable (AskedRequest) -> Script) {
            self.keeps = keeps
            self.play = play
        }

        func admit(_ head: RequestHead) -> Admission { .read(limit: 64 << 20) }

        func refusal(of problem: HTTPProblem, head: RequestHead?) -> HTTPAnswer {
            HTTPAnswer(status: problem.status, headers: ["content-type": "text/plain"], body: Array(problem.message.utf8))
        }

        func serve(_ exchange: HTTPExchange) async {
            let request = AskedRequest(head: exchange.head, body: exchange.body)
            if keeps > 0 {
                asked.withLock { asked in
                    asked.append(request)
                    if asked.count > keeps { asked.removeFirst(asked.count - keeps) }
                }
            }
            exchange.onClientGone = { [self] in abandoned.add(1, ordering: .relaxed) }
            await perform(play(request), on: exchange)
        }

        private func perform(_ script: Script, on exchange: HTTPExchange) async {
            for act in script.acts {
                if exchange.isClientGone { return }
                switch act {
                case .answer(let status, let headers, let body): exchange.respond(HTTPAnswer(status: status, headers: headers, body: body))
                case .begin(let status, let headers): exchange.begin(status: status, headers: headers)
                case .bytes(let bytes): exchange.write(bytes)
                case .wait(let duration): await exchange.loop.sleep(for: duration)
                case .stall: await exchange.loop.sleep(for: .seconds(3600))
                case .end: exchange.end()
                case .cut: exchange.abort()
                case .reset: exchange.abort(reset: true)
                case .raw(let bytes): exchange.writeRaw(bytes)
                }
            }
        }
    }
}
