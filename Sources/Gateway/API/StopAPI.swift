// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Providers
import Relay
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `POST /api/gateway/stop`. Body: none, or `{"grace_seconds": 5}`. Nothing new is taken from the answer on.
struct StopAPI {
    let relay: Relay
    let stop: @Sendable (Int?) -> Bool

    /// Seconds at most.
    static let longestGrace = 3600

    func answer(_ head: RequestHead, _ body: [UInt8]) -> HTTPAnswer {
        let members: JSONObject
        switch APIBody.read(head, body, names: ["grace_seconds"]) {
        case .success(let read): members = read
        case .failure(let error): return ErrorReply.answer(error)
        }
        let wanted = members["grace_seconds"]
        let seconds = wanted?.int.flatMap { (0...Self.longestGrace).contains($0) ? $0 : nil }
        if wanted != nil, seconds == nil {
            let message = "grace_seconds takes a whole number from 0 to \(Self.longestGrace)."
            return ErrorReply.answer(WireError(status: 400, message: message, code: "invalid_body", param: "grace_seconds"))
        }
        let requests = relay.running.count
        let isFirst = stop(seconds)
        let grace = seconds ?? relay.snapshot.settings.gateway.stopGraceSeconds
        return .json([
            "stopping": true, "was_stopping": .bool(!isFirst), "pid": .number(JSONNumber(Int(getpid()))),
            "in_flight": .number(JSONNumber(requests)), "grace_seconds": .number(JSONNumber(grace)),
        ])
    }
}
