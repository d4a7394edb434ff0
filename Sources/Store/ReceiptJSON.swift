// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// A receipt as JSON, in the shape of docs/receipts.md, which is a promise to clients: names are added, never changed.
public enum ReceiptJSON {
    /// Everything, for the owner. Credential names and upstreams' words are in it.
    public static func whole(_ receipt: Receipt) -> JSONValue { value(bytes(receipt)) }

    /// What other clients may see: id, models, reasons and times.
    public static func short(_ receipt: Receipt) -> JSONValue { value(shortBytes(receipt)) }

    /// `whole`, compact.
    public static func bytes(_ receipt: Receipt) -> [UInt8] {
        var json = CompactJSON()
        json.whole(receipt)
        return json.bytes
    }

    /// `short`, compact.
    public static func shortBytes(_ receipt: Receipt) -> [UInt8] {
        var json = CompactJSON()
        json.short(receipt)
        return json.bytes
    }

    /// What `whole` wrote. Members that are not known are passed over.
    ///
    /// - Returns: `nil` where a member that must be there is not, or has another type, or a word that is not known.
    public static func read(_ value: JSONValue) -> Receipt? { ReceiptReader.receipt(value) }

    /// A tree of what `CompactJSON` wrote, which is JSON as long as nobody has broken it.
    static func value(_ bytes: [UInt8]) -> JSONValue { (try? JSONValue.parse(bytes)) ?? .null }
}
