// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Relay
import Telemetry
import Transport

/// What a gateway asks the process before it, which still has requests under way.
public enum SessionsQuestion: Hashable, Sendable {
    /// Those under way.
    case list
    /// To end those of a session, or one.
    case stop(String)
}

/// `GET /api/sessions`: the requests under way; `POST /api/sessions/{id}/stop`: ends those of a session.
///
/// After a restart both reach the process that still ends its requests, too.
struct SessionsAPI {
    let relay: Relay
    let log: Logger
    /// Asks the process before this one, if it is still there.
    var before: @Sendable (SessionsQuestion) async -> JSONValue? = { _ in nil }

    func list(_ head: RequestHead) async -> HTTPAnswer {
        switch APIQuery.read(head, names: [], of: "sessions") {
        case .success: break
        case .failure(let error): return ErrorReply.answer(error)
        }
        return .json(["requests": .array(await running())])
    }

    /// Oldest first: those of the process before this one are older.
    private func running() async -> [JSONValue] {
        let now = relay.now()
        let older = await before(.list)?["requests"]?.array ?? []
        return older + (await relay.running.glimpses().map { JSONValue.object(Self.members(of: $0, now)) })
    }

    /// For the process after this one.
    func answer(_ question: SessionsQuestion) async -> JSONValue {
        switch question {
        case .list: return ["requests": .array(await running())]
        case .stop(let id): return ["requests": .array(await stop(id))]
        }
    }

    private static func members(of glimpse: RunningRequests.Glimpse, _ now: Timestamp) -> JSONObject {
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        return [
            "id": .string(glimpse.id.rawValue), "session": text(glimpse.session?.rawValue), "agent": text(glimpse.agent?.rawValue),
            "requested_model": .string(glimpse.requestedModel), "model": text(glimpse.model?.description), "wire": .string(glimpse.wire),
            "started_at": .number(JSONNumber(Int(glimpse.startedAt.milliseconds))),
            "duration_ms": .number(JSONNumber(Int((now - glimpse.startedAt).milliseconds))), "streaming": .bool(glimpse.streaming),
            "has_begun": .bool(glimpse.hasBegun), "attempts": .number(JSONNumber(glimpse.attempts)),
            "output_tokens": glimpse.outputTokens.map { .number(JSONNumber($0)) } ?? .null,
        ]
    }

    /// - Parameter id: A session's as requests and receipts have it, or a request's.
    func stop(_ id: String, _ head: RequestHead, _ body: [UInt8]) async -> HTTPAnswer {
        switch APIBody.read(head, body, names: []) {
        case .success: break
        case .failure(let error): return ErrorReply.answer(error)
        }
        let stopped = await stop(id)
        return .json([
            "id": .string(id), "stopped": .number(JSONNumber(stopped.count)), "requests": .array(stopped),
        ])
    }

    private func stop(_ id: String) async -> [JSONValue] {
        var stopped = await relay.running.stop(.session(SessionID(rawValue: id)), because: .owner)
        if stopped.isEmpty { stopped = await relay.running.stop(.request(ReceiptID(rawValue: id)), because: .owner) }
        if !stopped.isEmpty { log.notice("Session stopped by hand", ["session": .string(id), "requests": .int(stopped.count)]) }
        return (await before(.stop(id))?["requests"]?.array ?? []) + stopped.map { .string($0.rawValue) }
    }
}
