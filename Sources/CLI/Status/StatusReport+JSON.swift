// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import Gateway
import JSON
import Store

extension StatusReport {
    /// Members are added, never renamed or removed; docs/api.md describes those of `gateway.status`, `credentials` and `blocks`.
    var json: JSONValue {
        let location = survey.location
        var object: JSONObject = [
            "version": .string(Version.text), "platform": .string(Version.platform), "os": .string(Machine.system),
            "now": .number(JSONNumber(Int(survey.now.milliseconds))),
            "config": [
                "path": .string(location.configPath), "exists": .bool(location.configExists), "ok": .bool(survey.config.isFine),
                "sha256": survey.configHash.map { .string($0) } ?? .null,
                "problems": .array(survey.config.problems.map { .string($0.text) }),
                "notes": .array(survey.config.notes.map { .string($0.description) }),
            ],
            "stateFolder": .string(location.stateFolder), "gateway": survey.gateway.json,
            "logFile": survey.logFile.map { .string($0) } ?? .null,
        ]
        object["agents"] = .array(
            (survey.setup?.settings.agents.all ?? []).map { agent in
                [
                    "id": .string(agent.id.rawValue), "default": .bool(agent.id == survey.setup?.settings.agents.defaultID),
                    "chain": .array(agent.chain.map { .string($0.model.ref.description) }),
                ]
            })
        let statuses = survey.statuses
        object["credentials"] = .array(
            (survey.credentials?["credentials"]?.array ?? []).map { row in
                guard case .object(var members) = row else { return row }
                if members["status"] == nil, let status = members["id"]?.string.flatMap({ statuses[CredentialID(rawValue: $0)] }) {
                    members["status"] = ["code": .string(status.code), "text": .string(status.text(at: survey.now))]
                }
                return .object(members)
            })
        object["missing"] = survey.credentials?["missing"] ?? .array([])
        object["blocks"] = .array(survey.blocks.map { BlockJSON.value($0) })
        object["requests"] = RequestTally(survey.receipts).json
        if isDeep { object["reach"] = .array(survey.reach.map(\.json)) }
        object["quota"] = .array(survey.quotas.map { QuotaJSON.value($0) })
        object["trouble"] = .array(survey.trouble.map { .string($0) })
        if let more {
            object["log"] = .array(more.log.map { .string(String(decoding: $0, as: UTF8.self)) })
            object["outline"] = .array(more.outline.map { .string($0) })
        }
        return .object(object)
    }
}
