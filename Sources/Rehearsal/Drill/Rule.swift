// SPDX-License-Identifier: Apache-2.0
import Failover

/// Something that must be true of a take beyond its answers.
public struct Rule: Sendable {
    /// What is not as it must be, in words; `nil`: all is well.
    var problem: @Sendable (Evidence) -> String?

    init(_ problem: @escaping @Sendable (Evidence) -> String?) { self.problem = problem }
}

extension Rule {
    /// No member that is hit is asked more often than this.
    static func asked(atMost count: Int) -> Rule {
        Rule { evidence in
            evidence.hits.lazy.compactMap { place in
                let times = evidence.times(of: place).count
                return times > count ? "\(evidence.members[place].model) was asked \(times) times, and \(count) is enough" : nil
            }.first
        }
    }

    /// The models that are hit are asked this often in all.
    static func askedInAll(_ count: Int) -> Rule {
        Rule { evidence in
            let times = evidence.calls.count { $0.member.map { evidence.members[$0].isHit } ?? false }
            return times == count ? nil : "the model that refused was asked \(times) times instead of \(count)"
        }
    }

    /// Nobody but those that are hit is asked.
    static let nobodyElse = Rule { evidence in
        guard let call = evidence.calls.first(where: { $0.member.map { !evidence.members[$0].isHit } ?? true }) else { return nil }
        return "\(call.member.map { evidence.members[$0].model } ?? "somebody") was asked, too"
    }

    /// The member that said so is not asked again before its `Retry-After` is over.
    ///
    /// - Parameter seconds: True ones.
    static func waits(_ seconds: Double) -> Rule {
        Rule { evidence in
            for place in evidence.hits {
                let times = evidence.times(of: place)
                // A timer may be a few milliseconds early against another clock.
                if times.count > 1, times[1] - times[0] < .milliseconds(Int64(seconds * 950)) {
                    return
                        "\(evidence.members[place].model) was asked again after \((times[1] - times[0]).inSeconds), and its Retry-After is \(seconds) s"
                }
            }
            return nil
        }
    }

    /// Each answer ends within so many seconds.
    static func within(_ seconds: Double) -> Rule {
        within { _, timing in timing.seconds(seconds) }
    }

    /// Each answer ends within so many true seconds, also in a fast drill.
    static func withinTrue(_ seconds: Double) -> Rule {
        within { _, _ in .milliseconds(Int64(seconds * 1000)) }
    }

    /// Each answer ends within the limits of a first token of those that are silent, or by when they speak.
    ///
    /// - Parameter speaks: Seconds; `nil`: never.
    static func withinLimits(speaks: Double?) -> Rule {
        within { evidence, timing in
            let sum = evidence.hits.reduce(Duration.zero) { $0 + evidence.members[$1].firstToken }
            return speaks.map { min(timing.seconds($0), sum) } ?? sum
        }
    }

    private static func within(_ limit: @escaping @Sendable (Evidence, DrillTiming) -> Duration) -> Rule {
        Rule { evidence in
            // Sixty words take a second.
            let limit = limit(evidence, evidence.timing) + evidence.timing.pace * 80 + evidence.timing.slack
            return evidence.turns.first { $0.heard.took > limit }.map {
                "the answer took \($0.heard.took.inSeconds), longer than \(limit.inSeconds)"
            }
        }
    }

    /// The member that faltered answers itself.
    static let answersItself = Rule { evidence in
        guard let other = evidence.turns.compactMap(\.answerer).first(where: { !evidence.isHit($0) }) else { return nil }
        return "\(other.model) answered, where the first candidate was well again at once"
    }

    /// Who broke off does not have to go on itself, where there is somebody else.
    static let answersAnother = Rule { evidence in
        guard evidence.members.count > 1 else { return nil }
        let itself = evidence.turns.first { turn in
            turn.answerer.map { $0.model == turn.attempts.first?.model && $0.credential == turn.attempts.first?.credential } ?? false
        }
        return itself.map { "\($0.answerer?.model ?? "") had to go on itself" }
    }

    /// The client is told what it cost.
    static let tellsUsage = Rule { evidence in
        evidence.turns.contains { $0.heard.usage?.outputTokens ?? 0 < 1 } ? "the client is told no usage" : nil
    }

    /// The client is told the model and the usage of who has answered, and so is the receipt.
    static let accounts = Rule { evidence in
        for turn in evidence.turns {
            guard let answerer = turn.answerer else { return "the receipt names nobody who answered" }
            guard let place = evidence.members.firstIndex(where: { $0.model == answerer.model && $0.credential == answerer.credential })
            else { return "the receipt names \(answerer.model), which is not in the chain" }
            let member = evidence.members[place]
            if evidence.calls.last?.member != place { return "the receipt names \(member.model), and another one was asked last" }
            if turn.heard.models != [member.name] {
                return "the client is told the model \(turn.heard.models.joined(separator: ", ")) instead of \(member.name)"
            }
            let expected = Usage(inputTokens: 10 + place, outputTokens: Saying(DrillLine.text).outputTokens)
            for (who, usage) in [("client", turn.heard.usage), ("receipt", answerer.usage)] {
                if usage?.inputTokens != expected.inputTokens || usage?.outputTokens != expected.outputTokens {
                    return
                        "the \(who) is told \(usage.map { "\($0.inputTokens ?? -1) + \($0.outputTokens ?? -1)" } ?? "no") tokens instead of "
                        + "\(expected.inputTokens ?? 0) + \(expected.outputTokens ?? 0)"
                }
            }
        }
        return nil
    }

    /// Who was down answers again: of the requests that come after it is well, at most the first may still be another's.
    ///
    /// In a fast drill a busy machine puts the requests off by as much as lies between two of them, and the first two may.
    ///
    /// - Parameter seconds: From the drill's beginning until it is well.
    static func returns(after seconds: Double) -> Rule {
        Rule { evidence in
            let wellAt = evidence.timing.seconds(seconds)
            let allowed = evidence.timing.scale == 1 ? 1 : 2
            let late = evidence.turns.filter { $0.at >= wellAt }.dropFirst(allowed).filter {
                $0.answerer.map { !evidence.isHit($0) } ?? true
            }
            guard let last = late.last else { return nil }
            return
                "\(late.count) requests were still answered by another, the last \((last.at - wellAt).inSeconds) after the first candidate was well"
        }
    }
}

extension Duration {
    /// For people: `2.31 s`.
    public var inSeconds: String {
        let hundredths = (components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 + 5) / 10
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}
