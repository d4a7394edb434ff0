// SPDX-License-Identifier: Apache-2.0
import Failover

/// Receipts in which every case and every optional member occurs, present and absent.
enum Samples {
    static let opus = Candidate("anthropic/opus", credential: "anthropic:work")
    static let nested = Candidate("openrouter/anthropic/claude:free", credential: "openrouter:a \"b\"\n\u{1}é")

    static let keys: [ScopeKey] = [
        .credentialModel("anthropic:work", opus.model), .credential("a"), .providerModel(nested.model), .endpoint("https://a.example:443"),
    ]

    static let lease = Lease(holder: "01LEASE", endsAt: Timestamp(milliseconds: 77), keys: keys)

    static let blocks: [Block] = keys.enumerated().map { index, key in
        Block(
            key: key, reason: Reason.allCases[index], since: Timestamp(milliseconds: 1_000), until: .distantFuture, step: index,
            evidence: Block.Evidence(receipt: "01EVIDENCE", status: index == 0 ? nil : 402, rule: "status.402"),
            length: [.ladder, .retryAfter, .providerReset, .secret][index], lease: index == 1 ? lease : nil,
            earlyQuarter: index == 2 ? 3 : nil)
    }

    static let faults: [TransportFault] = [
        .dns, .refused, .unreachable, .tls("expired"), .connectTimeout, .firstTokenTimeout, .idleTimeout, .plainTimeout, .requestDeadline,
        .reset(reused: true), .reset(reused: false), .closedEarly, .resetEarly, .shortBody, .malformed("bad chunk"), .emptyReply, .tooLarge,
        .other("odd"),
    ]

    static let skipReasons: [SkipReason] =
        [
            .unknownProvider, .unknownWire("smoke-signals"), .noCredential, .credentialUnusable("expired; sign in again"), .leased,
            .returning,
            .tooSmall(needs: 9_000, window: 8_192), .noLargerWindow, .noImages, .noTools, .noTokenCount, .otherWire("google-generative-ai"),
            .endpointDown("https://a.example:443"),
            .sameModel, .attemptsSpent(16), .rotationsSpent(1),
            .deadlinePassed, .notNeeded, .paused(since: Timestamp(milliseconds: 7), until: nil),
            .paused(since: Timestamp(milliseconds: 7), until: Timestamp(milliseconds: 8)),
        ] + blocks.map { .blocked($0) }

    static let failures: [Failure] =
        Reason.allCases.map { Failure(reason: $0, scope: nil, rule: "rule.\($0.rawValue)") }
        + Scope.allCases.map { Failure(reason: .billing, scope: $0, rule: "status.402", reset: .milliseconds(1_500), status: 402) }
        + faults.map { Failure(reason: .network, scope: .endpoint, rule: "transport", fault: $0) } + [
            Failure(
                reason: .timeout, scope: .credentialModel, rule: "time.first_token", reset: .nanoseconds(-1), retryAfterGiven: true,
                status: 429, code: "insufficient_quota", message: "you said \"no\"\u{0}\u{1F600}\\", fault: .firstTokenTimeout,
                accountWide: true, namesMember: "temperature", limit: TimeLimit(phase: "firstToken", seconds: 12.5, setBy: "built in"))
        ] + repairs.map { Failure(reason: .format, scope: nil, rule: "words.cache", status: 400, repair: $0) }

    static let repairs: [Repair] = [
        .dropCacheMarkers, .dropMember("seed"), .renameMember(from: "max_tokens", to: "max_completion_tokens"),
        .renameRole(from: "developer", to: "system"), .normaliseToolCallIDs(exactly: 9), .normaliseToolCallIDs(exactly: nil),
        .dropThoughts, .limitEffort(to: ["low", "medium"]), .signCalls, .plainSchemas, .alternateRoles, .limitStops(to: 5), .fitBudget,
        .pairResults,
        .dropEmptyText, .limitTokens(to: 8192), .sayJSON, .offerCalledTools,
    ]

    static let effects: [BlockEffect.Kind] = [
        .blocked(until: .distantFuture, length: .seconds(60), setBy: .ladder),
        .widened(until: Timestamp(milliseconds: 5), length: .nanoseconds(60_000_000_001), setBy: .secret),
        .cleared, .narrowed, .unchanged, .ownNetwork,
    ]

    static func facts(
        _ id: ReceiptID = "01KAJ1VBQV0000000000000123", startedAt: Int64 = 1_763_690_000_123, model: String = "default"
    ) -> RequestFacts {
        RequestFacts(
            id: id, startedAt: Timestamp(milliseconds: startedAt), deadline: Timestamp(milliseconds: startedAt + 600_000),
            requestedModel: model, wire: "openai-completions")
    }

    static let outcomes: [Outcome?] = [
        nil, .answered(attempt: 0, status: 200), .failed(attempt: 1), .passedOn(attempt: 0), .cancelled,
        .refused(Refusal(status: 503, message: "all \"tried\"", code: "all_failed", type: "server_error")),
        .refused(
            Refusal(status: 429, message: "", code: "c", type: "t", retryAfter: .milliseconds(38_000), shouldRetry: nil)),
        .refused(Refusal(status: 429, message: "", code: "c", type: "t", shouldRetry: true)),
        .refused(
            {
                var refusal = Refusal(status: 400, message: "", code: "c", type: "t")
                refusal.param = "messages[2].content"
                return refusal
            }()),
    ]

    /// One attempt for each failure, mode, kind and effect, and one skipped link for each reason.
    static let everything: Receipt = {
        var receipt = Receipt(facts: facts())
        receipt.facts.agent = "main"
        receipt.facts.session = "agent:main:discord:channel:1476"
        receipt.facts.streaming = true
        (receipt.facts.hasImages, receipt.facts.hasTools, receipt.facts.sentAsWritten) = (true, true, false)
        (receipt.facts.estimatedTokens, receipt.facts.activeRequests) = (1_234, 7)
        receipt.facts.firstTokenLimit = .microseconds(12_000_001)
        let modes: [AttemptMode] = [.normal, .quickRepeat, .halfOpen(lease), .returning(lease), .early]
        for (index, failure) in failures.enumerated() {
            receipt.attempts.append(
                Attempt(
                    candidate: index % 2 == 0 ? opus : nested, origin: "agents.defaults.model.fallbacks[\(index)]",
                    mode: modes[index % modes.count], repairs: Array(repairs.prefix(index % 7)),
                    kind: [nil, .oauth, .token, .apiKey, CredentialKind.none][index % 5],
                    startedAt: Timestamp(milliseconds: Int64(index)), duration: .nanoseconds(index * 1_234_567),
                    timeToFirstToken: index % 3 == 0 ? nil : .milliseconds(index), status: failure.status, failure: failure,
                    usage: index % 4 == 0
                        ? nil
                        : Usage(
                            inputTokens: index, outputTokens: index % 2 == 0 ? nil : 0, cachedTokens: 3,
                            cacheWriteTokens: index % 3 == 0 ? nil : 5, reasoningTokens: index % 3 == 1 ? nil : 7),
                    effect: [BlockEffect(key: keys[index % keys.count], reason: failure.reason, kind: effects[index % effects.count])],
                    next: "next credential", committed: index % 2 == 0))
            if index % 3 == 1 { receipt.attempts[index].crossedTo = "openai-completions" }
            if index % 3 == 1, index % 2 == 0 { receipt.attempts[index].lost = ["top_k", "foreign_members: a \"b\""] }
        }
        receipt.skipped = skipReasons.enumerated().map { index, reason in
            SkippedLink(model: nested.model, credential: index % 2 == 0 ? nil : "a:b", origin: "primary", reason: reason)
        }
        receipt.waits = [.milliseconds(1_900), .nanoseconds(1)]
        receipt.endedAt = Timestamp(milliseconds: 1_763_690_002_433)
        return receipt
    }()

    /// The ULID of a moment whose chance, read as decimal digits, is `number`.
    static func id(_ number: Int, at milliseconds: Int64) -> ReceiptID {
        let digits = String(number)
        let time = ReceiptID(.init(high: UInt64(milliseconds) << 16, low: 0)).rawValue.prefix(10)
        return ReceiptID(rawValue: time + String(repeating: "0", count: 16 - digits.count) + digits)
    }

    /// The most common of all: answered at once by the first candidate.
    static func answered(_ number: Int, startedAt: Int64? = nil, model: String = "default", session: SessionID? = nil) -> Receipt {
        var receipt = plain(number, startedAt: startedAt, model: model)
        receipt.attempts.removeFirst()
        receipt.facts.session = session
        receipt.outcome = .answered(attempt: 0, status: 200)
        return receipt
    }

    /// An everyday receipt: a key without money, then an answer.
    static func plain(_ number: Int, startedAt: Int64? = nil, model: String = "default", failed: Bool = false) -> Receipt {
        let at = startedAt ?? Int64(1_763_690_000_000 + number)
        let id = id(number, at: at)
        var receipt = Receipt(facts: facts(id, startedAt: at, model: model))
        receipt.attempts = [
            Attempt(
                candidate: nested, startedAt: receipt.facts.startedAt, duration: .microseconds(310_123), status: 402,
                failure: Failure(
                    reason: .billing, scope: .credentialModel, rule: "status.402", status: 402, message: "Insufficient credits"),
                effect: [
                    BlockEffect(
                        key: .credentialModel("openrouter:a", nested.model), reason: .billing,
                        kind: .blocked(until: Timestamp(milliseconds: at + 60_000), length: .seconds(60), setBy: .ladder))
                ], next: "next credential"),
            Attempt(
                candidate: opus, origin: "agents.defaults.model.fallbacks[0]", startedAt: receipt.facts.startedAt,
                duration: .microseconds(1_740_987), timeToFirstToken: .microseconds(402_511), status: 200,
                usage: Usage(inputTokens: 1_200, outputTokens: 412), next: "", committed: true),
        ]
        receipt.outcome = failed ? .refused(.busy) : .answered(attempt: 1, status: 200)
        receipt.endedAt = receipt.facts.startedAt + .milliseconds(2_310)
        return receipt
    }
}
