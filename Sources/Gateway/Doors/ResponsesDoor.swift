// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Relay
import Store
import Transport

/// Replies that were made before: `GET` and `DELETE /v1/responses/{id}`, and what else is asked of one. The provider that made it is asked,
/// on the credential that it was made with; of a reply that crossed from another wire our own record answers.
struct ResponsesDoor {
    enum Action: Hashable, Sendable {
        case read, delete, inputItems, cancel

        var method: HTTP.Method {
            switch self {
            case .read, .inputItems: .get
            case .delete: .delete
            case .cancel: .post
            }
        }

        /// Whether it changes nothing.
        var isRead: Bool { self == .read || self == .inputItems }

        /// Behind the id in the path.
        var tail: String {
            switch self {
            case .read, .delete: ""
            case .inputItems: "/input_items"
            case .cancel: "/cancel"
            }
        }
    }

    let relay: Relay
    let store: ResponseStore?
    let origins: OriginCheck

    func serve(_ id: String, _ action: Action, _ exchange: HTTPExchange) async {
        let answer: HTTPAnswer?
        do throws(WireError) {
            answer = try await self.answer(id, action, exchange)
        } catch {
            // Its maker will not be there by the next try.
            let headers: Headers = error.status == 409 ? ["x-should-retry": "false"] : [:]
            answer = ErrorReply.answer(error, on: .openaiResponses, headers: headers)
        }
        if let answer { exchange.respond(origins.allow(answer, exchange.head)) }
    }

    /// - Returns: `nil` if the exchange has its answer, or its client has left.
    private func answer(_ id: String, _ action: Action, _ exchange: HTTPExchange) async throws(WireError) -> HTTPAnswer? {
        let query = try KeptQuery(exchange.head, action)
        guard let kept = await ResponseHistory(store: store, relay: relay).kept(id) else { throw Self.notFound(id) }
        guard WireKind(rawValue: kept.wire)?.wire.family == .openaiResponses else {
            return try await answerFromRecord(kept, action, query)
        }
        let reply: DirectReply?
        switch try await ask(kept, action, query, exchange) {
        case .streamed, .cancelled: return nil
        case .unreachable: reply = nil
        case .reply(let came):
            if came.status < 500, came.status != 401 {
                if action == .delete, came.status < 300 || came.status == 404 { await forget(id) }
                return Self.passOn(came, of: kept)
            }
            reply = came
        case nil: return try await answerFromRecord(kept, action, query)
        }
        // Who made it does not answer: what is known here has to do. Only its maker can take it back.
        if action.isRead, kept.content != nil { return try await answerFromRecord(kept, action, query) }
        return try Self.unreachable(reply, of: kept)
    }

    /// - Returns: `nil` if the maker cannot be asked any more, and need not.
    /// - Throws: What to do about it.
    private func ask(
        _ kept: KeptResponse, _ action: Action, _ query: KeptQuery, _ exchange: HTTPExchange
    ) async throws(WireError) -> DirectOutcome? {
        let request = DirectRequest(
            method: action.method, path: "/responses/\(kept.id)\(action.tail)\(query.upstream.map { "?\($0)" } ?? "")",
            wire: .openaiResponses, model: kept.model, credential: kept.credential, headers: exchange.head.headers,
            streaming: query.streaming)
        var headers = Headers()
        origins.allow(&headers, exchange.head)
        let sink = ExchangeSink(exchange, headers: headers, framing: .events, record: nil)
        let call: DirectCall
        do throws(DirectProblem) {
            call = try relay.direct(request, to: sink, on: exchange.loop)
        } catch {
            if action.isRead, kept.content != nil { return nil }
            throw Self.gone(error, kept, action)
        }
        if exchange.isClientGone { return .cancelled }
        exchange.onClientGone = { call.cancel() }
        let outcome = await call.answer()
        exchange.onClientGone = nil
        if case .streamed = outcome { sink.end() }
        return outcome
    }

    private func answerFromRecord(_ kept: KeptResponse, _ action: Action, _ query: KeptQuery) async throws(WireError) -> HTTPAnswer {
        switch action {
        case .read:
            guard let content = kept.content else { throw Self.notFound(kept.id) }
            guard query.streaming else { return .json(bytes: content.reply) }
            guard let events = ResponsesReplay.events(of: content.reply, after: query.startingAfter) else { throw Self.notFound(kept.id) }
            return HTTPAnswer(
                status: 200, headers: ["content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"], body: events)
        case .inputItems:
            guard let input = kept.content?.input else { throw Self.notFound(kept.id) }
            guard let list = ResponsesInputItems.list(input, of: kept.id, query.page) else {
                throw KeptQuery.wrong("after", "the id of an item that is listed")
            }
            return .json(bytes: list)
        case .delete:
            await forget(kept.id)
            return .json(["id": .string(kept.id), "object": "response", "deleted": true])
        case .cancel: throw WireError(status: 400, message: "Cannot cancel a synchronous response.")
        }
    }

    private func forget(_ id: String) async { _ = try? await store?.remove(id) }

    private static func passOn(_ reply: DirectReply, of kept: KeptResponse) -> HTTPAnswer {
        var headers: Headers = ["content-type": reply.contentType ?? "application/json", "cache-control": "no-store"]
        headers.append("x-understudy-model", kept.model.description)
        headers.append("x-understudy-credential", kept.credential.rawValue)
        return HTTPAnswer(status: reply.status, headers: headers, body: reply.body)
    }

    private static func unreachable(_ reply: DirectReply?, of kept: KeptResponse) throws(WireError) -> HTTPAnswer {
        if let reply, reply.status != 401 { return passOn(reply, of: kept) }
        throw WireError(
            status: 502,
            message:
                "\(kept.model.provider), which keeps this response, \(reply == nil ? "could not be asked" : "does not let in the credential that made it").",
            code: "upstream_unavailable")
    }

    /// Of a reply whose maker is not in the configuration any more: not to be had for who reads it, still there for who wants it deleted.
    private static func gone(_ problem: DirectProblem, _ kept: KeptResponse, _ action: Action) -> WireError {
        let (provider, id) = (kept.model.provider, kept.id)
        let missing =
            switch problem {
            case .noProvider:
                "\(provider), which keeps the response \(id), is not configured any more: put it back (models.providers.\(provider))"
            case .noCredential:
                "The credential \(kept.credential), with which \(provider) keeps the response \(id), is not configured any more: put it back"
            }
        let otherwise =
            switch action {
            case .read, .inputItems: "send the conversation as input. What was said is not kept here (responses.keepDays)."
            case .delete: "delete it there. It has not been deleted."
            case .cancel: "cancel it there. It goes on."
            }
        return WireError(
            status: action.isRead ? 404 : 409, message: "\(missing), or \(otherwise)", code: "response_maker_gone")
    }

    /// In the API's own words.
    static func notFound(_ id: String) -> WireError {
        WireError(status: 404, message: "Response with id '\(id.prefix(64))' not found.")
    }
}
