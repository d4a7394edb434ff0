// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// A login as a profile of `auth-profiles.json` has it: OpenClaw's members `access`, `refresh`, `expires`, and ours beside them: `issued`,
/// `family` (see `StoredCredential.secretHash`) and `refreshFailure`.
extension StoredLogin {
    init(_ profile: JSONValue, key: Key) {
        self.init(key: key, expires: Self.time(profile["expires"]), refresh: profile["refresh"]?.string.flatMap { Secret($0).trimmed })
        issued = Self.time(profile["issued"])
        // OpenClaw writes `managedBy` also where it manages itself.
        managedBy = profile["managedBy"]?.string.flatMap { $0 == "openclaw" || $0 == "understudy" || $0.isEmpty ? nil : $0 }
        failure = profile["refreshFailure"].flatMap(RefreshFailure.init(json:))
        clientID = profile["clientId"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        // Without an access token the first use brings one; so it does where its end makes no sense (0 is written to have one renewed).
        let isEndless = profile["expires"].map { $0 == .null } ?? true
        if profile["access"]?.string?.isEmpty != false || (expires == nil && !isEndless) { expires = Timestamp(milliseconds: 1) }
    }

    /// Milliseconds since 1970, as whole or as broken a number as somebody wrote.
    static func time(_ value: JSONValue?) -> Timestamp? {
        guard let milliseconds = value?.double, milliseconds > 0, milliseconds < 9e15 else { return nil }
        return Timestamp(milliseconds: Int64(milliseconds))
    }

    /// Whether it is what `StoredCredential.secretHash` may be.
    static func isHash(_ text: String) -> Bool { text.utf8.count == 16 && text.allSatisfy(\.isHexDigit) }
}

extension RefreshFailure {
    var json: JSONValue {
        [
            "at": Self.json(at), "rule": .string(rule), "message": .string(message), "permanent": .bool(isPermanent),
            "count": .number(JSONNumber(count)), "next": next.map(Self.json) ?? .null,
        ]
    }

    /// - Returns: `nil` unless it is what `json` makes of one.
    init?(json: JSONValue) {
        guard let at = StoredLogin.time(json["at"]), let rule = json["rule"]?.string else { return nil }
        self.init(
            at: at, rule: rule, message: json["message"]?.string ?? "", isPermanent: json["permanent"]?.bool ?? false,
            count: min(max(json["count"]?.int ?? 1, 1), 1_000_000), next: StoredLogin.time(json["next"]))
    }

    private static func json(_ time: Timestamp) -> JSONValue { .number(JSONNumber(Int(time.milliseconds))) }
}
