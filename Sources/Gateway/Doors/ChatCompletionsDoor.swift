// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Relay
import Store
import Transport

/// `POST /v1/chat/completions`, whole or streamed.
struct ChatCompletionsDoor {
    let relay: Relay
    let origins: OriginCheck
    let ids: ReceiptIDs
    private let wire = WireKind.openaiCompletions.wire

    init(relay: Relay, origins: OriginCheck, ids: ReceiptIDs) {
        self.relay = relay
        self.origins = origins
        self.ids = ids
    }

    func serve(_ exchange: HTTPExchange) async {
        guard let turn = begin(exchange) else { return }
        await turn.run.answer()
        finish(turn, exchange)
    }

    /// A request on its way, and the headers that every answer to it has.
    private final class Turn {
        let run: FailoverRun
        let headers: Headers

        init(run: FailoverRun, headers: Headers) {
            self.run = run
            self.headers = headers
        }
    }

    /// - Returns: `nil` for a request that was refused, and answered so.
    @inline(never)
    private func begin(_ exchange: HTTPExchange) -> Turn? {
        let startedAt = relay.now()
        let id = ids.make(at: startedAt)
        var headers: Headers = ["x-understudy-request-id": id.rawValue, "x-request-id": id.rawValue]
        origins.allow(&headers, exchange.head)
        var model = ""
        do throws(WireError) {
            let request = try request(exchange, id: id, startedAt: startedAt)
            model = request.shape.model
            return Turn(run: try run(request, ExchangeSink(exchange, headers: headers), exchange.loop), headers: headers)
        } catch {
            relay.refused(error, id: id, startedAt: startedAt, model: model, wire: wire.kind)
            exchange.respond(ErrorReply.answer(error, headers: headers))
            return nil
        }
    }

    private func run(_ request: RelayRequest, _ sink: ExchangeSink, _ loop: EventLoop) throws(WireError) -> FailoverRun {
        do throws(UnknownModel) {
            return try relay.run(request, to: sink, on: loop)
        } catch {
            throw WireError(status: 404, message: error.text, code: "model_not_found", param: "model")
        }
    }

    private func request(_ exchange: HTTPExchange, id: ReceiptID, startedAt: Timestamp) throws(WireError) -> RelayRequest {
        let body = exchange.body
        guard !body.isEmpty else { throw WireError(status: 400, message: "The request has no body.", code: "missing_body") }
        let index: JSONIndex
        do throws(JSONProblem) {
            index = try JSONIndex(scanning: body.span.bytes)
        } catch {
            throw WireError(
                status: 400, message: "The body is not JSON: \(error.message) at line \(error.line), column \(error.column).",
                code: "invalid_json")
        }
        let shape: RequestShape
        do throws(RequestProblem) {
            shape = try wire.facts(.generate, body: body, index: index, target: PathFacts())
        } catch {
            throw WireError(error)
        }
        let options = try RequestOptions(exchange.head.headers, shape)
        return RelayRequest(
            id: id, startedAt: startedAt, wire: wire.kind, body: body, index: index, shape: shape, headers: exchange.head.headers,
            overrides: options.overrides, session: options.session)
    }

    @inline(never)
    private func finish(_ turn: Turn, _ exchange: HTTPExchange) {
        var headers = turn.headers
        switch turn.run.result {
        case .whole(let status, let contentType, let body, let served):
            headers.append(served)
            headers.append("content-type", contentType ?? "application/json")
            exchange.respond(HTTPAnswer(status: status, headers: headers, body: body))
        case .passedOn(let status, let contentType, let body, let served):
            headers.append(served)
            headers.append("content-type", contentType ?? "application/json")
            let told = wire.errorBody(body, adding: ReceiptJSON.shortBytes(turn.run.receipt))
            exchange.respond(HTTPAnswer(status: status, headers: headers, body: told))
        case .streamed: exchange.end()
        case .brokenStream(let failure, let served):
            exchange.write(ErrorReply.event(failure, served: served.model, receipt: turn.run.receipt, wire: wire))
            exchange.end()
        case .refused(let refusal):
            headers.append("x-understudy-attempts", String(turn.run.receipt.attempts.count))
            exchange.respond(ErrorReply.answer(refusal, receipt: turn.run.receipt, wire: wire, headers: headers))
        case .cancelled: exchange.abort()
        }
    }
}

/// An exchange as the relay's sink. Confined to the exchange's loop.
private final class ExchangeSink: ReplySink {
    private let exchange: HTTPExchange
    private let headers: Headers

    init(_ exchange: HTTPExchange, headers: Headers) {
        self.exchange = exchange
        self.headers = headers
    }

    func begin(_ served: Served) {
        var headers = headers
        headers.append(served)
        headers.append("content-type", "text/event-stream; charset=utf-8")
        headers.append("cache-control", "no-cache")
        exchange.begin(status: 200, headers: headers)
    }

    func write(_ bytes: RawSpan) { exchange.write(bytes) }
    var pendingBytes: Int { exchange.pendingBytes }
    var isClientGone: Bool { exchange.isClientGone }
    var onDrain: (() -> Void)? {
        get { exchange.onDrain }
        set { exchange.onDrain = newValue }
    }
    var onClientGone: (() -> Void)? {
        get { exchange.onClientGone }
        set { exchange.onClientGone = newValue }
    }
}

extension Headers {
    /// Who answered, in the headers of docs/api.md.
    mutating func append(_ served: Served) {
        append("x-understudy-model", served.model.description)
        append("x-understudy-credential", served.credential.rawValue)
        append("x-understudy-attempts", String(served.attempts))
    }
}
