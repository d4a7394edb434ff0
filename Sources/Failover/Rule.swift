// SPDX-License-Identifier: Apache-2.0

/// One line of the classifier's table: what has to be there, and what it means.
struct Rule: Sendable {
    /// Shown to people: `provider.topic` or `kind.topic`.
    let id: String
    let reason: Reason
    let reach: Reach
    /// Where it was learned: a page, or rows of the corpus of real errors (`corpus: …`).
    let source: String

    /// Ids of the providers that it is about, variants such as `minimax-portal` included. Empty: all.
    private let providers: [String]
    /// What a code, type or detail reason has to contain, letters and digits alone. Digits have to be all of it.
    private let names: [String]
    private let words: [Phrase]
    private let statuses: Statuses

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
        self.words = words.map { Phrase($0) }
        self.statuses = statuses
    }

    func matches(_ evidence: borrowing Evidence) -> Bool {
        guard statuses.contain(evidence.status) else { return false }
        if !providers.isEmpty {
            let isOurs = providers.contains { name in
                evidence.provider.hasPrefix(name)
                    && (evidence.provider.utf8.count == name.utf8.count || evidence.provider.hasPrefix(name + "-"))
            }
            guard isOurs else { return false }
        }
        if !names.isEmpty && !evidence.names.contains(where: isNamed) { return false }
        if !words.isEmpty {
            for phrase in words where phrase.occurs(in: evidence.wording) { return true }
            return false
        }
        return true
    }

    private func isNamed(_ name: String) -> Bool {
        names.contains { pattern in
            let isNumber = pattern.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return isNumber ? pattern == name : name.contains(pattern)
        }
    }
}

/// An error object as rules look at it.
struct Evidence {
    let provider: String
    /// `nil` for success statuses too.
    let status: Int?
    /// Code, type and detail reasons, each reduced to lower-case letters and digits.
    let names: [String]
    let wording: Wording

    init(_ error: ErrorObject) {
        provider = error.provider.rawValue
        let hasName = error.code != nil || error.type != nil || !error.detailReasons.isEmpty
        let told = error.status.flatMap { (200..<300).contains($0) ? nil : $0 }
        let isProse = told == nil && !hasName && Evidence.isProse(error.message ?? "")
        wording = Wording(isProse ? "" : error.message ?? "")
        names = ([error.code, error.type].compactMap { $0 } + error.detailReasons).map(Evidence.reduced)
        status = told ?? Evidence.status(names) ?? StatusInWords.find(wording)
    }

    /// Words with no structure around them that are longer than error messages are: they may be about anything.
    private static func isProse(_ text: String) -> Bool { text.utf8.count > 600 || text.contains("\n\n") }

    private static func reduced(_ name: String) -> String {
        String(
            decoding: name.utf8.compactMap { byte -> UInt8? in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: byte
                default: nil
                }
            }, as: UTF8.self)
    }

    /// A code that is an HTTP status.
    private static func status(_ names: [String]) -> Int? {
        names.lazy.compactMap { $0.utf8.count == 3 ? Int($0) : nil }.first { (400..<600).contains($0) }
    }
}
