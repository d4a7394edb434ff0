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

/// What came of an order to restart.
public enum HandoverOutcome: Hashable, Sendable {
    /// A new process takes connections; this one ends when what it has begun has ended.
    case handedOver(to: Int32, version: String, inFlight: Int, after: Duration)
    /// Why not, and the last lines that the new process wrote. This one goes on.
    case failed(String, [String])
    /// The gateway stops.
    case stopping
}

/// `POST /api/gateway/restart`. Body: none, or `{"grace_seconds": 5}`. Answers when the new process serves, or will not.
struct RestartAPI {
    let relay: Relay
    let restart: @Sendable (Int?) async -> HandoverOutcome

    func answer(_ head: RequestHead, _ body: [UInt8]) async -> HTTPAnswer {
        let members: JSONObject
        switch APIBody.read(head, body, names: ["grace_seconds"]) {
        case .success(let read): members = read
        case .failure(let error): return ErrorReply.answer(error)
        }
        let wanted = members["grace_seconds"]
        let seconds = wanted?.int.flatMap { (0...StopAPI.longestGrace).contains($0) ? $0 : nil }
        if wanted != nil, seconds == nil {
            let message = "grace_seconds takes a whole number from 0 to \(StopAPI.longestGrace)."
            return ErrorReply.answer(WireError(status: 400, message: message, code: "invalid_body", param: "grace_seconds"))
        }
        let own = JSONNumber(Int(getpid()))
        switch await restart(seconds) {
        case .handedOver(let process, let version, let inFlight, let took):
            return .json([
                "restarted": true, "pid": .number(JSONNumber(Int(process))), "was_pid": .number(own), "version": .string(version),
                "in_flight": .number(JSONNumber(inFlight)), "duration_ms": .number(JSONNumber(Int(took.milliseconds))),
            ])
        case .failed(let why, let lines):
            return .json([
                "restarted": false, "pid": .number(own), "reason": .string(why), "stderr": .array(lines.map { .string($0) }),
            ])
        case .stopping:
            return ErrorReply.answer(
                WireError(status: 409, message: "The gateway is stopping.", code: "gateway_stopping"))
        }
    }
}
