// SPDX-License-Identifier: Apache-2.0
import Credentials
import HTTP
import Synchronization
import Telemetry
import Transport

/// Listens on the loopback for the browser that comes back from a login (RFC 8252 §7.3), for one answer, and hears what a person pastes.
final class LoginCallback: Sendable {
    typealias Answer = Result<Secret, AuthorizationRequest.Problem>

    private struct State {
        var request: AuthorizationRequest?
        var answer: Answer?
        var waiting: CheckedContinuation<Answer, Never>?
    }

    private let state = Mutex(State())
    private let group: EventLoopGroup
    private let server = Mutex<HTTPServer?>(nil)

    init() throws(SystemError) { group = try EventLoopGroup(count: 1) }

    /// - Returns: The port.
    func listen(port: UInt16) throws(SystemError) -> UInt16 {
        var limits = ServerLimits()
        limits.connections = 16
        let server = try HTTPServer(host: "127.0.0.1", port: port, service: Service(self), limits: limits, on: group, log: .silent)
        self.server.withLock { $0 = server }
        return server.port
    }

    /// Waits for the first good answer, or for one that ends the login.
    ///
    /// - Parameter paste: Whether a person may paste it into standard input as well.
    func answer(
        to request: AuthorizationRequest, within limit: Duration, paste: Bool, note: @escaping @Sendable (String) -> Void
    ) async -> Answer {
        state.withLock { $0.request = request }
        let timer = Task(executorPreference: group.loops[0]) { [self] in
            await group.loops[0].sleep(for: limit)
            finish(.failure(.timeout))
        }
        if paste { listenToTyping(request, note) }
        let answer = await withCheckedContinuation { continuation in
            let known = state.withLock { state in
                if state.answer == nil { state.waiting = continuation }
                return state.answer
            }
            if let known { continuation.resume(returning: known) }
        }
        timer.cancel()
        return answer
    }

    /// Lets the browser have its page, and ends.
    func close() async {
        let server = server.withLock { server in
            defer { server = nil }
            return server
        }
        await server?.stop(grace: .milliseconds(500))
        group.stop()
    }

    /// A thread of its own reads until the process ends: a line that is no answer is told so, and the next may be one.
    private func listenToTyping(_ request: AuthorizationRequest, _ note: @escaping @Sendable (String) -> Void) {
        let thread = try? Thread(named: "paste") { [self] in
            while let line = TypedLine.shown(limit: 1 << 14) {
                do throws(AuthorizationRequest.Problem) {
                    return finish(.success(try request.code(pasted: line)))
                } catch {
                    if line.allSatisfy(\.isWhitespace) { continue }
                    if !error.isForeign && (line.contains("error=")) { return finish(.failure(error)) }
                    note("That is not it: \(error.message).")
                }
            }
            // The end of what can be typed ends the login where nothing else can bring its answer.
            if server.withLock({ $0 == nil }) {
                finish(.failure(AuthorizationRequest.Problem(message: "nothing was pasted", isForeign: false)))
            }
        }
        thread?.detach()
    }

    private func finish(_ answer: Answer) {
        let waiting = state.withLock { state -> CheckedContinuation<Answer, Never>? in
            guard state.answer == nil else { return nil }
            state.answer = answer
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: answer)
    }

    // MARK: The browser

    fileprivate func reply(to head: RequestHead) -> HTTPAnswer {
        guard head.method == .get else { return Self.page(405, "This address only takes the answer of a login.") }
        let (request, isOver) = state.withLock { ($0.request, $0.answer != nil) }
        guard let request, head.path == request.path else { return Self.page(404, "There is nothing here.") }
        if isOver { return Self.page(410, "This login is over. You can close this window.") }
        do throws(AuthorizationRequest.Problem) {
            finish(.success(try request.code(query: head.query ?? "")))
            return Self.page(200, "The answer has arrived; the terminal says how it went. You can close this window.")
        } catch {
            if !error.isForeign { finish(.failure(error)) }
            return Self.page(400, "This did not work: \(error.message). The terminal says more.")
        }
    }

    private static func page(_ status: Int, _ text: String) -> HTTPAnswer {
        let shown = text.map { ["<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;"][$0] ?? String($0) }.joined()
        let html = """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Understudy</title></head>
            <body style="font-family: sans-serif; margin: 4em auto; max-width: 36em"><h1>Understudy</h1><p>\(shown)</p></body></html>

            """
        return HTTPAnswer(
            status: status,
            headers: [
                "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "referrer-policy": "no-referrer",
                "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'", "connection": "close",
            ], body: Array(html.utf8))
    }

    private final class Service: HTTPService {
        private let callback: LoginCallback

        init(_ callback: LoginCallback) { self.callback = callback }

        func admit(_ head: RequestHead) -> Admission { .read(limit: 0) }

        func refusal(of problem: HTTPProblem, head: RequestHead?) -> HTTPAnswer {
            LoginCallback.page(problem.status, "This was not understood.")
        }

        func serve(_ exchange: HTTPExchange) async { exchange.respond(callback.reply(to: exchange.head)) }
    }
}

extension AuthorizationRequest.Problem {
    static let timeout = AuthorizationRequest.Problem(message: "nobody signed in in time", isForeign: false)
}
