// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Relay
import Telemetry
import Transport

/// `GET /api/sessions`: the requests under way; `POST /api/sessions/{id}/stop`: ends those of a session.
struct SessionsAPI {
    let relay: Relay
    let log: Logger

    func list(_ head: RequestHead) async -> HTTPAnswer {
        switch APIQuery.read(head, names: [], of: "sessions") {
        case .success: break
        case .failure(let error): return ErrorReply.answer(error)
        }
        let now = relay.now()
        let requests = await relay.running.glimpses().map { JSONValue.object(Self.members(of: $0, now)) }
        return .json(["requests": .array(requests)])
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
        var stopped = await relay.running.stop(.session(SessionID(rawValue: id)), because: .owner)
        if stopped.isEmpty { stopped = await relay.running.stop(.request(ReceiptID(rawValue: id)), because: .owner) }
        if !stopped.isEmpty { log.notice("Session stopped by hand", ["session": .string(id), "requests": .int(stopped.count)]) }
        return .json([
            "id": .string(id), "stopped": .number(JSONNumber(stopped.count)), "requests": .array(stopped.map { .string($0.rawValue) }),
        ])
    }
}
