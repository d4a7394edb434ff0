// SPDX-License-Identifier: Apache-2.0
import Gateway
import JSON
import Relay

/// `auth` of the document: OpenClaw's members in their places, and ours.
extension ModelsStatusReport {
    var auth: JSONValue {
        var object: JSONObject = [
            "storePath": .string(storePath), "shellEnvFallback": ["enabled": false, "appliedKeys": []],
            "providersWithOAuth": .array(providersWithOAuth.map { .string($0) }),
            "missingProvidersInUse": .array(missing.map { .string($0.id) }), "providers": .array(providers.map { json(of: $0) }),
            "unusableProfiles": .array(unusableProfiles),
        ]
        object["oauth"] = [
            "warnAfterMs": .number(JSONNumber(86_400_000)),
            "profiles": .array(
                providers.flatMap { provider in provider.profiles.filter(\.mayEnd).map { standing(of: $0, at: provider) } }),
            "providers": .array(providers.filter { $0.profiles.contains(where: \.mayEnd) }.map { standing(of: $0) }),
        ]
        object["quota"] = .array(quotas.map { QuotaJSON.value($0) })
        object["usageProblems"] = .array(usageProblems.map { .string($0) })
        object["probes"] = probes.map(\.json)
        return .object(object)
    }

    private func json(of provider: Provider) -> JSONValue {
        func count(_ kind: String) -> JSONValue { .number(JSONNumber(provider.profiles(of: kind))) }
        let effective = provider.effective
        var object: JSONObject = [
            "provider": .string(provider.id),
            "effective": ["kind": .string(effective.kind), "detail": effective.detail.map { .string($0) } ?? .null],
            "profiles": [
                "count": .number(JSONNumber(provider.profiles.count)), "oauth": count("oauth"), "token": count("token"),
                "apiKey": count("api_key"), "labels": .array(provider.profiles.map { .string("\($0.id)=\($0.masked)") }),
            ],
        ]
        if let env = provider.first(from: .env) { object["env"] = ["value": .string(env.masked), "source": .string(env.source)] }
        if let key = provider.first(from: .modelsJSON) {
            object["modelsJson"] = ["value": .string(key.masked), "source": .string(key.source)]
        }
        object["credentials"] = .array(
            provider.credentials.map { credential in
                [
                    "id": .string(credential.id), "kind": .string(credential.kind), "value": .string(credential.masked),
                    "source": .string(credential.source), "unusable": credential.unusable.map { .string($0) } ?? .null,
                ]
            })
        return .object(object)
    }

    private func standing(of credential: Credential, at provider: Provider) -> JSONValue {
        let standing = credential.standing
        let expires = standing?.expires
        return [
            "profileId": .string(credential.id), "provider": .string(provider.id), "type": .string(credential.kind),
            "status": .string(standing?.status ?? (credential.unusable == nil ? "static" : "unknown")),
            "state": .string(standing?.code ?? (credential.unusable == nil ? "static" : "unusable")),
            "detail": .string(standing?.text ?? credential.unusable ?? "static"),
            "expiresAt": expires.map { .number(JSONNumber(Int($0))) } ?? .null,
            "remainingMs": expires.map { .number(JSONNumber(Int($0 - now))) } ?? .null, "source": "store",
            "label": .string(credential.label.isEmpty ? credential.id : credential.label),
        ]
    }

    /// A provider stands as the best of its profiles does.
    private func standing(of provider: Provider) -> JSONValue {
        let order = ["ok", "static", "expiring", "expired", "missing", "unknown"]
        let profiles = provider.profiles.filter(\.mayEnd)
        let words = profiles.map { $0.standing?.status ?? ($0.unusable == nil ? "static" : "unknown") }
        return [
            "provider": .string(provider.id), "status": .string(order.first { words.contains($0) } ?? "unknown"),
            "profiles": .array(profiles.map { standing(of: $0, at: provider) }),
        ]
    }
}
