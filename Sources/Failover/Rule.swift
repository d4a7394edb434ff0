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
    private let providers: [[UInt8]]
    /// What a code, type or detail reason has to contain, letters and digits alone. Digits have to be all of it.
    private let names: [NamePart]
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
        self.providers = providers.map { Array($0.utf8) }
        self.names = names.map { NamePart($0) }
        self.words = words.map { Phrase($0) }
        self.statuses = statuses
    }

    func matches(_ evidence: borrowing Evidence) -> Bool {
        guard statuses.contain(evidence.status) else { return false }
        if !providers.isEmpty {
            var isOurs = false
            for name in providers where evidence.isProvider(name) { isOurs = true }
            guard isOurs else { return false }
        }
        if !names.isEmpty {
            var isNamed = false
            for name in evidence.names where names.contains(where: { $0.occurs(in: name) }) { isNamed = true }
            guard isNamed else { return false }
        }
        if words.isEmpty { return true }
        for phrase in words where phrase.occurs(in: evidence.wording) { return true }
        return false
    }

    /// A piece of a code, or a number that has to be all of it.
    private struct NamePart: Sendable {
        private let bytes: [UInt8]
        private let isNumber: Bool

        init(_ text: String) {
            bytes = Array(text.utf8)
            isNumber = bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }

        func occurs(in name: [UInt8]) -> Bool {
            if isNumber { return name == bytes }
            guard name.count >= bytes.count else { return false }
            for start in 0...(name.count - bytes.count) where name[start] == bytes[0] {
                var length = 1
                while length < bytes.count && name[start + length] == bytes[length] { length += 1 }
                if length == bytes.count { return true }
            }
            return false
        }
    }
}

/// An error object as rules look at it.
struct Evidence {
    private let provider: [UInt8]
    /// `nil` for success statuses too.
    let status: Int?
    /// Code, type and detail reasons, each reduced to lower-case letters and digits.
    let names: [[UInt8]]
    let wording: Wording

    init(_ error: ErrorObject) {
        provider = Array(error.provider.rawValue.utf8)
        let hasName = error.code != nil || error.type != nil || !error.detailReasons.isEmpty
        let told = error.status.flatMap { (200..<300).contains($0) ? nil : $0 }
        let isProse = told == nil && !hasName && Evidence.isProse(error.message ?? "")
        wording = Wording(isProse ? "" : error.message ?? "")
        names = ([error.code, error.type].compactMap { $0 } + error.detailReasons).map(Evidence.reduced)
        status = told ?? Evidence.status(names) ?? StatusInWords.find(wording)
    }

    /// Words with no structure around them that are longer than error messages are: they may be about anything.
    private static func isProse(_ text: String) -> Bool { text.utf8.count > 600 || text.contains("\n\n") }

    private static func reduced(_ name: String) -> [UInt8] {
        name.utf8.prefix(256).compactMap { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: byte
            default: nil
            }
        }
    }

    /// A code that is an HTTP status.
    private static func status(_ names: [[UInt8]]) -> Int? {
        names.lazy.compactMap { $0.count == 3 ? Int(String(decoding: $0, as: UTF8.self)) : nil }.first { (400..<600).contains($0) }
    }

    /// Whether the provider is `name` or a variant of it, such as `minimax-portal`.
    func isProvider(_ name: [UInt8]) -> Bool {
        guard provider.count >= name.count else { return false }
        for place in name.indices where provider[place] != name[place] { return false }
        return provider.count == name.count || provider[name.count] == UInt8(ascii: "-")
    }
}
