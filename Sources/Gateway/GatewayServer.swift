// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Relay
import Store
import Telemetry
import Transport

/// The HTTP front door: what each request is, whether its client may ask for it, and who answers.
public final class GatewayServer: HTTPService {
    let relay: Relay
    let auth: ClientAuth
    let origins: OriginCheck
    let receipts: ReceiptStore?
    let responses: ResponseStore?
    let samples: SampleStore?
    let status: GatewayStatus
    /// Has the process end: seconds for what is under way, `nil` as the settings have it. Answers `false` if it is ending already.
    let stop: @Sendable (Int?) -> Bool
    /// Has a new process take its place: seconds for what is under way, as with `stop`. Returns when that is so, or will not be.
    let restart: @Sendable (Int?) async -> HandoverOutcome
    /// Asks the process before this one, which may still have requests under way.
    let before: @Sendable (SessionsQuestion) async -> JSONValue?
    private let ids = ReceiptIDs()
    private let log: Logger

    public init(
        relay: Relay, auth: ClientAuth, origins: OriginCheck, receipts: ReceiptStore?, responses: ResponseStore? = nil,
        samples: SampleStore?, status: GatewayStatus, stop: @escaping @Sendable (Int?) -> Bool = { _ in false },
        restart: @escaping @Sendable (Int?) async -> HandoverOutcome = { _ in .failed("it cannot", []) },
        before: @escaping @Sendable (SessionsQuestion) async -> JSONValue? = { _ in nil }, log: Logger
    ) {
        self.relay = relay
        self.auth = auth
        self.origins = origins
        self.receipts = receipts
        self.responses = responses
        self.samples = samples
        self.status = status
        self.stop = stop
        self.restart = restart
        self.before = before
        self.log = log
    }

    public func admit(_ head: RequestHead) -> Admission {
        if let refusal = origins.refusal(of: head) { return .refuse(ErrorReply.answer(refusal, on: Dialect.of(head))) }
        if head.method == .options { return .refuse(options(head)) }
        switch Router.route(head) {
        case .failure(let problem): return .refuse(ErrorReply.answer(problem.error, on: Dialect.of(head), allow: problem.allow))
        case .success(let route):
            if route.needsToken {
                let wire = if case .call(let entrance) = route { entrance.wire } else { Dialect.of(head) }
                if let error = auth.refusal(of: head, on: wire) { return .refuse(ErrorReply.answer(error, on: wire)) }
            }
            return .read(limit: bodyLimit(of: route))
        }
    }

    /// What a path takes (RFC 9110 §9.3.7), or a browser's question before it sends (CORS preflight).
    private func options(_ head: RequestHead) -> HTTPAnswer {
        if head.headers.contains("origin") { return origins.preflight(head) }
        if head.path == "*" { return HTTPAnswer(status: 204, headers: ["allow": "GET, HEAD, POST, DELETE, OPTIONS"]) }
        if let allow = Router.allowed(at: head) { return HTTPAnswer(status: 204, headers: ["allow": "\(allow), OPTIONS"]) }
        guard case .failure(let problem) = Router.route(head) else { return HTTPAnswer(status: 204) }
        return ErrorReply.answer(problem.error, on: Dialect.of(head))
    }

    private func bodyLimit(of route: Route) -> Int {
        switch route.bodySize {
        case .none: 0
        case .small: CredentialsAPI.bodyLimit
        case .completion: relay.snapshot.settings.gateway.maxBodyBytes
        }
    }

    /// A stream that waits for its model holds the frames of what waits for it: so this one holds a door, and nothing of the other routes.
    public func serve(_ exchange: HTTPExchange) async {
        if let door = door(exchange) { await door.serve(exchange) } else { await serveRest(exchange) }
    }

    @inline(never)
    private func door(_ exchange: HTTPExchange) -> Door? {
        guard case .success(.call(let entrance)) = Router.route(exchange.head) else { return nil }
        return Door(entrance, relay: relay, origins: origins, ids: ids, responses: responses)
    }

    @inline(never)
    private func serveRest(_ exchange: HTTPExchange) async {
        switch Router.route(exchange.head) {
        case .failure(let problem): exchange.respond(ErrorReply.answer(problem.error, on: Dialect.of(exchange.head), allow: problem.allow))
        case .success(let route): await serve(route, exchange)
        }
    }

    private func serve(_ route: Route, _ exchange: HTTPExchange) async {
        switch route {
        case .call: await door(exchange)?.serve(exchange)
        case .response(let id, let action):
            await ResponsesDoor(relay: relay, store: responses, origins: origins).serve(id, action, exchange)
        case .models: exchange.respond(origins.allow(models(exchange.head).list(exchange.head.query), exchange.head))
        case .model(let id): exchange.respond(origins.allow(models(exchange.head).model(id), exchange.head))
        case .live: exchange.respond(HealthAPI.live)
        case .ready: exchange.respond(HealthAPI(relay: relay).ready())
        case .health: exchange.respond(origins.allow(HealthAPI(relay: relay).ledger(), exchange.head))
        case .capabilities: exchange.respond(origins.allow(HealthAPI(relay: relay).capabilities(), exchange.head))
        case .firstTokens: exchange.respond(origins.allow(FirstTokensAPI(relay: relay).answer(), exchange.head))
        case .status: exchange.respond(origins.allow(StatusAPI(relay: relay, status: status).answer(), exchange.head))
        case .sessions:
            let answer = await sessions.list(exchange.head)
            exchange.respond(origins.allow(answer, exchange.head))
        case .stopSession(let id):
            let answer = await sessions.stop(id, exchange.head, exchange.body)
            exchange.respond(origins.allow(answer, exchange.head))
        case .stopGateway:
            let answer = StopAPI(relay: relay, stop: stop).answer(exchange.head, exchange.body)
            exchange.respond(origins.allow(answer, exchange.head))
        case .restartGateway:
            let answer = await RestartAPI(relay: relay, restart: restart).answer(exchange.head, exchange.body)
            exchange.respond(origins.allow(answer, exchange.head))
        case .plan: exchange.respond(origins.allow(PlanAPI(relay: relay).answer(exchange.head), exchange.head))
        case .quota:
            let answer = await QuotaAPI(relay: relay).answer(exchange.head, on: exchange.loop)
            exchange.respond(origins.allow(answer, exchange.head))
        case .probe: await ProbeAPI(relay: relay, origins: origins, log: log).serve(exchange)
        case .receipts:
            let answer = await ReceiptsAPI(store: receipts).list(exchange.head)
            exchange.respond(origins.allow(answer, exchange.head))
        case .receipt(let id):
            let answer = await ReceiptsAPI(store: receipts).one(id)
            exchange.respond(origins.allow(answer, exchange.head))
        case .credentials:
            let answer = await credentials.list(exchange.head)
            exchange.respond(origins.allow(answer, exchange.head))
        case .clearCredentials:
            let answer = await credentials.clearMany(exchange.head, exchange.body)
            exchange.respond(origins.allow(answer, exchange.head))
        case .credential(let id, let action):
            let answer = await credentials.change(id, action, exchange.head, exchange.body)
            exchange.respond(origins.allow(answer, exchange.head))
        case .failures:
            let answer = await FailuresAPI(samples: samples).list(exchange.head)
            exchange.respond(origins.allow(answer, exchange.head))
        case .logs:
            let answer = await LogsAPI(file: status.logFile).page(exchange.head)
            exchange.respond(origins.allow(answer, exchange.head))
        }
    }

    private func models(_ head: RequestHead) -> ModelsDoor { ModelsDoor(relay: relay, wire: Dialect.of(head)) }

    private var sessions: SessionsAPI { SessionsAPI(relay: relay, log: log, before: before) }

    /// What the process after this one asks.
    public func answer(_ question: SessionsQuestion) async -> JSONValue { await sessions.answer(question) }

    private var credentials: CredentialsAPI { CredentialsAPI(relay: relay, receipts: receipts, log: log) }

    public func refusal(of problem: HTTPProblem, head: RequestHead?) -> HTTPAnswer {
        log.debug("Request refused unread", ["code": .string(problem.code), "status": .int(problem.status)])
        return ErrorReply.answer(
            WireError(status: problem.status, message: message(of: problem, head), code: problem.code),
            on: head.map { Dialect.of($0) } ?? .openaiCompletions)
    }

    /// A body beyond its limit is found out in two places, by its announced length and by counting: here it gets one sentence.
    private func message(of problem: HTTPProblem, _ head: RequestHead?) -> String {
        guard problem.status == 413, let head, case .success(let route) = Router.route(head) else { return problem.message }
        let tooLarge = "The request body is larger than \(bodyLimit(of: route)) bytes"
        return switch route.bodySize {
        case .none: "\(Router.shown(head.path)) takes no body."
        case .small: tooLarge + "."
        case .completion: tooLarge + " (gateway.http.maxBodyBytes)."
        }
    }
}
