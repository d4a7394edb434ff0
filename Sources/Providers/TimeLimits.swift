// SPDX-License-Identifier: Apache-2.0

/// The time limits that one place of the configuration sets; `nil` leaves a limit to the wider place.
///
/// Places from wide to narrow: built in, `timeouts`, `models.providers.<id>.timeouts`, the model's own.
public struct TimeLimits: Hashable, Sendable {
    /// What a limit covers. The raw value is the settings key without its `Seconds`.
    public enum Phase: String, Hashable, Sendable, CaseIterable {
        /// From the start of an attempt to an open, secured connection.
        case connect
        /// From then to the first event of a streamed reply.
        case firstToken
        /// The same where reasoning was asked for, or no other candidate is ready.
        case reasoningFirstToken
        /// The same for loopback and private hosts, where prompts are slow to read.
        case localFirstToken
        /// Between two events of a stream; any event is a sign of life.
        case idle
        /// A whole attempt without streaming, since nothing can be seen before its end.
        case plain
        /// A request with all its attempts.
        case request
    }

    public var connect: Duration?
    public var firstToken: Duration?
    public var reasoningFirstToken: Duration?
    public var localFirstToken: Duration?
    public var idle: Duration?
    public var plain: Duration?
    public var request: Duration?
    /// Whether a first token is waited for as long as is usual for the model, where that is less.
    public var learns: Bool?
    /// What is learned is no less.
    public var learnedLeast: Duration?

    public init() {}

    public subscript(phase: Phase) -> Duration? {
        get { self[keyPath: phase.limit] }
        set { self[keyPath: phase.limit] = newValue }
    }

    public var isEmpty: Bool { self == TimeLimits() }
}

extension TimeLimits.Phase {
    fileprivate var limit: WritableKeyPath<TimeLimits, Duration?> {
        switch self {
        case .connect: \.connect
        case .firstToken: \.firstToken
        case .reasoningFirstToken: \.reasoningFirstToken
        case .localFirstToken: \.localFirstToken
        case .idle: \.idle
        case .plain: \.plain
        case .request: \.request
        }
    }
}

extension TimeLimits {
    /// All limits, each with the place that set it: a timeout's receipt names it.
    public struct Resolved: Hashable, Sendable {
        public struct Limit: Hashable, Sendable {
            public var length: Duration
            /// Such as `built in`, `timeouts` or `models.providers.groq.timeouts`.
            public var setBy: String

            public init(_ length: Duration, setBy: String) {
                self.length = length
                self.setBy = setBy
            }
        }

        public private(set) var connect = Limit(.seconds(10), setBy: builtIn)
        public private(set) var firstToken = Limit(.seconds(12), setBy: builtIn)
        public private(set) var reasoningFirstToken = Limit(.seconds(60), setBy: builtIn)
        public private(set) var localFirstToken = Limit(.seconds(120), setBy: builtIn)
        public private(set) var idle = Limit(.seconds(60), setBy: builtIn)
        public private(set) var plain = Limit(.seconds(300), setBy: builtIn)
        public private(set) var request = Limit(.seconds(600), setBy: builtIn)
        /// See `learnedFirstToken`.
        public private(set) var learns = true
        public private(set) var learnedLeast = Duration.seconds(4)

        public static let builtIn = "built in"
        /// The limits of docs/configuration.md, set by nobody.
        public static let standard = Resolved()

        public init() {}

        public subscript(phase: Phase) -> Limit {
            get {
                switch phase {
                case .connect: connect
                case .firstToken: firstToken
                case .reasoningFirstToken: reasoningFirstToken
                case .localFirstToken: localFirstToken
                case .idle: idle
                case .plain: plain
                case .request: request
                }
            }
            set {
                switch phase {
                case .connect: connect = newValue
                case .firstToken: firstToken = newValue
                case .reasoningFirstToken: reasoningFirstToken = newValue
                case .localFirstToken: localFirstToken = newValue
                case .idle: idle = newValue
                case .plain: plain = newValue
                case .request: request = newValue
                }
            }
        }

        /// These limits, narrowed by those that `limits` sets.
        public func narrowed(by limits: TimeLimits, setBy: String) -> Resolved {
            var result = self
            for phase in Phase.allCases {
                if let length = limits[phase] { result[phase] = Limit(length, setBy: setBy) }
            }
            if let learns = limits.learns { result.learns = learns }
            if let least = limits.learnedLeast { result.learnedLeast = least }
            return result
        }
    }
}
