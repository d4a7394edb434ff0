// SPDX-License-Identifier: Apache-2.0

/// How long the attempts of one place of a chain are taken to last: what runs out lasts as long as its limit, all else is assumed.
public struct PlanTimes: Hashable, Sendable {
    public var connect: TimeLimit
    /// While another candidate could speak sooner.
    public var firstToken: TimeLimit
    /// While none could.
    public var lastFirstToken: TimeLimit
    /// Of a whole call that is no stream.
    public var plain: TimeLimit

    public init(connect: TimeLimit, firstToken: TimeLimit, lastFirstToken: TimeLimit, plain: TimeLimit) {
        self.connect = connect
        self.firstToken = firstToken
        self.lastFirstToken = lastFirstToken
        self.plain = plain
    }

    /// What is built in, for tests of other things.
    public static let standard = PlanTimes(
        connect: TimeLimit(phase: "connect", seconds: 10, setBy: "built in"),
        firstToken: TimeLimit(phase: "firstToken", seconds: 12, setBy: "built in"),
        lastFirstToken: TimeLimit(phase: "reasoningFirstToken", seconds: 60, setBy: "built in"),
        plain: TimeLimit(phase: "plain", seconds: 300, setBy: "built in"))

    static let answer = Duration.seconds(2)
    static let refusal = Duration.milliseconds(300)
    static let broken = Duration.milliseconds(50)

}

extension PlanRun {
    /// What a reader has to know of its times, and of what else was assumed.
    public var assumptions: [String] {
        var told = ["An answer takes 2 s, a refusal 0.3 s, a broken connection 0.05 s; a timeout as long as its limit."]
        if receipt.attempts.contains(where: { !$0.effect.isEmpty }) {
            told.append("Blocks are shown without the 10 % by which their length varies.")
        }
        if receipt.attempts.contains(where: { $0.failure?.repair != nil }) {
            told.append("The request has in it what a repair would change, and the route takes what was repaired.")
        }
        return told
    }
}

extension PlanTimes {
    /// How long an attempt takes that comes to `outcome`, and the limit that ran out then.
    func duration(of outcome: PlanOutcome, streaming: Bool, hasSpare: () -> Bool) -> (length: Duration, limit: TimeLimit?) {
        let isTimeout: Bool
        switch outcome {
        case .ok: return (Self.answer, nil)
        case .refusal: return (Self.refusal, nil)
        case .failure(let failure): isTimeout = failure.reason == .timeout
        case .fault(.connectTimeout): return (connect.length, connect)
        case .fault(.firstTokenTimeout): isTimeout = true
        case .fault: return (Self.broken, nil)
        }
        guard isTimeout else { return (Self.refusal, nil) }
        let limit = !streaming ? plain : hasSpare() ? firstToken : lastFirstToken
        return (limit.length, limit)
    }
}

extension TimeLimit {
    var length: Duration { .milliseconds(Int64(min(max(seconds, 0), 1e9) * 1000 + 0.5)) }
}
