// SPDX-License-Identifier: Apache-2.0

/// Who falters in a scenario, and how.
public struct Cue: Sendable {
    public enum Reach: Hashable, Sendable {
        /// The chain's first model, with all its credentials; its first credential alone where the chain has no other model.
        case lead
        /// The chain's first model, with all its credentials.
        case model

        func mark(_ members: [Cast.Member]) -> [Cast.Member] {
            guard let first = members.first else { return [] }
            let isAlone = members.allSatisfy { $0.model == first.model }
            return members.map { member in
                var member = member
                member.isHit = self == .lead && isAlone ? member.credential == first.credential : member.model == first.model
                return member
            }
        }
    }

    /// `nil`: it is well.
    public typealias Play = @Sendable (_ asked: AskedRequest, _ moment: Moment) -> Script?

    var reach = Reach.lead
    var lead: Play
    var others: Play = { _, _ in nil }

    /// Falters whenever it is asked to begin an answer.
    static func stream(_ mishap: @escaping @Sendable (DrillTiming) -> Mishap) -> Cue {
        Cue { asked, moment in
            moment.goesOn ? nil : .streams(moment.saying, to: asked, pace: moment.timing.pace, mishap(moment.timing))
        }
    }

    static func refuses(_ trouble: Trouble, reach: Reach = .lead) -> Cue { Cue(reach: reach) { asked, _ in .refuses(asked, trouble) } }

    static func once(_ script: @escaping @Sendable (AskedRequest) -> Script) -> Cue {
        Cue { asked, moment in moment.number == 1 ? script(asked) : nil }
    }
}
