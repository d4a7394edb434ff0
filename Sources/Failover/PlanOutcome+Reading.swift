// SPDX-License-Identifier: Apache-2.0

extension PlanOutcome {
    /// Words for what keeps a whole reply from coming, as they are typed.
    private static let faults: [(word: String, fault: TransportFault)] = [
        ("timeout", .firstTokenTimeout), ("connect_timeout", .connectTimeout), ("refused", .refused), ("reset", .reset(reused: false)),
        ("dns", .dns), ("tls", .tls("")), ("unreachable", .unreachable), ("cut", .closedEarly), ("empty", .emptyReply),
    ]

    /// What may be written, for whoever wrote something else.
    static let words = ["ok"] + faults.map(\.word) + Reason.allCases.map(\.rawValue).filter { $0 != "timeout" }

    /// Reads `ok`, a status (`402`, `429:retry-after=20`), a reason (`billing`, `rate_limit:reset=90s`) or a kind of broken
    /// connection (`timeout`, `refused`, …).
    ///
    /// Further words stand behind colons: `retry-after=` or `reset=` (`20`, `90s`, `5m`, `2h`), `code=`, `account` (the whole account is meant),
    /// `message=`, which takes all that follows.
    public init(_ text: Substring) throws(PlanProblem) {
        var rest = text
        var message: String?
        if let place = rest.firstRange(ofBytes: ":message=") {
            message = String(rest[place.upperBound...])
            rest = rest[..<place.lowerBound]
        }
        var parts = rest.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let word = parts.removeFirst().lowercased()
        var details = try Details(parts, of: word)
        details.message = message
        let plain = String(word.map { $0 == "-" ? "_" : $0 })
        if plain == "ok" {
            try details.refuseAll(of: word)
            self = .ok
        } else if let status = Int(word) {
            self = try Self.status(status, details, word)
        } else if let (_, fault) = Self.faults.first(where: { $0.word == plain }) {
            try details.refuseAll(of: word)
            self = .fault(fault)
        } else if let reason = Reason(rawValue: plain) {
            var failure = Failure(supposing: reason)
            failure.reset = details.reset
            failure.retryAfterGiven = details.reset != nil
            failure.code = details.code
            failure.message = details.message
            failure.accountWide = details.isAccount
            if details.isAccount, failure.scope != nil { failure.scope = .credential }
            self = .failure(failure)
        } else {
            throw PlanProblem("\"\(word)\" is nothing that can happen", word: plain, known: Self.words)
        }
    }

    private static func status(_ status: Int, _ details: Details, _ word: String) throws(PlanProblem) -> PlanOutcome {
        if (200..<300).contains(status) {
            try details.refuseAll(of: word)
            return .ok
        }
        guard (300..<600).contains(status) else {
            throw PlanProblem("\(word) is no status of a reply: they go from 200 to 599", word: word, known: ["402", "429", "503", "ok"])
        }
        if details.isAccount { throw PlanProblem("account stands behind a reason, such as billing:account, not a status", word: word) }
        return .refusal(Refused(status: status, code: details.code, message: details.message, retryAfter: details.reset))
    }

    /// What stands behind a word.
    private struct Details {
        var reset: Duration?
        var code: String?
        var message: String?
        var isAccount = false

        private static let names = ["retry-after=20", "reset=90s", "code=insufficient_quota", "message=…", "account"]

        init(_ parts: [String], of word: String) throws(PlanProblem) {
            for part in parts {
                let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                switch (pair[0].lowercased(), pair.count) {
                case ("retry-after", 2), ("retry_after", 2), ("reset", 2):
                    guard let reset = PlanOutcome.duration(pair[1]) else {
                        throw PlanProblem("\"\(pair[1])\" is no time: write 20, 90s, 5m, 2h or 1d", word: pair[1])
                    }
                    self.reset = reset
                case ("code", 2): code = pair[1]
                case ("account", 1): isAccount = true
                default: throw PlanProblem("\"\(part)\" cannot stand behind \(word)", word: part, known: Self.names)
                }
            }
        }

        func refuseAll(of word: String) throws(PlanProblem) {
            guard reset != nil || code != nil || message != nil || isAccount else { return }
            throw PlanProblem("\(word) takes nothing behind it", word: word)
        }
    }

    /// Seconds, or a number with `ms`, `s`, `m`, `h` or `d`: at most 30 days.
    static func duration(_ text: String) -> Duration? {
        let units: [(unit: String, milliseconds: Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let number = Int64(digits), let factor = unit.isEmpty ? 1000 : units.first(where: { $0.unit == unit })?.milliseconds,
            number <= 30 * 86_400_000 / factor
        else { return nil }
        return .milliseconds(number * factor)
    }
}

extension Substring {
    /// The first place of `needle`, compared byte by byte.
    fileprivate func firstRange(ofBytes needle: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].utf8.starts(with: needle.utf8) {
                return start..<(utf8.index(start, offsetBy: needle.utf8.count))
            }
            start = index(after: start)
        }
        return nil
    }
}
