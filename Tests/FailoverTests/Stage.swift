// SPDX-License-Identifier: Apache-2.0
import Failover

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SplitMix64 (https://prng.di.unimi.it/splitmix64.c): small, and the same on every machine.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Timestamp {
    /// Seconds into the evening on which all tests play.
    static func at(_ seconds: Double) -> Timestamp { Timestamp(milliseconds: 1_760_000_000_000 + Int64((seconds * 1000).rounded())) }
}

/// Requests, one after the other, on one ledger and a clock that only moves when told.
struct Stage {
    var policy = Policy.standard
    var ledger = HealthLedger()
    var chain: Chain
    var now = Timestamp.at(0)
    var random = SeededRandom(seed: 1)
    private var requests = 0

    /// A/k1, A/k2, B/k1, B/k2: two models of one provider on two keys.
    static let fourTries: [(StaticString, CredentialID)] = [
        ("a/A", "k1"), ("a/A", "k2"), ("a/B", "k1"), ("a/B", "k2"),
    ]

    init(_ candidates: [(StaticString, CredentialID)] = Stage.fourTries) {
        chain = Chain(links: candidates.map { ChainLink(candidate: Candidate($0.0, credential: $0.1)) })
        // Whole seconds read better; jitter has tests of its own.
        policy.jitter = 0
    }

    struct Played {
        var receipt: Receipt
        var last: Step

        /// Such as `a/A@k1`.
        var asked: [String] { receipt.attempts.map(\.candidate.description) }
        var refusal: Refusal? { if case .refuse(let refusal) = last { refusal } else { nil } }
        var hasAnswer: Bool { receipt.attempts.last.map { $0.failure == nil } ?? false }
        var effects: [BlockEffect] { receipt.attempts.flatMap(\.effect) }
    }

    mutating func facts(_ change: (inout RequestFacts) -> Void = { _ in }) -> RequestFacts {
        requests += 1
        var facts = RequestFacts(
            id: ReceiptID(rawValue: "R\(requests)"), startedAt: now, deadline: now + .seconds(600), requestedModel: "default",
            wire: "openai-completions")
        change(&facts)
        return facts
    }

    /// Plays one request to its end. Each attempt takes 100 ms.
    ///
    /// - Parameters:
    ///   - known: What each route is known to need.
    ///   - upstream: What a candidate does; `nil` answers. The number counts this request's attempts from 0.
    @discardableResult
    mutating func play(
        _ change: (inout RequestFacts) -> Void = { _ in }, known: [Repair] = [], upstream: (Candidate, Int) -> Failure?
    ) -> Played {
        var receipt = Receipt(facts: facts(change), skipped: chain.skipped)
        while true {
            let step = policy.advance(chain: chain, receipt: &receipt, ledger: &ledger, now: now)
            switch step {
            case .attempt(let index, let mode):
                var attempt = Attempt(candidate: chain.links[index].candidate, mode: mode, startedAt: now)
                attempt.repairs = receipt.repairs(for: attempt.candidate.model, known: known)
                let failure = upstream(attempt.candidate, receipt.attempts.count)
                now = now + .milliseconds(100)
                attempt.duration = .milliseconds(100)
                attempt.failure = failure
                if let failure {
                    attempt.effect = ledger.record(
                        failure, of: attempt.candidate, attemptStartedAt: attempt.startedAt, receipt: receipt, mode: mode, policy: policy,
                        now: now, using: &random)
                } else {
                    attempt.effect = ledger.succeeded(attempt.candidate, attemptStartedAt: attempt.startedAt, mode: mode, now: now)
                }
                receipt.attempts.append(attempt)
                if failure == nil { return Played(receipt: receipt, last: .stop) }
            case .wait(let duration, _):
                receipt.waits.append(duration)
                now = now + duration
            case .answer, .refuse, .stop: return Played(receipt: receipt, last: step)
            }
        }
    }
}

extension Stage {
    /// Records a failure of one attempt of a request of its own.
    mutating func fail(
        _ failure: Failure, of candidate: Candidate, startedAt: Timestamp? = nil, mode: AttemptMode = .normal,
        facts change: (inout RequestFacts) -> Void = { _ in }
    ) -> [BlockEffect] {
        let receipt = Receipt(facts: facts(change))
        return ledger.record(
            failure, of: candidate, attemptStartedAt: startedAt ?? now, receipt: receipt, mode: mode, policy: policy, now: now,
            using: &random)
    }
}

extension Failure {
    /// As the classifier would make it: with the scope that the reason blocks.
    static func plain(_ reason: Reason, reset: Duration? = nil, fault: TransportFault? = nil) -> Failure {
        Failure(reason: reason, scope: reason.answers.blocks, rule: "test.\(reason.rawValue)", reset: reset, fault: fault)
    }

    /// A refusal that `repair` would mend.
    static func asking(_ repair: Repair) -> Failure {
        Failure(reason: .format, scope: nil, rule: "test.format", status: 400, repair: repair)
    }

    /// For reasons that have an account in their words.
    static func ofAccount(_ reason: Reason) -> Failure {
        Failure(reason: reason, scope: .credential, rule: "test.account", accountWide: true)
    }
}

/// A file of the repository, by its path from the root.
func projectFile(_ path: String, from here: String = #filePath) -> String? {
    var root = here[...]
    for _ in 0..<3 { root = root[..<(root.lastIndex(of: "/") ?? root.startIndex)] }
    guard let file = fopen("\(root)/\(path)", "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}
