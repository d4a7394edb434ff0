// SPDX-License-Identifier: Apache-2.0

/// What a route, a model at its provider, is known to need: learned from a request that was refused, repaired and then answered.
public struct KnownRepair: Hashable, Sendable {
    public var model: ModelRef
    public var repair: Repair
    public var since: Timestamp
    /// Of the request that taught it.
    public var receipt: ReceiptID
    /// Stands for what the settings said of the route then; with other settings it is void.
    public var fingerprint: String

    public init(model: ModelRef, repair: Repair, since: Timestamp, receipt: ReceiptID, fingerprint: String) {
        self.model = model
        self.repair = repair
        self.since = since
        self.receipt = receipt
        self.fingerprint = fingerprint
    }
}
