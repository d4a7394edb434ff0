// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Relay
import Store
import Transport

/// What all ways in to the models share: a request read once, on its wire, taken down its chain, and answered on that wire, whole or
/// streamed.
struct Door {
    let relay: Relay
    let origins: OriginCheck
    let ids: ReceiptIDs
    let entrance: Entrance
    private let wire: any Wire

    init(_ entrance: Entrance, relay: Relay, origins: OriginCheck, ids: ReceiptIDs) {
        self.entrance = entrance
        self.relay = relay
        self.origins = origins
        self.ids = ids
        wire = entrance.wire.wire
    }

    func serve(_ exchange: HTTPExchange) async {
        guard let turn = begin(exchange) else { return }
        await turn.run.answer()
        finish(turn, exchange)
    }

    /// A request on its way, and the headers that every answer to it has.
    private final class Turn {
        let run: FailoverRun
        let sink: ExchangeSink
        let headers: Headers

        init(run: FailoverRun, sink: ExchangeSink, headers: Headers) {
            self.run = run
            self.sink = sink
            self.headers = headers
        }
    }

    /// - Returns: `nil` for a request that was refused, and answered so.
    @inline(never)
    private func begin(_ exchange: HTTPExchange) -> Turn? {
        let startedAt = relay.now()
        let id = ids.make(at: startedAt)
        var headers = Headers(answering: id, on: entrance.wire)
        origins.allow(&headers, exchange.head)
        var model = entrance.target.model ?? ""
        do throws(WireError) {
            let request = try request(exchange, id: id, startedAt: startedAt)
            model = request.shape.model
            let sink = ExchangeSink(exchange, headers: headers, framing: entrance.framing)
            return Turn(run: try run(request, sink, exchange.loop), sink: sink, headers: headers)
        } catch {
            relay.refused(error, id: id, startedAt: startedAt, model: model, wire: wire.kind)
            exchange.respond(ErrorReply.answer(error, on: entrance.wire, headers: headers))
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
            shape = try wire.facts(entrance.operation, body: body, index: index, target: entrance.target)
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
        case .streamed: turn.sink.end()
        case .brokenStream(let failure, let served):
            turn.sink.end(with: ErrorReply.event(failure, served: served.model, receipt: turn.run.receipt, wire: wire))
        case .refused(let refusal):
            headers.append("x-understudy-attempts", String(turn.run.receipt.attempts.count))
            exchange.respond(ErrorReply.answer(refusal, receipt: turn.run.receipt, wire: wire, headers: headers))
        case .cancelled: exchange.abort()
        }
    }
}

extension Headers {
    /// The headers of every answer to a request that has a receipt: its id, under the names by which SDKs look for one.
    init(answering id: ReceiptID, on wire: WireKind) {
        self = ["x-understudy-request-id": id.rawValue, "x-request-id": id.rawValue]
        if wire == Dialect.messages { append("request-id", id.rawValue) }
    }
}
