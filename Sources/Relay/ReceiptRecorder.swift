// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Store
import Telemetry

/// Keeps receipts, and what upstreams said that no rule knew, off the request's path, and tells the log what an operator will ask
/// about later.
public final class ReceiptRecorder: Sendable {
    private let store: ReceiptStore?
    private let samples: SampleStore?
    private let log: Logger
    private let seen: (@Sendable (Receipt) -> Void)?

    /// - Parameters:
    ///   - store: `nil` keeps none: for tests of other things.
    ///   - samples: The same.
    ///   - seen: Is shown each receipt, on its request's loop.
    public init(store: ReceiptStore?, samples: SampleStore? = nil, log: Logger, seen: (@Sendable (Receipt) -> Void)? = nil) {
        self.store = store
        self.samples = samples
        self.log = log
        self.seen = seen
    }

    func record(_ receipt: Receipt) {
        DecisionLog.write(receipt, to: log)
        store?.append(receipt)
        seen?(receipt)
    }

    /// Keeps a probe's receipt. What it found is its owner's to read, and no event of the gateway's, but for the blocks that it has ended.
    ///
    /// - Returns: Whether its id leads somewhere.
    func keep(_ receipt: Receipt) -> Bool {
        DecisionLog.healthChanges(of: receipt, to: log.with(request: receipt.facts.id.rawValue))
        store?.append(receipt)
        return store != nil
    }

    /// Keeps what no rule knew, for a rule to come; anything else is known already.
    ///
    /// - Parameter redactor: The pool's, which knows our secrets.
    func keepSample(
        of call: FailedCall, judged failure: Failure, model: ModelRef, receipt: ReceiptID, at now: Timestamp, redactor: Redactor
    ) {
        guard failure.reason == .unknown, let samples else { return }
        let body = call.reply.map { String(decoding: $0.body.prefix(Self.sampleLimit), as: UTF8.self) } ?? call.error.message ?? ""
        samples.append(
            FailureSample(
                provider: model.provider, model: model.model, status: failure.status ?? call.reply?.status, body: body, firstAt: now,
                lastAt: now, receipt: receipt),
            redact: { redactor.redact($0) })
    }

    /// Bytes of a body that are handed over; replacing secrets makes them fewer before they are cut to 1 KB.
    private static let sampleLimit = 4096
}
