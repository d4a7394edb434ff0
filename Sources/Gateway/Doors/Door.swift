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
final class Door: Sendable {
    let relay: Relay
    let origins: OriginCheck
    let ids: ReceiptIDs
    let responses: ResponseStore?
    let entrance: Entrance
    private let wire: any Wire

    init(_ entrance: Entrance, relay: Relay, origins: OriginCheck, ids: ReceiptIDs, responses: ResponseStore?) {
        self.entrance = entrance
        self.relay = relay
        self.origins = origins
        self.ids = ids
        self.responses = responses
        wire = entrance.wire.wire
    }

    func serve(_ exchange: HTTPExchange) async {
        let turn = Turn(exchange, id: ids.make(at: relay.now()), at: relay.now(), entrance, origins)
        read(turn)
        if goesOn(turn) { await bind(turn) }
        guard let run = begin(turn) else { return }
        await run.answer()
        finish(turn, run)
    }

    /// What is known of a request on its way. A class, so that a task which waits holds one pointer.
    private final class Turn {
        let exchange: HTTPExchange
        let id: ReceiptID
        let startedAt: Timestamp
        /// Of every answer to it.
        let headers: Headers
        /// `nil` before it is read, and once it runs: then the run has it.
        var request: RelayRequest?
        var record: ResponseRecord?
        var sink: ExchangeSink?

        init(_ exchange: HTTPExchange, id: ReceiptID, at startedAt: Timestamp, _ entrance: Entrance, _ origins: OriginCheck) {
            self.exchange = exchange
            self.id = id
            self.startedAt = startedAt
            var headers = Headers(answering: id, on: entrance.wire)
            origins.allow(&headers, exchange.head)
            self.headers = headers
        }
    }

    private func refuse(_ turn: Turn, _ error: WireError) {
        let model = turn.request?.shape.model ?? entrance.target.model ?? ""
        relay.refused(error, id: turn.id, startedAt: turn.startedAt, model: model, wire: wire.kind)
        turn.exchange.respond(ErrorReply.answer(error, on: entrance.wire, headers: turn.headers))
        turn.request = nil
    }

    @inline(never)
    private func read(_ turn: Turn) {
        do throws(WireError) {
            let request = try request(turn.exchange, id: turn.id, startedAt: turn.startedAt)
            turn.record = ResponseRecord(request, in: responses, relay: relay)
            turn.request = request
        } catch {
            refuse(turn, error)
        }
    }

    // Not within `serve`, whose frame would have room for a copy of the request as long as the task waits.
    @inline(never)
    private func goesOn(_ turn: Turn) -> Bool { turn.request?.shape.previousResponse != nil }

    /// Finds who keeps the reply that the request goes on from.
    @inline(never)
    private func bind(_ turn: Turn) async {
        guard let request = turn.request else { return }
        do throws(WireError) {
            let binding = try await ResponseHistory(store: responses, relay: relay).binding(of: request)
            turn.request?.binding = binding
            // A candidate must hold all that was said, whoever keeps it.
            if let writtenOut = binding?.writtenOut,
                let whole = try? wire.facts(entrance.operation, body: writtenOut.body, index: writtenOut.index, target: entrance.target)
            {
                turn.request?.shape.estimatedTokens = whole.estimatedTokens
                turn.request?.shape.hasImages = whole.hasImages
            }
        } catch {
            refuse(turn, error)
        }
    }

    /// - Returns: `nil` for a request that was refused, and answered so.
    @inline(never)
    private func begin(_ turn: Turn) -> FailoverRun? {
        guard let request = turn.request else { return nil }
        do throws(WireError) {
            let sink = ExchangeSink(turn.exchange, headers: turn.headers, framing: entrance.framing, record: turn.record)
            let run = try run(request, sink, turn.exchange.loop)
            if let id = request.shape.previousResponse, request.binding?.writtenOut == nil, !run.hasCandidates {
                throw ResponseHistory.elsewhere(id)
            }
            turn.sink = sink
            turn.request = nil
            return run
        } catch {
            refuse(turn, error)
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
        let options = try RequestOptions(exchange.head.headers, shape, limit: relay.snapshot.settings.limits.request.length)
        return RelayRequest(
            id: id, startedAt: startedAt, wire: wire.kind, body: body, index: index, shape: shape, headers: exchange.head.headers,
            overrides: options.overrides, session: options.session)
    }

    @inline(never)
    private func finish(_ turn: Turn, _ run: FailoverRun) {
        if let sink = turn.sink, sink.isOpen { return finish(sink, run, turn.exchange) }
        let exchange = turn.exchange
        var headers = turn.headers
        switch run.result {
        case .whole(let status, let contentType, let body, let served):
            turn.record?.keep(body, by: served)
            headers.append(served)
            headers.append("content-type", contentType ?? "application/json")
            exchange.respond(HTTPAnswer(status: status, headers: headers, body: body))
        case .passedOn(let status, let contentType, let body, let served):
            headers.append(served)
            headers.append("content-type", contentType ?? "application/json")
            let told = wire.errorBody(body, adding: ReceiptJSON.shortBytes(run.receipt))
            exchange.respond(HTTPAnswer(status: status, headers: headers, body: told))
        case .refused(let refusal):
            headers.append("x-understudy-attempts", String(run.receipt.attempts.count))
            exchange.respond(ErrorReply.answer(refusal, receipt: run.receipt, wire: wire, headers: headers))
        case .cancelled, .streamed, .brokenStream: exchange.abort()
        }
    }

    /// What came of a request whose client has the head of a stream: all but the reply itself can only be an event now.
    private func finish(_ sink: ExchangeSink, _ run: FailoverRun, _ exchange: HTTPExchange) {
        switch run.result {
        case .streamed: sink.end()
        case .brokenStream(let failure, let served, let position):
            sink.end(with: ErrorReply.event(failure, served: served.model, after: position, receipt: run.receipt, wire: wire))
        case .refused(let refusal): sink.end(with: ErrorReply.event(refusal, receipt: run.receipt, wire: wire))
        case .passedOn(let status, _, let body, let served):
            sink.end(with: ErrorReply.event(status, body, by: served, receipt: run.receipt, wire: wire))
        case .whole, .cancelled: exchange.abort()
        }
    }
}

extension Headers {
    /// The headers of every answer to a request that has a receipt: its id, under the names by which SDKs look for one.
    init(answering id: ReceiptID, on wire: WireKind) {
        self.init(roomFor: 112, fields: 2)
        append("x-understudy-request-id", id.rawValue)
        append("x-request-id", id.rawValue)
        if wire == .anthropicMessages { append("request-id", id.rawValue) }
    }
}
