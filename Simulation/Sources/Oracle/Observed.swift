// SPDX-License-Identifier: Apache-2.0

/// A candidate in its place in a chain, with what it can hold.
public struct Link: Sendable {
    public var candidate: Candidate
    /// Tokens; `nil` where nobody said.
    public var window: Int?
    public var images: Bool
    public var tools: Bool

    public init(_ candidate: Candidate, window: Int?, images: Bool, tools: Bool) {
        self.candidate = candidate
        self.window = window
        self.images = images
        self.tools = tools
    }
}

/// What a request is. Times are milliseconds of the wall clock.
public struct Facts: Sendable {
    public var number: Int
    public var deadline: Int64
    public var tokens: Int
    public var images: Bool
    public var tools: Bool
    public var asWritten: Bool
    public var firstTokenLimit: Int64
    /// -1: none.
    public var session: Int

    public init(
        number: Int, deadline: Int64, tokens: Int, images: Bool, tools: Bool, asWritten: Bool, firstTokenLimit: Int64, session: Int
    ) {
        self.number = number
        self.deadline = deadline
        self.tokens = tokens
        self.images = images
        self.tools = tools
        self.asWritten = asWritten
        self.firstTokenLimit = firstTokenLimit
        self.session = session
    }
}

/// What the policy decided.
public enum Decision: Sendable {
    case attempt(link: Int, Mode)
    case wait(milliseconds: Int64, link: Int)
    case answer(attempt: Int)
    case refuse
    case stop
}

public enum Mode: Sendable {
    case normal, quickRepeat, early
    case halfOpen(endsAt: Int64), returning(endsAt: Int64)
}

/// Why a candidate is said to have been passed over.
public enum Skip: Hashable, Sendable {
    case blocked(Key)
    case leased, returning, paused, tooSmall, noLargerWindow, noImages, noTools, endpointDown, sameModel, attemptsSpent, deadlinePassed,
        notNeeded
}

/// What an attempt failed with.
public struct Failed: Sendable {
    public var reason: Reason
    /// `nil`: nothing to block.
    public var scope: Scope?
    /// The provider's own word, in milliseconds.
    public var reset: Int64?
    public var namesMember = false
    /// The client has content of it.
    public var committed = false
    /// Name, address, connection or certificate are at fault: once is enough to tell.
    public var certain = false
    /// A connection broke that had served before.
    public var reused = false
    /// A repair that would mend it, by number; its opposite has the number with the last bit turned.
    public var repair: Int?
    /// Which repairs the attempt went up with: bit n for number n.
    public var repairs: UInt64 = 0

    public init(_ reason: Reason, scope: Scope?) {
        self.reason = reason
        self.scope = scope
    }
}

/// What the ledger says that it did.
public struct Effect: Sendable {
    public enum Kind: Sendable {
        case blocked(until: Int64, byLadder: Bool)
        case widened(until: Int64, byLadder: Bool)
        case cleared, narrowed, unchanged, ownNetwork
    }

    public var key: Key
    public var kind: Kind

    public init(_ key: Key, _ kind: Kind) {
        self.key = key
        self.kind = kind
    }
}
