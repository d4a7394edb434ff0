// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import JSON

/// The shape that docs/api.md describes.
extension CredentialStatus {
    /// - Parameter id: Whose it is, for the command that mends it.
    public func json(at now: Timestamp, mends id: CredentialID, _ kind: CredentialKind?, of provider: ProviderID) -> JSONValue {
        func time(_ time: Timestamp?) -> JSONValue { time.map { .number(JSONNumber(Int($0.milliseconds))) } ?? .null }
        return [
            "code": .string(code), "text": .string(text(at: now)), "expires": time(expires),
            "failure": failure.map { failure in
                [
                    "at": time(failure.at), "rule": .string(failure.rule), "message": .string(failure.message),
                    "permanent": .bool(failure.isPermanent), "next": time(failure.next),
                ]
            } ?? .null,
            "fix": fix(id, kind, of: provider).map { .string($0) } ?? .null,
        ]
    }
}
