// SPDX-License-Identifier: Apache-2.0
import Failover

// Receipts to bytes. `ReceiptReader` reads every member that `whole` writes; docs/receipts.md describes them.

extension CompactJSON {
    mutating func whole(_ receipt: Receipt) {
        object { $0.members(of: receipt) }
    }

    mutating func members(of receipt: Receipt) {
        facts(receipt.facts)
        member("duration_ms", milliseconds: receipt.duration)
        if let outcome = receipt.outcome { object("outcome") { $0.members(of: outcome) } }
        array("attempts", receipt.attempts) { json, attempt in json.object { $0.members(of: attempt) } }
        array("skipped", receipt.skipped) { json, link in json.object { $0.members(of: link) } }
        if !receipt.waits.isEmpty { array("waits_ms", receipt.waits) { json, wait in json.element(milliseconds: wait) } }
        if !receipt.leftPins.isEmpty { array("left_pins", receipt.leftPins) { json, pin in json.object { $0.members(of: pin) } } }
    }

    /// Without credentials, endpoints, sessions, agents and the upstreams' words.
    mutating func short(_ receipt: Receipt) {
        object { json in
            json.member("id", receipt.facts.id.rawValue)
            json.member("started_at", receipt.facts.startedAt)
            json.member("duration_ms", milliseconds: receipt.duration)
            json.member("requested_model", receipt.facts.requestedModel)
            if let outcome = receipt.outcome {
                json.object("outcome") { json in
                    json.member("kind", outcome.word)
                    json.member("attempt", outcome.attempt)
                    if case .refused(let refusal) = outcome {
                        json.member("status", refusal.status)
                        json.member("retry_after_ms", milliseconds: refusal.retryAfter)
                    }
                }
            }
            json.array("attempts", receipt.attempts) { json, attempt in
                json.object { json in
                    json.member("model", attempt.candidate.model)
                    json.member("duration_ms", milliseconds: attempt.duration)
                    json.member("status", attempt.status)
                    json.member("reason", attempt.failure?.reason.rawValue)
                }
            }
            json.array("skipped", receipt.skipped) { json, link in
                json.object { json in
                    json.member("model", link.model)
                    json.member("reason", link.reason.code)
                }
            }
        }
    }

    // MARK: Parts

    mutating func facts(_ facts: RequestFacts) {
        member("id", facts.id.rawValue)
        member("started_at", facts.startedAt)
        member("deadline", facts.deadline)
        member("requested_model", facts.requestedModel)
        member("agent", facts.agent?.rawValue)
        member("session", facts.session?.rawValue)
        member("wire", facts.wire)
        mark("streaming", facts.streaming)
        if facts.estimatedTokens != 0 { member("estimated_tokens", facts.estimatedTokens) }
        mark("has_images", facts.hasImages)
        mark("has_tools", facts.hasTools)
        mark("sent_as_written", facts.sentAsWritten)
        member("first_token_limit_ms", milliseconds: facts.firstTokenLimit)
        if facts.activeRequests != 0 { member("active_requests", facts.activeRequests) }
    }

    private mutating func members(of pin: SessionPin) {
        member("provider", pin.provider.rawValue)
        member("credential", pin.credential.rawValue)
        member("used_at", pin.usedAt)
        member("warm_until", pin.warmUntil)
    }

    mutating func members(of outcome: Outcome) {
        member("kind", outcome.word)
        member("attempt", outcome.attempt)
        switch outcome {
        case .answered(_, let status): member("status", status)
        case .refused(let refusal):
            member("status", refusal.status)
            member("code", refusal.code)
            member("type", refusal.type)
            member("param", refusal.param)
            member("message", refusal.message)
            member("retry_after_ms", milliseconds: refusal.retryAfter)
            member("should_retry", refusal.shouldRetry)
            mark("overload", refusal.isOverload)
        case .failed, .passedOn, .cancelled: break
        }
    }

    private mutating func members(of attempt: Attempt) {
        member("model", attempt.candidate.model)
        member("credential", attempt.candidate.credential.rawValue)
        member("endpoint", attempt.candidate.endpoint.rawValue)
        member("kind", attempt.kind?.rawValue)
        member("origin", attempt.origin)
        if attempt.mode != .normal { member("mode", attempt.mode.word) }
        if let lease = attempt.mode.lease { object("lease") { $0.members(of: lease) } }
        member("crossed_to", attempt.crossedTo)
        if !attempt.lost.isEmpty { array("lost", attempt.lost) { json, loss in json.element(loss) } }
        if !attempt.repairs.isEmpty { array("repairs", attempt.repairs) { json, repair in json.element(repair.code) } }
        member("started_at", attempt.startedAt)
        member("duration_ms", milliseconds: attempt.duration)
        member("first_token_ms", milliseconds: attempt.timeToFirstToken)
        member("status", attempt.status)
        if let failure = attempt.failure { object("failure") { $0.members(of: failure) } }
        if let usage = attempt.usage {
            object("usage") { json in
                json.member("input_tokens", usage.inputTokens)
                json.member("output_tokens", usage.outputTokens)
                json.member("cached_tokens", usage.cachedTokens)
                json.member("cache_write_tokens", usage.cacheWriteTokens)
                json.member("reasoning_tokens", usage.reasoningTokens)
            }
        }
        if !attempt.effect.isEmpty { array("effects", attempt.effect) { json, effect in json.object { $0.members(of: effect) } } }
        if !attempt.next.isEmpty { member("next", attempt.next) }
        mark("committed", attempt.committed)
        if let part = attempt.part { object("part") { $0.members(of: part) } }
    }

    private mutating func members(of part: SentPart) {
        member("asked", part.asked?.rawValue)
        member("bytes", part.bytes)
        if part.trimmed > 0 { member("trimmed_bytes", part.trimmed) }
        member("obstacle", part.obstacle?.rawValue)
        if let cost = part.cost { member("cost_usd", cost) }
    }

    private mutating func members(of failure: Failure) {
        member("reason", failure.reason.rawValue)
        member("scope", failure.scope?.rawValue)
        member("rule", failure.rule)
        member("reset_ms", milliseconds: failure.reset)
        mark("retry_after_given", failure.retryAfterGiven)
        member("status", failure.status)
        member("code", failure.code)
        member("message", failure.message)
        if let fault = failure.fault {
            object("fault") { json in
                json.member("kind", fault.word)
                json.member("detail", fault.detail)
                if case .reset(let reused) = fault { json.member("reused", reused) }
            }
        }
        mark("account_wide", failure.accountWide)
        member("names_member", failure.namesMember)
        member("repair", failure.repair?.code)
        if let limit = failure.limit {
            object("limit") { json in
                json.member("phase", limit.phase)
                json.member("seconds", limit.seconds)
                json.member("set_by", limit.setBy)
            }
        }
    }

    private mutating func members(of effect: BlockEffect) {
        members(of: effect.key)
        member("reason", effect.reason.rawValue)
        member("kind", effect.kind.word)
        switch effect.kind {
        case .blocked(let until, let length, let setBy), .widened(let until, let length, let setBy):
            member("until", until)
            member("length_ms", milliseconds: length)
            member("set_by", setBy.rawValue)
        case .cleared, .narrowed, .unchanged, .ownNetwork: break
        }
    }

    mutating func members(of link: SkippedLink) {
        member("model", link.model)
        member("credential", link.credential?.rawValue)
        member("origin", link.origin)
        member("reason", link.reason.code)
        member("text", link.reason.text)
        switch link.reason {
        case .unknownWire(let wire), .otherWire(let wire): member("wire", wire)
        case .paused(let since, let until):
            member("since", since)
            member("until", until)
        case .blocked(let block): object("block") { $0.members(of: block) }
        case .tooSmall(let needs, let window):
            member("needs_tokens", needs)
            member("window_tokens", window)
        case .endpointDown(let endpoint): member("endpoint", endpoint.rawValue)
        case .rotationsSpent(let limit), .attemptsSpent(let limit): member("limit", limit)
        // Its words are `text`.
        case .credentialUnusable: break
        case .unknownProvider, .noCredential, .leased, .returning, .noLargerWindow, .noImages, .noTools, .noTokenCount, .boundElsewhere,
            .sameModel,
            .deadlinePassed, .notNeeded:
            break
        }
    }
}

extension Receipt {
    fileprivate var duration: Duration? { endedAt.map { $0 - facts.startedAt } }
}
