// SPDX-License-Identifier: Apache-2.0
public struct HealthLedger: Hashable, Sendable {
    public init() {}
    public init(restoring blocks: [Block], now: Timestamp) {}
    public mutating func record(_ failure: Failure, of candidate: Candidate, attemptStartedAt: Timestamp, receipt: Receipt, mode: AttemptMode, policy: Policy, now: Timestamp, using random: inout some RandomNumberGenerator) -> [BlockEffect] { [] }
    public mutating func succeeded(_ candidate: Candidate, attemptStartedAt: Timestamp, mode: AttemptMode, now: Timestamp, endIsProven: Bool = true) -> [BlockEffect] { [] }
    public mutating func giveBack(_ lease: Lease, now: Timestamp) {}
    public func block(on candidate: Candidate, at now: Timestamp) -> Block? { nil }
    public var blocks: [Block] { [] }
    public mutating func clear(credential: CredentialID) {}
    public mutating func clearAll() {}
    public mutating func clearModels() {}
    public mutating func prune(now: Timestamp) {}
    public mutating func merge(_ blocks: [Block], now: Timestamp) {}
    public var isEmpty: Bool { true }
}
