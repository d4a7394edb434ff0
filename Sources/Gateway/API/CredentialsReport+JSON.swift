// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import JSON
import Store

/// The shape that docs/api.md describes.
extension CredentialsReport {
    public var json: JSONValue {
        [
            "now": Self.time(now), "credentials": .array(entries.map { $0.json(at: now) }),
            "missing": .array(missing.map { ["provider": .string($0.provider.rawValue), "variable": .string($0.variable)] }),
            "shared_blocks": .array(shared.map { BlockJSON.value($0) }),
        ]
    }

    public static func json(_ pause: Pause?) -> JSONValue {
        guard let pause else { return .null }
        return ["credential": .string(pause.credential.rawValue), "since": time(pause.since), "until": pause.until.map(time) ?? .null]
    }

    /// - Returns: `nil` unless it is what `json` makes of a pause.
    public static func pause(_ value: JSONValue) -> Pause? {
        guard let id = value["credential"]?.string, let since = value["since"]?.int else { return nil }
        return Pause(
            credential: CredentialID(rawValue: id), since: Timestamp(milliseconds: Int64(since)),
            until: value["until"]?.int.map { Timestamp(milliseconds: Int64($0)) })
    }

    static func time(_ time: Timestamp) -> JSONValue { .number(JSONNumber(Int(time.milliseconds))) }
}

extension CredentialsReport.Entry {
    func json(at now: Timestamp) -> JSONValue {
        [
            "id": .string(id.rawValue), "provider": .string(provider.rawValue), "kind": kind.map { .string($0.rawValue) } ?? .null,
            "secret": .string(masked), "source": .string(source), "agents": .array(agents.map { .string($0.rawValue) }),
            "state": .string(state.rawValue), "unusable": unusable.map { .string($0) } ?? .null,
            "status": status.map { $0.json(at: now, mends: id, kind, of: provider) } ?? .null, "pause": CredentialsReport.json(pause),
            "blocks": .array(
                blocks.map { block in
                    guard case .object(var members) = BlockJSON.value(block) else { return .null }
                    members["state"] = block.isOpen(at: now) ? "blocked" : "looking"
                    return .object(members)
                }),
            "last_used": use?.lastAnswer.map { answer in
                [
                    "at": CredentialsReport.time(answer.at), "model": .string(answer.model.description),
                    "receipt": .string(answer.receipt.rawValue),
                ]
            } ?? .null,
            "last_failure": use?.lastFailure.map { trouble in
                [
                    "at": CredentialsReport.time(trouble.at), "model": .string(trouble.model.description),
                    "receipt": .string(trouble.receipt.rawValue), "reason": .string(trouble.reason.rawValue), "rule": .string(trouble.rule),
                    "status": trouble.status.map { .number(JSONNumber($0)) } ?? .null,
                ]
            } ?? .null,
        ]
    }
}
