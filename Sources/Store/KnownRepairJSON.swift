// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What a route is known to need as JSON, as docs/receipts.md has it: in `GET /api/capabilities` and from `models status
/// --capabilities`.
public enum KnownRepairJSON {
    public static func value(_ known: KnownRepair) -> JSONValue {
        [
            "model": .string(known.model.description), "repair": .string(known.repair.code), "text": .string(known.repair.text),
            "since": .number(JSONNumber(Int(known.since.milliseconds))), "receipt": .string(known.receipt.rawValue),
        ]
    }

    /// - Returns: `nil` unless every member has the type and one of the words it should. The fingerprint is nobody's business.
    public static func read(_ value: JSONValue) -> KnownRepair? {
        guard let model = value["model"]?.string.flatMap(BlockJSON.model), let repair = value["repair"]?.string.flatMap(Repair.init(code:)),
            let since = value.time("since"), let receipt = value["receipt"]?.string
        else { return nil }
        return KnownRepair(model: model, repair: repair, since: since, receipt: ReceiptID(rawValue: receipt), fingerprint: "")
    }
}
