// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Relay
import Store

extension LedgerChange {
    /// Members of a line to another process.
    var json: JSONObject {
        [
            "blocks": .array(blocks.map { BlockJSON.value($0) }), "lifted": .array(lifted.map { BlockJSON.value($0) }),
            "paused": .array(
                paused.map { pause in
                    [
                        .string(pause.credential.rawValue), .number(JSONNumber(Int(pause.since.milliseconds))),
                        pause.until.map { .number(JSONNumber(Int($0.milliseconds))) } ?? .null,
                    ]
                }), "resumed": .array(resumed.map { .string($0.rawValue) }),
        ]
    }

    /// What makes no sense is left out.
    init(json: JSONValue) {
        func rows<Row>(_ name: String, _ row: (JSONValue) -> Row?) -> [Row] { json[name]?.array?.compactMap(row) ?? [] }
        self.init(
            blocks: rows("blocks") { BlockJSON.read($0) }, lifted: rows("lifted") { BlockJSON.read($0) },
            paused: rows("paused", Self.pause),
            resumed: rows("resumed") { $0.string.map { CredentialID(rawValue: $0) } })
    }

    private static func pause(_ row: JSONValue) -> Pause? {
        guard let credential = row[0]?.string, let since = row[1]?.int else { return nil }
        return Pause(
            credential: CredentialID(rawValue: credential), since: Timestamp(milliseconds: Int64(since)),
            until: row[2]?.int.map { Timestamp(milliseconds: Int64($0)) })
    }
}
