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
    let status: GatewayStatus
    private let ids = ReceiptIDs()
    private let log: Logger

    public init(
        relay: Relay, auth: ClientAuth, origins: OriginCheck, receipts: ReceiptStore?, status: GatewayStatus, log: Logger
    ) {
        self.relay = relay
        self.auth = auth
        self.origins = origins
        self.receipts = receipts
        self.status = status
        self.log = log
    }

    public func admit(_ head: RequestHead) -> Admission {
        if let refusal = origins.refusal(of: head) { return .refuse(ErrorReply.answer(refusal, head: head)) }
        if head.method == .options { return .refuse(origins.preflight(head)) }
        switch Router.route(head) {
        case .failure(let error): return .refuse(ErrorReply.answer(error, head: head))
        case .success(let route):
            if route.needsToken, let error = auth.refusal(of: head) { return .refuse(ErrorReply.answer(error, head: head)) }
            return .read(limit: route.takesBody ? relay.snapshot.settings.gateway.maxBodyBytes : 0)
        }
    }

    public func serve(_ exchange: HTTPExchange) async {
        guard case .success(let route) = Router.route(exchange.head) else { return }
        switch route {
        case .chatCompletions: await ChatCompletionsDoor(relay: relay, origins: origins, ids: ids).serve(exchange)
        case .models: exchange.respond(origins.allow(ModelsDoor(relay: relay).list(), exchange.head))
        case .model(let id): exchange.respond(origins.allow(ModelsDoor(relay: relay).model(id, exchange.head), exchange.head))
        case .live: exchange.respond(HealthAPI.live)
        case .ready: exchange.respond(HealthAPI(relay: relay).ready())
        case .health: exchange.respond(origins.allow(HealthAPI(relay: relay).ledger(), exchange.head))
        case .status: exchange.respond(origins.allow(StatusAPI(relay: relay, status: status).answer(), exchange.head))
        case .receipts:
            let answer = await ReceiptsAPI(store: receipts).list(exchange.head)
            exchange.respond(origins.allow(answer, exchange.head))
        case .receipt(let id):
            let answer = await ReceiptsAPI(store: receipts).one(id, exchange.head)
            exchange.respond(origins.allow(answer, exchange.head))
        }
    }

    public func refusal(of problem: HTTPProblem, head: RequestHead?) -> HTTPAnswer {
        log.debug("Request refused unread", ["code": .string(problem.code), "status": .int(problem.status)])
        return ErrorReply.answer(WireError(status: problem.status, message: problem.message, code: problem.code), head: head)
    }
}
