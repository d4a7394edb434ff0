// SPDX-License-Identifier: Apache-2.0

/// One line of the classifier's table: what has to be there, and what it means.
struct Rule: Sendable {
    /// Shown to people: `provider.topic` or `kind.topic`.
    let id: String
    let reason: Reason
    let reach: Reach
    /// Where it was learned: a page, an issue, an RFC, or errors that OpenClaw collected (`OpenClaw's rows: …`; docs/failover.md).
    let source: String

    /// Ids of the providers that it is about, variants such as `minimax-portal` included. Empty: all.
    let providers: [String]
    /// What a code, type or detail reason has to contain, letters and digits alone. Digits have to be all of it, and what begins with `^`.
    let names: [String]
    /// Phrases of which the words have to hold one. With `names`, both have to be there.
    let words: [String]
    let statuses: Statuses

    /// How far the evidence reaches.
    enum Reach: Sendable {
        /// This model, whatever the words.
        case model
        /// The account, if the words name it.
        case wording
        /// The account.
        case account
    }

    /// At which statuses a rule counts.
    enum Statuses: Sendable {
        case any
        case only([Int])
        /// Also where there is no status at all.
        case noneOr([Int])

        func contain(_ status: Int?) -> Bool {
            switch (self, status) {
            case (.any, _), (.noneOr, nil): true
            case (.only, nil): false
            case (.only(let own), let status?), (.noneOr(let own), let status?): own.contains(status)
            }
        }
    }

    /// Its words alone say that the key, the money or the account is at fault.
    var isWordsAboutCredential: Bool {
        switch reason {
        case .auth, .authPermanent, .billing, .quota: names.isEmpty && !words.isEmpty
        case .rateLimit, .overloaded, .serverError, .timeout, .network, .modelNotFound, .format, .invalidRequest, .contextOverflow,
            .contentPolicy, .malformed, .unknown, .cancelled:
            false
        }
    }

    init(
        _ id: String, _ reason: Reason, by providers: [String] = [], names: [String] = [], words: [String] = [],
        at statuses: Statuses = .any, reach: Reach = .wording, _ source: String
    ) {
        self.id = id
        self.reason = reason
        self.reach = reach
        self.source = source
        self.providers = providers
        self.names = names
        self.words = words
        self.statuses = statuses
    }
}
