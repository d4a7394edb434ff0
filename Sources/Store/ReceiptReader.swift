// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Reads what `CompactJSON.whole` wrote. Strict where a missing or unknown word would change the meaning.
enum ReceiptReader {
    static func receipt(_ value: JSONValue) -> Receipt? {
        guard let facts = facts(value), let attempts = all(value["attempts"], attempt), let skipped = all(value["skipped"], skipped),
            let waits = all(value["waits_ms"] ?? [], \.milliseconds), let leftPins = all(value["left_pins"] ?? [], pin)
        else { return nil }
        var receipt = Receipt(
            facts: facts, attempts: attempts, skipped: skipped, waits: waits,
            endedAt: value.duration("duration_ms").map { facts.startedAt + $0 })
        receipt.leftPins = leftPins
        if let written = value["outcome"] {
            guard let outcome = outcome(written, attempts: attempts.count) else { return nil }
            receipt.outcome = outcome
        }
        return receipt
    }

    private static func pin(_ value: JSONValue) -> SessionPin? {
        guard let provider = value["provider"]?.string, let credential = value["credential"]?.string, let usedAt = value.time("used_at"),
            let warmUntil = value.time("warm_until")
        else { return nil }
        return SessionPin(
            provider: ProviderID(rawValue: provider), credential: CredentialID(rawValue: credential), usedAt: usedAt, warmUntil: warmUntil)
    }

    static func facts(_ value: JSONValue) -> RequestFacts? {
        guard let id = value["id"]?.string, let startedAt = value.time("started_at"), let deadline = value.time("deadline"),
            let model = value["requested_model"]?.string, let wire = value["wire"]?.string,
            let limit = value.duration("first_token_limit_ms")
        else { return nil }
        return RequestFacts(
            id: ReceiptID(rawValue: id), startedAt: startedAt, deadline: deadline, requestedModel: model,
            agent: value["agent"]?.string.map { AgentID(rawValue: $0) }, session: value["session"]?.string.map { SessionID(rawValue: $0) },
            wire: wire, streaming: value.has("streaming"), estimatedTokens: value["estimated_tokens"]?.int ?? 0,
            hasImages: value.has("has_images"), hasTools: value.has("has_tools"), sentAsWritten: value.has("sent_as_written"),
            firstTokenLimit: limit, activeRequests: value["active_requests"]?.int ?? 0)
    }

    static func outcome(_ value: JSONValue, attempts: Int) -> Outcome? {
        let attempt = value["attempt"]?.int
        if let attempt, !(0..<attempts).contains(attempt) { return nil }
        switch value["kind"]?.string {
        case "answered": return attempt.flatMap { attempt in value["status"]?.int.map { .answered(attempt: attempt, status: $0) } }
        case "failed": return attempt.map { .failed(attempt: $0) }
        case "passed_on": return attempt.map { .passedOn(attempt: $0) }
        case "cancelled": return .cancelled
        case "refused":
            guard let status = value["status"]?.int, let message = value["message"]?.string, let code = value["code"]?.string,
                let type = value["type"]?.string
            else { return nil }
            var refusal = Refusal(
                status: status, message: message, code: code, type: type, retryAfter: value.duration("retry_after_ms"),
                shouldRetry: value["should_retry"]?.bool)
            refusal.param = value["param"]?.string
            refusal.isOverload = value.has("overload")
            return .refused(refusal)
        default: return nil
        }
    }

    private static func attempt(_ value: JSONValue) -> Attempt? {
        guard let model = value["model"]?.string.flatMap(BlockJSON.model), let credential = value["credential"]?.string,
            let endpoint = value["endpoint"]?.string, let origin = value["origin"]?.string, let mode = mode(value),
            let startedAt = value.time("started_at"), let duration = value.duration("duration_ms"),
            let effects = all(value["effects"] ?? [], effect), let repairs = all(value["repairs"] ?? [], repair)
        else { return nil }
        let candidate = Candidate(model, credential: CredentialID(rawValue: credential), endpoint: EndpointID(rawValue: endpoint))
        var attempt = Attempt(
            candidate: candidate, origin: origin, mode: mode, repairs: repairs, startedAt: startedAt, duration: duration,
            timeToFirstToken: value.duration("first_token_ms"), status: value["status"]?.int, usage: value["usage"].map(usage),
            effect: effects, next: value["next"]?.string ?? "", committed: value.has("committed"))
        attempt.crossedTo = value["crossed_to"]?.string
        if let written = value["lost"] {
            guard let lost = all(written, \.string) else { return nil }
            attempt.lost = lost
        }
        if let written = value["kind"]?.string {
            guard let kind = CredentialKind(rawValue: written) else { return nil }
            attempt.kind = kind
        }
        if let written = value["failure"] {
            guard let failure = failure(written) else { return nil }
            attempt.failure = failure
        }
        if let written = value["part"] {
            guard let part = part(written) else { return nil }
            attempt.part = part
        }
        return attempt
    }

    private static func part(_ value: JSONValue) -> SentPart? {
        guard let bytes = value["bytes"]?.int else { return nil }
        var part = SentPart(bytes: bytes, trimmed: value["trimmed_bytes"]?.int ?? 0, cost: value["cost_usd"]?.double)
        if let word = value["asked"]?.string {
            guard let asked = Continuing(rawValue: word) else { return nil }
            part.asked = asked
        }
        if let word = value["obstacle"]?.string {
            guard let obstacle = RescueObstacle(rawValue: word) else { return nil }
            part.obstacle = obstacle
        }
        return part
    }

    private static func mode(_ value: JSONValue) -> AttemptMode? {
        switch value["mode"]?.string {
        case nil where value["mode"] == nil, "normal": .normal
        case "quick_repeat": .quickRepeat
        case "half_open": value["lease"].flatMap(BlockJSON.readLease).map { .halfOpen($0) }
        case "returning": value["lease"].flatMap(BlockJSON.readLease).map { .returning($0) }
        case "early": .early
        default: nil
        }
    }

    private static func usage(_ value: JSONValue) -> Usage {
        Usage(
            inputTokens: value["input_tokens"]?.int, outputTokens: value["output_tokens"]?.int, cachedTokens: value["cached_tokens"]?.int,
            cacheWriteTokens: value["cache_write_tokens"]?.int, reasoningTokens: value["reasoning_tokens"]?.int)
    }

    private static func failure(_ value: JSONValue) -> Failure? {
        guard let reason = value["reason"]?.string.flatMap(Reason.init(rawValue:)), let rule = value["rule"]?.string else { return nil }
        var failure = Failure(
            reason: reason, scope: nil, rule: rule, reset: value.duration("reset_ms"),
            retryAfterGiven: value.has("retry_after_given"), status: value["status"]?.int, code: value["code"]?.string,
            message: value["message"]?.string, accountWide: value.has("account_wide"),
            namesMember: value["names_member"]?.string)
        if let written = value["repair"] {
            guard let repair = repair(written) else { return nil }
            failure.repair = repair
        }
        if let written = value["scope"]?.string {
            guard let scope = Scope(rawValue: written) else { return nil }
            failure.scope = scope
        }
        if let written = value["fault"] {
            guard let fault = fault(written) else { return nil }
            failure.fault = fault
        }
        if let limit = value["limit"] {
            guard let phase = limit["phase"]?.string, let seconds = limit["seconds"]?.double, let setBy = limit["set_by"]?.string else {
                return nil
            }
            failure.limit = TimeLimit(phase: phase, seconds: seconds, setBy: setBy)
        }
        return failure
    }

    private static func repair(_ value: JSONValue) -> Repair? { value.string.flatMap(Repair.init(code:)) }

    private static func fault(_ value: JSONValue) -> TransportFault? {
        let detail = value["detail"]?.string ?? ""
        let plain: [TransportFault] = [
            .dns, .refused, .unreachable, .connectTimeout, .firstTokenTimeout, .idleTimeout, .plainTimeout, .requestDeadline, .closedEarly,
            .resetEarly, .shortBody, .emptyReply, .tooLarge, .tls(detail), .malformed(detail), .other(detail),
            .reset(reused: value["reused"]?.bool ?? false),
        ]
        return plain.first { $0.word == value["kind"]?.string }
    }

    private static func effect(_ value: JSONValue) -> BlockEffect? {
        guard let key = BlockJSON.scopeKey(value), let reason = value["reason"]?.string.flatMap(Reason.init(rawValue:)) else { return nil }
        let kind: BlockEffect.Kind
        switch value["kind"]?.string {
        case "blocked", "widened":
            guard let until = value.time("until"), let length = value.duration("length_ms"),
                let setBy = value["set_by"]?.string.flatMap(WindowLength.init(rawValue:))
            else { return nil }
            kind =
                value["kind"]?.string == "blocked"
                ? .blocked(until: until, length: length, setBy: setBy) : .widened(until: until, length: length, setBy: setBy)
        case "cleared": kind = .cleared
        case "narrowed": kind = .narrowed
        case "unchanged": kind = .unchanged
        case "own_network": kind = .ownNetwork
        default: return nil
        }
        return BlockEffect(key: key, reason: reason, kind: kind)
    }

    static func skipped(_ value: JSONValue) -> SkippedLink? {
        guard let model = value["model"]?.string.flatMap(BlockJSON.model), let origin = value["origin"]?.string,
            let reason = skipReason(value)
        else { return nil }
        return SkippedLink(
            model: model, credential: value["credential"]?.string.map { CredentialID(rawValue: $0) }, origin: origin, reason: reason)
    }

    static func skipReason(_ value: JSONValue) -> SkipReason? {
        switch value["reason"]?.string {
        case "unknown_wire": return value["wire"]?.string.map { .unknownWire($0) }
        case "other_wire": return value["wire"]?.string.map { .otherWire($0) }
        case "credential_unusable": return value["text"]?.string.map { .credentialUnusable($0) }
        case "paused": return value.time("since").map { .paused(since: $0, until: value.time("until")) }
        case "blocked": return value["block"].flatMap(BlockJSON.read).map { .blocked($0) }
        case "too_small":
            return value["needs_tokens"]?.int.flatMap { needs in
                value["window_tokens"]?.int.map { .tooSmall(needs: needs, window: $0) }
            }
        case "endpoint_down": return value["endpoint"]?.string.map { .endpointDown(EndpointID(rawValue: $0)) }
        case "rotations_spent": return value["limit"]?.int.map { .rotationsSpent($0) }
        case "attempts_spent": return value["limit"]?.int.map { .attemptsSpent($0) }
        case let code:
            let plain: [SkipReason] = [
                .unknownProvider, .noCredential, .leased, .returning, .noLargerWindow, .noImages, .noTools, .noTokenCount, .boundElsewhere,
                .sameModel,
                .deadlinePassed, .notNeeded,
            ]
            return plain.first { $0.code == code }
        }
    }

    /// Every element, or `nil` if one cannot be read.
    static func all<Element>(_ value: JSONValue?, _ read: (JSONValue) -> Element?) -> [Element]? {
        guard let rows = value?.array else { return nil }
        let elements = rows.compactMap(read)
        return elements.count == rows.count ? elements : nil
    }
}

extension JSONValue {
    /// Whether a member that is only written when true was.
    fileprivate func has(_ key: String) -> Bool { self[key]?.bool ?? false }
}
