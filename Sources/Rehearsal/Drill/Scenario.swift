// SPDX-License-Identifier: Apache-2.0

/// A fault and what must come of it, as a row of a table.
///
/// The sixteen are those of FailoverBench (github.com/failoverbench/failoverbench, scenarios/catalogue.yaml and METHODOLOGY.md, read on
/// 2026-11-21), on every client wire; where it lets a gateway off with a clean error or a remark, here that is a fail.
public struct Scenario: Sendable {
    /// What it is called by, such as `stream-cut`.
    public var name: String
    /// What happens, for people.
    public var happens: String
    /// What must come of it.
    public var wanted: String
    /// Each on a stage of its own; all must go well.
    public var takes: [Take]

    /// One playing of it.
    public struct Take: Sendable {
        /// What sets it apart from the others; empty: nothing.
        public var label: String
        public var cue: Cue
        /// When requests come, in seconds from the beginning.
        public var asks: [Double]
        public var end: End
        var rules: [Rule]

        init(_ cue: Cue, asks: [Double] = [0], end: End = .answer(by: .another), _ rules: [Rule] = []) {
            self.init("", cue, asks: asks, end: end, rules)
        }

        init(_ label: String, _ cue: Cue, asks: [Double] = [0], end: End = .answer(by: .another), _ rules: [Rule] = []) {
            self.label = label
            self.cue = cue
            self.asks = asks
            self.end = end
            self.rules = rules
        }
    }

    /// What the client must get.
    public enum End: Hashable, Sendable {
        /// The whole line.
        case answer(by: Whom)
        /// The provider's own refusal.
        case refusal

        /// Who has to be in the chain for that.
        public enum Whom: Hashable, Sendable {
            /// Somebody who is not hit.
            case another
            /// The same, with a window that may be larger.
            case larger
            /// Nobody else: whoever is hit is well a moment later.
            case itself
        }
    }

    init(_ name: String, _ happens: String, wanted: String, _ takes: [Take]) {
        self.name = name
        self.happens = happens
        self.wanted = wanted
        self.takes = takes
    }

    /// In the order of the benchmark.
    public static let all: [Scenario] = refusals + silences + streams + policies + returns
}
