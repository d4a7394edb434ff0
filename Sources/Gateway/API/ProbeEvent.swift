// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Relay

/// A line of `POST /api/probe`'s answer (docs/api.md).
public enum ProbeEvent: Hashable, Sendable {
    case begin(targets: [ProbeTarget], leftOut: Int, at: Timestamp)
    case result(ProbeResult)
    /// Without it the probing was cut short.
    case end(done: Int, at: Timestamp, took: Duration)

    static func begin(_ found: ProbeTargets, _ order: ProbeOrder, at now: Timestamp) -> ProbeEvent {
        .begin(targets: found.targets, leftOut: found.leftOut, at: now)
    }

    /// With its line feed.
    public var line: [UInt8] { JSONWriter.compact(json) + [0x0A] }

    var json: JSONValue {
        switch self {
        case .begin(let targets, let leftOut, let now):
            return [
                "type": "begin", "at": Self.number(now.milliseconds), "total": .number(JSONNumber(targets.count)),
                "left_out": .number(JSONNumber(leftOut)), "targets": .array(targets.map { .object(Self.object($0)) }),
            ]
        case .result(let result): return .object(Self.object(result))
        case .end(let done, let now, let took):
            return [
                "type": "end", "at": Self.number(now.milliseconds), "done": .number(JSONNumber(done)),
                "duration_ms": Self.number(took.milliseconds),
            ]
        }
    }

    private static func number(_ value: Int64) -> JSONValue { .number(JSONNumber(Int(value))) }

    private static func object(_ target: ProbeTarget) -> JSONObject {
        [
            "provider": .string(target.provider.rawValue), "model": target.model.map { .string($0.description) } ?? .null,
            "credential": target.credential.map { .string($0.rawValue) } ?? .null, "label": .string(target.label),
            "source": .string(target.source.rawValue), "kind": target.kind.map { .string($0.rawValue) } ?? .null,
        ]
    }

    private static func object(_ result: ProbeResult) -> JSONObject {
        var object: JSONObject = ["type": "result"]
        for (name, value) in self.object(result.target).members { object[name] = value }
        object["status"] = .string(result.status.rawValue)
        object["reason_code"] = result.reasonCode.map { .string($0) }
        object["error"] = result.error.map { .string($0) } ?? .null
        object["latency_ms"] = result.latency.map { number($0.milliseconds) } ?? .null
        object["first_token_ms"] = result.firstToken.map { number($0.milliseconds) } ?? .null
        object["http_status"] = result.httpStatus.map { .number(JSONNumber($0)) } ?? .null
        object["rule"] = result.rule.map { .string($0) }
        object["reset_ms"] = result.reset.map { number($0.milliseconds) }
        if !result.cleared.isEmpty { object["cleared"] = .array(result.cleared.map { .string($0) }) }
        object["receipt"] = result.receipt.map { .string($0.rawValue) } ?? .null
        return object
    }

    // MARK: Reading

    /// - Returns: `nil` for a line that is none of these.
    public static func read(_ line: [UInt8]) -> ProbeEvent? {
        guard let json = try? JSONValue.parse(line), let type = json["type"]?.string else { return nil }
        switch type {
        case "begin":
            guard let at = json["at"]?.int, let targets = json["targets"]?.array else { return nil }
            return .begin(targets: targets.map(target), leftOut: json["left_out"]?.int ?? 0, at: Timestamp(milliseconds: Int64(at)))
        case "result": return result(json).map { .result($0) }
        case "end":
            guard let at = json["at"]?.int, let done = json["done"]?.int, let took = json["duration_ms"]?.int else { return nil }
            return .end(done: done, at: Timestamp(milliseconds: Int64(at)), took: .milliseconds(took))
        default: return nil
        }
    }

    private static func target(_ json: JSONValue) -> ProbeTarget {
        ProbeTarget(
            provider: ProviderID(rawValue: json["provider"]?.string ?? ""), model: json["model"]?.string.flatMap { ModelRef($0) },
            credential: json["credential"]?.string.map { CredentialID(rawValue: $0) },
            kind: json["kind"]?.string.flatMap { CredentialKind(rawValue: $0) }, label: json["label"]?.string ?? "",
            source: json["source"]?.string.flatMap { ProbeTarget.Source(rawValue: $0) } ?? .none)
    }

    /// A status that a later gateway knows counts as unknown.
    private static func result(_ json: JSONValue) -> ProbeResult? {
        guard let status = json["status"]?.string else { return nil }
        var result = ProbeResult(target(json), ProbeStatus(rawValue: status) ?? .unknown)
        result.reasonCode = json["reason_code"]?.string
        result.error = json["error"]?.string
        result.latency = json["latency_ms"]?.int.map { .milliseconds($0) }
        result.firstToken = json["first_token_ms"]?.int.map { .milliseconds($0) }
        result.httpStatus = json["http_status"]?.int
        result.rule = json["rule"]?.string
        result.reset = json["reset_ms"]?.int.map { .milliseconds($0) }
        result.cleared = (json["cleared"]?.array ?? []).compactMap(\.string)
        result.receipt = json["receipt"]?.string.map { ReceiptID(rawValue: $0) }
        return result
    }
}
