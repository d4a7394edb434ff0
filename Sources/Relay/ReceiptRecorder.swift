// SPDX-License-Identifier: Apache-2.0
import Failover
import Store
import Telemetry

/// Keeps receipts, off the request's path, and tells the log what an operator will ask about later.
public final class ReceiptRecorder: Sendable {
    private let store: ReceiptStore?
    private let log: Logger

    /// - Parameter store: `nil` keeps none: for tests of other things.
    public init(store: ReceiptStore?, log: Logger) {
        self.store = store
        self.log = log
    }

    func record(_ receipt: Receipt) {
        DecisionLog.write(receipt, to: log)
        store?.append(receipt)
    }
}
