// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Relay
import Transport

/// `GET /api/quota`: what providers last said of how much they still grant. With `usage=true` the pages of usage are asked first, for three
/// seconds at most.
struct QuotaAPI {
    let relay: Relay

    func answer(_ head: RequestHead, on loop: EventLoop) async -> HTTPAnswer {
        let query: APIQuery
        switch APIQuery.read(head, names: ["usage"], of: "quota") {
        case .success(let read): query = read
        case .failure(let error): return ErrorReply.answer(error)
        }
        guard let usage = query.flag("usage") else { return ErrorReply.answer(APIQuery.wrong("usage", "true or false")) }
        let answers = usage ? await relay.askUsage(on: loop) : []
        return .json(QuotaJSON.document(relay.quotas.rows(at: relay.now()), answers))
    }
}

/// Quotas as JSON (docs/api.md), in answers and in the file that keeps them.
public enum QuotaJSON {
    public static func document(_ rows: [QuotaRow], _ answers: [UsageAnswer] = []) -> JSONValue {
        var object: JSONObject = ["quota": .array(rows.map(value))]
        let problems = answers.filter { $0.problem != nil }
        if !problems.isEmpty {
            object["problems"] = .array(
                problems.map { ["credential": .string($0.credential.rawValue), "problem": .string($0.problem ?? "")] })
        }
        return .object(object)
    }

    public static func value(_ row: QuotaRow) -> JSONValue {
        [
            "credential": .string(row.credential.rawValue), "provider": .string(row.provider.rawValue),
            "model": row.model.map { .string($0.description) } ?? .null, "at": number(row.at.milliseconds),
            "source": .string(row.source.rawValue), "windows": .array(row.windows.map(value)),
        ]
    }

    public static func value(_ window: QuotaWindow) -> JSONValue {
        [
            "name": .string(window.name), "length_seconds": window.length.map { number($0.components.seconds) } ?? .null,
            "used_percent": .number(JSONNumber((window.usedPercent * 100).rounded() / 100)),
            "left_percent": .number(JSONNumber(window.leftPercent)), "limit": window.limit.map { .number(JSONNumber($0)) } ?? .null,
            "remaining": window.remaining.map { .number(JSONNumber($0)) } ?? .null,
            "resets_at": window.resetsAt.map { number($0.milliseconds) } ?? .null,
        ]
    }

    private static func number(_ value: Int64) -> JSONValue { .number(JSONNumber(Int(value))) }

    /// Rows that make no sense are left out.
    public static func rows(_ document: JSONValue) -> [QuotaRow] {
        (document["quota"]?.array ?? []).prefix(limit).compactMap(row)
    }

    /// Rows of a document that are read.
    private static let limit = 2048

    private static func row(_ value: JSONValue) -> QuotaRow? {
        guard let credential = value["credential"]?.string, let provider = value["provider"]?.string, let at = value["at"]?.int else {
            return nil
        }
        let windows = (value["windows"]?.array ?? []).prefix(QuotaHeaders.limit).compactMap(window)
        guard !windows.isEmpty else { return nil }
        return QuotaRow(
            credential: CredentialID(rawValue: credential), provider: ProviderID(rawValue: provider),
            model: value["model"]?.string.flatMap { ModelRef($0) }, at: Timestamp(milliseconds: Int64(at)),
            source: value["source"]?.string.flatMap { QuotaRow.Source(rawValue: $0) } ?? .headers, windows: windows)
    }

    private static func window(_ value: JSONValue) -> QuotaWindow? {
        guard let name = value["name"]?.string, let used = value["used_percent"]?.double else { return nil }
        return QuotaWindow(
            name: name, length: value["length_seconds"]?.int.map { .seconds($0) }, usedPercent: used, limit: value["limit"]?.int,
            remaining: value["remaining"]?.int, resetsAt: value["resets_at"]?.int.map { Timestamp(milliseconds: Int64($0)) })
    }
}
