// SPDX-License-Identifier: Apache-2.0

extension Refusal {
    /// Turns a receipt without an answer into one status, message and `Retry-After`.
    public static func make(
        receipt: Receipt, chain: Chain, ledger: HealthLedger, now: Timestamp, policy: Policy = .standard
    ) -> Refusal {
        let skipped = chain.skipped + policy.skipped(chain: chain, receipt: receipt, ledger: ledger, now: now)
        let isLate = now >= receipt.facts.deadline
        let verdict = isLate ? Verdict.late : Verdict(receipt, skipped)
        let wait = isLate ? nil : earliestEnd(receipt, chain, ledger, now)
        var message = verdict.sentence
        let lines = lines(receipt, skipped)
        if !lines.isEmpty { message += " " + lines.joined(separator: " ") }
        if let wait, verdict.status != 404 { message += " The first candidate may be free again in \(Words.duration(wait))." }
        let fix =
            receipt.attempts.lazy.compactMap { Explanation.fix(for: $0) }.first
            ?? skipped.lazy.compactMap { Explanation.fix(for: $0) }.first
        // A command ends its sentence, so that it can be pasted.
        message += fix.map { " What helps: \($0); the whole story" } ?? " The whole story"
        message += ": understudy explain \(receipt.facts.id)"
        var refusal = Refusal(
            status: verdict.status, message: message, code: verdict.code, type: verdict.type,
            retryAfter: verdict.status == 404 || verdict.status == 400 ? nil : wait)
        if case .overloaded = verdict { refusal.isOverload = true }
        return refusal
    }

    /// An attempt's own error as ours, where the upstream's words were no reply that could be passed on.
    public init(judging attempt: Attempt) {
        let failure = attempt.failure
        let told = failure?.status ?? attempt.status
        let status: Int
        var code = failure?.reason.rawValue ?? "unknown"
        switch failure?.reason {
        case .contentPolicy, .contextOverflow, .invalidRequest, .format:
            status = told.flatMap { (400..<500).contains($0) && $0 != 401 && $0 != 429 ? $0 : nil } ?? 400
            if failure?.reason == .contextOverflow { code = "context_length_exceeded" }
            if failure?.reason == .contentPolicy { code = "content_filter" }
        case .rateLimit, .quota: status = 429
        case .modelNotFound: status = 404
        case .billing, .auth, .authPermanent, .overloaded, .serverError, .timeout, .network, .malformed, .unknown, .cancelled, nil:
            status = 502
        }
        self.init(
            status: status, message: failure?.message ?? "\(attempt.candidate.model): \(Explanation.happened(attempt))", code: code,
            type: status < 500 ? "invalid_request_error" : "upstream_error")
    }

    /// What the reasons that stand in the way come to.
    private enum Verdict {
        case limited, noModel, doesNotFit, noCount, nothingPlanned, late, overloaded, failed

        init(_ receipt: Receipt, _ skipped: [SkippedLink]) {
            var reasons = receipt.attempts.compactMap { $0.failure?.reason }
            var doesNotFit = false
            var cannotCount = false
            var isElsewise = false
            for link in skipped {
                switch link.reason {
                case .blocked(let block): reasons.append(block.reason)
                case .tooSmall, .noLargerWindow, .noImages, .noTools, .otherWire, .boundElsewhere: doesNotFit = true
                case .noTokenCount: cannotCount = true
                case .unknownProvider, .unknownWire, .noCredential, .credentialUnusable, .paused, .sameModel, .notNeeded: break
                case .leased, .returning, .endpointDown, .rotationsSpent, .attemptsSpent, .deadlinePassed: isElsewise = true
                }
            }
            if reasons.isEmpty && !isElsewise {
                self = doesNotFit ? .doesNotFit : cannotCount ? .noCount : .nothingPlanned
            } else if !isElsewise && reasons.allSatisfy({ $0 == .rateLimit || $0 == .quota }) {
                self = .limited
            } else if !isElsewise && reasons.allSatisfy({ $0 == .modelNotFound }) {
                self = .noModel
            } else {
                self = !isElsewise && Self.isOverload(receipt, skipped) ? .overloaded : .failed
            }
        }

        /// Whether every candidate was overloaded when it was last asked, by this request or another.
        private static func isOverload(_ receipt: Receipt, _ skipped: [SkippedLink]) -> Bool {
            var last: [Candidate: Reason?] = [:]
            for attempt in receipt.attempts { last[attempt.candidate] = .some(attempt.failure?.reason) }
            let blocked = skipped.compactMap { link -> Reason? in if case .blocked(let block) = link.reason { block.reason } else { nil } }
            return last.values.allSatisfy { $0 == .overloaded } && blocked.allSatisfy { $0 == .overloaded }
        }

        var status: Int {
            switch self {
            case .limited: 429
            case .noModel: 404
            case .doesNotFit, .noCount: 400
            case .nothingPlanned, .late, .overloaded, .failed: 503
            }
        }

        var code: String {
            switch self {
            case .limited: "rate_limit_exceeded"
            case .noModel: "model_not_found"
            case .doesNotFit: "no_candidate_fits"
            case .noCount: "no_token_count"
            case .nothingPlanned: "no_candidates"
            case .late: "deadline_exceeded"
            case .overloaded, .failed: "all_candidates_failed"
            }
        }

        var type: String {
            switch self {
            case .limited: "rate_limit_error"
            case .noModel, .doesNotFit, .noCount: "invalid_request_error"
            case .nothingPlanned, .late, .overloaded, .failed: "service_unavailable_error"
            }
        }

        var sentence: String {
            switch self {
            case .limited: "Every candidate has reached a limit."
            case .noModel: "No provider in the chain has the model."
            case .doesNotFit: "No candidate can take this request."
            case .nothingPlanned: "No candidate of the chain can be called."
            case .late: "The request's time was over before anybody answered."
            case .noCount:
                "Nobody in the chain counts tokens, and a count is not guessed. Put a model into it whose provider does: of the API "
                    + "anthropic-messages, google-generative-ai or openai-responses."
            case .overloaded: "Every candidate is overloaded."
            case .failed: "No candidate could answer."
            }
        }
    }

    /// Candidates that are named one by one; a chain may be longer than a message should be.
    private static let namedAtMost = 24

    private static func lines(_ receipt: Receipt, _ skipped: [SkippedLink]) -> [String] {
        var lines = receipt.attempts.enumerated().map { place, attempt in
            "\(place + 1). \(attempt.candidate.model) on \(attempt.candidate.credential): "
                + "\(Explanation.happened(attempt)) (\(attempt.failure?.reason.rawValue ?? "answered"))."
        }
        lines += skipped.map { link in
            "Passed over: \(link.model)\(link.credential.map { " on \($0)" } ?? ""), \(link.reason.text)."
        }
        if lines.count > namedAtMost { lines = lines.prefix(namedAtMost) + ["And \(lines.count - namedAtMost) more."] }
        return lines
    }

    /// When the first of those that can hold the request may be free.
    ///
    /// - Returns: `nil`: nobody knows, or nobody will be by itself.
    private static func earliestEnd(_ receipt: Receipt, _ chain: Chain, _ ledger: HealthLedger, _ now: Timestamp) -> Duration? {
        let ends = chain.links.compactMap { link -> Timestamp? in
            guard Fit.problem(link, receipt.facts) == nil else { return nil }
            let pause = ledger.pause(of: link.candidate.credential, at: now)
            if let pause, pause.until == nil { return nil }
            guard let block = ledger.block(on: link.candidate, at: now) else {
                // What was not asked, for want of attempts or time, is free now.
                return pause?.until ?? (receipt.hasTried(link.candidate) ? nil : now)
            }
            let end = block.isOpen(at: now) ? block.until : block.lease(at: now)?.endsAt ?? now
            return max(end, pause?.until ?? end)
        }
        guard let first = ends.min(), first < .distantFuture else { return nil }
        return max(first - now, .seconds(1))
    }
}
