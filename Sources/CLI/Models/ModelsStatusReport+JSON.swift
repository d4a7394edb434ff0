// SPDX-License-Identifier: Apache-2.0
import Gateway
import JSON

/// The document for programs: the members of `openclaw models status --json` as far as they have a counterpart, and `chain`.
extension ModelsStatusReport {
    var json: JSONValue {
        var object: JSONObject = [
            "configPath": .string(location.configPath), "configExists": .bool(location.configExists),
            "stateDir": .string(location.stateFolder),
            "agentId": .string(agent), "agentDir": .string(agentFolder),
        ]
        object["defaultModel"] = defaultModel == nil ? .null : .string(defaultWritten.isEmpty ? defaultModel ?? "" : defaultWritten)
        object["resolvedDefault"] = defaultModel.map { .string($0) } ?? .null
        object["fallbacks"] = .array(fallbacks.map { .string($0) })
        object["imageModel"] = imageModel.map { .string($0) } ?? .null
        object["imageFallbacks"] = .array(imageFallbacks.map { .string($0) })
        object["modelConfig"] = ["defaultSource": .string(defaultSource), "fallbacksSource": .string(fallbacksSource)]
        object["aliases"] = .object(JSONObject(aliases.map { (key: $0.alias, value: JSONValue.string($0.model)) }))
        object["allowed"] = .array(allowed.map { .string($0) })
        object["gateway"] = gateway.json
        object["chain"] = .array(links.map { json(of: $0) })
        object["blocks"] = .array(blocks.map { json(of: $0) })
        object["skipped"] = .array(skipped.map { json(of: $0) })
        object["auth"] = auth
        object["firstTokens"] = .array(firstTokens.map { json(of: $0) })
        object["notes"] = .array(notes.map { .string($0) })
        return .object(object)
    }

    private func json(of link: Link) -> JSONValue {
        var object: JSONObject = [
            "model": .string(link.model), "credential": .string(link.credential), "kind": .string(link.kind),
            "secret": .string(link.masked),
            "from": .string(link.origin), "place": .string(spreads ? "least_recently_used" : link.place.code),
        ]
        object["block"] = link.block.map { json(of: $0) } ?? .null
        object["pause"] = CredentialsReport.json(link.pause)
        return .object(object)
    }

    private func json(of block: Block) -> JSONValue {
        [
            "scope": .string(block.scope), "subject": .string(block.subject), "reason": .string(block.reason), "rule": .string(block.rule),
            "receipt": .string(block.receipt),
            "status": block.status.map { .number(JSONNumber($0)) } ?? .null,
            "until": block.until.map { .number(JSONNumber(Int($0))) } ?? .null, "remainingMs": .number(JSONNumber(Int(block.remaining))),
        ]
    }

    private func json(of row: FirstTokensRow) -> JSONValue {
        [
            "model": .string(row.model), "promptTokensFrom": .number(JSONNumber(row.from)),
            "promptTokensTo": row.upTo.map { .number(JSONNumber($0)) } ?? .null, "samples": .number(JSONNumber(row.samples)),
            "p95Ms": row.percentile95.map { .number(JSONNumber($0)) } ?? .null, "limitMs": .number(JSONNumber(row.limit)),
            "limitSetBy": .string(row.setBy),
        ]
    }

    private func json(of link: Skipped) -> JSONValue {
        [
            "model": .string(link.model), "credential": link.credential.map { .string($0) } ?? .null, "from": .string(link.origin),
            "code": .string(link.code), "reason": .string(link.text),
        ]
    }

    /// Blocked credentials under OpenClaw's name: `cooldown` for those that a window ends, `disabled` for the others.
    var unusableProfiles: [JSONValue] {
        links.compactMap { link in
            guard let block = link.block else { return nil }
            return [
                "profileId": .string(link.credential), "provider": .string(String(link.model.prefix { $0 != "/" })),
                "model": .string(link.model), "kind": .string(block.until == nil ? "disabled" : "cooldown"),
                "reason": .string(block.reason),
                "until": block.until.map { .number(JSONNumber(Int($0))) } ?? .null,
                "remainingMs": .number(JSONNumber(Int(block.remaining))),
            ]
        }
    }
}

extension ModelsStatusReport.Gateway {
    var json: JSONValue {
        switch self {
        case .running(let url): ["running": true, "url": .string(url)]
        case .notRunning: ["running": false]
        case .silent(let why): ["running": .null, "problem": .string(why)]
        }
    }
}
