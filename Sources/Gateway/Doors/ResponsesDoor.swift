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

    func answer(_ id: String, _ action: Action, _ exchange: HTTPExchange) async -> HTTPAnswer {
        guard let kept = await ResponseHistory(store: store, relay: relay).kept(id) else { return Self.notFound(id) }
        if WireKind(rawValue: kept.wire)?.wire.family == .openaiResponses {
            let reply = await ask(kept, action, exchange)
            if let reply, reply.status < 500, reply.status != 401 {
                if action == .delete, reply.status < 300 || reply.status == 404 { await forget(id) }
                return Self.passOn(reply, of: kept)
            }
            // Who made it does not answer: what is known here has to do. Only its maker can take it back.
            if action == .delete || action == .cancel || kept.content == nil { return Self.unreachable(reply, of: kept) }
        }
        return await answerFromRecord(kept, action)
    }

    private func ask(_ kept: KeptResponse, _ action: Action, _ exchange: HTTPExchange) async -> DirectReply? {
        let query = exchange.head.query.map { "?\($0)" } ?? ""
        return await relay.direct(
            DirectRequest(
                method: action.method, path: "/responses/\(kept.id)\(action.tail)\(query)", wire: .openaiResponses,
                provider: kept.model.provider, credential: kept.credential, headers: exchange.head.headers), on: exchange.loop)
    }

    private func answerFromRecord(_ kept: KeptResponse, _ action: Action) async -> HTTPAnswer {
        switch action {
        case .read:
            guard let content = kept.content else { return Self.notFound(kept.id) }
            return .json(bytes: content.reply)
        case .inputItems:
            guard let items = kept.content?.input else { return Self.notFound(kept.id) }
            return .json(
                bytes: Array(#"{"object":"list","data":"#.utf8) + items + Array(#","first_id":null,"last_id":null,"has_more":false}"#.utf8))
        case .delete:
            await forget(kept.id)
            return .json(["id": .string(kept.id), "object": "response", "deleted": true])
        case .cancel:
            return ErrorReply.answer(
                WireError(status: 400, message: "Cannot cancel a synchronous response.", code: nil, param: nil), on: .openaiResponses)
        }
    }

    private func forget(_ id: String) async { _ = try? await store?.remove(id) }

    private static func passOn(_ reply: DirectReply, of kept: KeptResponse) -> HTTPAnswer {
        var headers: Headers = ["content-type": reply.contentType ?? "application/json", "cache-control": "no-store"]
        headers.append("x-understudy-model", kept.model.description)
        headers.append("x-understudy-credential", kept.credential.rawValue)
        return HTTPAnswer(status: reply.status, headers: headers, body: reply.body)
    }

    private static func unreachable(_ reply: DirectReply?, of kept: KeptResponse) -> HTTPAnswer {
        if let reply, reply.status != 401 { return passOn(reply, of: kept) }
        return ErrorReply.answer(
            WireError(
                status: 502,
                message:
                    "\(kept.model.provider), which keeps this response, \(reply == nil ? "could not be asked" : "does not let in the credential that made it").",
                code: "upstream_unavailable"), on: .openaiResponses)
    }

    /// In the API's own words.
    static func notFound(_ id: String) -> HTTPAnswer {
        ErrorReply.answer(
            WireError(status: 404, message: "Response with id '\(id.prefix(64))' not found.", code: nil, param: nil), on: .openaiResponses)
    }
}
