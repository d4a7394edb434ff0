// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@Suite struct `An explanation` {
    /// An evening on which a login has expired and a key has no credit.
    static let evening: Receipt = {
        var facts = RequestFacts(
            id: "01JCE6T4Y4V4Q1S3BZ0Q2N8G5M", startedAt: .at(0), deadline: .at(600), requestedModel: "default", wire: "openai-completions")
        facts.agent = "main"
        facts.session = "agent:main:discord:channel:1476092924373499949"
        let gemini = Candidate("google-gemini-cli/gemini-3-flash", credential: "google-gemini-cli:default")
        let oss = Candidate("cerebras/gpt-oss-120b", credential: "cerebras:manual")
        let llama = Candidate("cerebras/llama3.1-8b", credential: "cerebras:manual")
        let haiku = Candidate("anthropic/claude-haiku-4-5", credential: "anthropic:work")
        var attempts = [
            Attempt(
                candidate: gemini, kind: .oauth, startedAt: .at(0), duration: .milliseconds(40),
                failure: Failure(
                    reason: .authPermanent, scope: .credential, rule: "oauth.invalid_grant", code: "invalid_grant",
                    message: "OAuth refresh failed: invalid_grant"),
                effect: [
                    BlockEffect(
                        key: .credential("google-gemini-cli:default"), reason: .authPermanent,
                        kind: .blocked(until: .distantFuture, length: .seconds(1), setBy: .secret))
                ]),
            Attempt(
                candidate: oss, startedAt: .at(0.04), duration: .milliseconds(310), status: 402,
                failure: Failure(reason: .billing, scope: .credentialModel, rule: "status.402", status: 402),
                effect: [
                    BlockEffect(
                        key: ScopeKey(.credentialModel, of: oss), reason: .billing,
                        kind: .blocked(until: .at(60), length: .seconds(60), setBy: .ladder))
                ]),
            Attempt(
                candidate: llama, startedAt: .at(0.35), duration: .milliseconds(220), status: 429,
                failure: Failure(
                    reason: .rateLimit, scope: .credentialModel, rule: "cerebras.rpm", reset: .seconds(38), retryAfterGiven: true,
                    status: 429, message: "Requests per minute limit exceeded"),
                effect: [
                    BlockEffect(
                        key: ScopeKey(.credentialModel, of: llama), reason: .rateLimit,
                        kind: .blocked(until: .at(38), length: .seconds(38), setBy: .retryAfter))
                ]),
        ]
        attempts.append(
            Attempt(
                candidate: haiku, startedAt: .at(0.57), duration: .milliseconds(1740), status: 200, usage: Usage(outputTokens: 412),
                committed: true))
        return Receipt(facts: facts, attempts: attempts, outcome: .answered(attempt: 3, status: 200), endedAt: .at(2.31))
    }()

    @Test func `reads as the evening went`() {
        #expect(
            Explanation.text(Self.evening) == """
                01JCE6T4Y4V4Q1S3BZ0Q2N8G5M  agent main · session agent:main:discord:channel:14760…  answered by anthropic/claude-haiku-4-5 in 2.31 s

                 1  google-gemini-cli/gemini-3-flash   google-gemini-cli:default   OAuth refresh failed: invalid_grant      0.04 s
                    auth_permanent · rule oauth.invalid_grant · credential blocked until you sign in again
                    fix: sign in again: understudy models auth login --provider google-gemini-cli
                 2  cerebras/gpt-oss-120b              cerebras:manual             402, no body                             0.31 s
                    billing · rule status.402 · this model on this key blocked 1 min, then one request looks again
                    fix: once the account of cerebras:manual has money again: understudy credentials clear cerebras:manual
                 3  cerebras/llama3.1-8b               cerebras:manual             429 "Requests per minute limit exceeded" 0.22 s
                    rate_limit · rule cerebras.rpm · this model on this key blocked 38 s (Retry-After)
                 4  anthropic/claude-haiku-4-5         anthropic:work              200, 412 tokens                          1.74 s
                """)
    }

    @Test func `tells what was passed over, and what helps`() {
        var stage = Stage([("d/pro", "d:k"), ("d/flash", "d:k"), ("m/M2", "m:k")])
        stage.play { candidate, _ in candidate.credential == "d:k" ? .plain(.billing) : nil }
        stage.chain.skipped = [SkippedLink(model: ModelRef(provider: "x", model: "X"), origin: "primary", reason: .noCredential)]
        var receipt = stage.play { _, _ in .plain(.auth) }.receipt
        receipt.outcome = .refused(Refusal(status: 503, message: "", code: "", type: "", retryAfter: .seconds(60)))
        receipt.endedAt = receipt.facts.startedAt + .milliseconds(100)
        #expect(
            Explanation.text(receipt) == """
                R2  refused with 503 after 0.10 s

                 1  m/M2      m:k   no words 0.10 s
                    auth · rule test.auth · credential blocked 5 min
                    fix: put another one in its place: understudy models auth paste-api-key --provider m --profile-id m:k
                 2  d/pro     d:k   no words 0.10 s
                    auth · rule test.auth · tried early, since all else was blocked · credential blocked 5 min
                    fix: put another one in its place: understudy models auth paste-api-key --provider d --profile-id d:k
                 –  x/X             passed over: its provider has no credential
                 –  d/flash   d:k   passed over: credential blocked: billing (rule test.billing)
                    fix: once the account of d:k has money again: understudy credentials clear d:k
                    the first candidate may be free again 1 min after that
                """)
    }

    @Test func `asks nobody to do what was done: the same credential answered after it`() {
        var stage = Stage([("d/pro", "d:k")])
        var receipt = stage.play { _, _ in .plain(.auth) }.receipt
        #expect(Explanation.text(receipt).contains("fix: "))
        var again = receipt.attempts[0]
        again.failure = nil
        again.status = 200
        receipt.attempts.append(again)
        #expect(!Explanation.text(receipt).contains("fix: "), "\(Explanation.text(receipt))")
    }

    @Test func `has colours only where asked`() {
        #expect(!Explanation.text(Self.evening).contains("\u{1B}"))
        let coloured = Explanation.text(Self.evening, colour: true)
        #expect(coloured.contains("\u{1B}[31m 1\u{1B}[0m"))
        #expect(coloured.contains("\u{1B}[32m 4\u{1B}[0m"))
    }

    @Test func `lets nobody's words move the cursor or fill the screen`() {
        var receipt = Self.evening
        receipt.attempts[2].failure?.message = "\u{1B}[2J\r\nlimit\t\u{202E}" + String(repeating: "x", count: 5000)
        let text = Explanation.text(receipt)
        #expect(!text.contains("\u{1B}"))
        #expect(!text.unicodeScalars.contains("\u{202E}"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count < 240 })
    }

    @Test(arguments: [
        (Outcome.failed(attempt: 3), "cut short by anthropic/claude-haiku-4-5 after 2.31 s"),
        (.passedOn(attempt: 0), "the refusal of google-gemini-cli/gemini-3-flash passed on after 2.31 s"),
        (.cancelled, "the client left after 2.31 s"),
        (.answered(attempt: 99, status: 200), "answered by ? in 2.31 s"),
    ])
    func `says how it ended`(outcome: Outcome, words: String) {
        var receipt = Self.evening
        receipt.outcome = outcome
        #expect(Explanation.text(receipt).split(separator: "\n").first?.hasSuffix(words) == true)
    }

    @Test(arguments: [
        (TimeLimit(phase: "firstToken", seconds: 12, setBy: "built in"), "no first token in 12 s (set by built in)"),
        (TimeLimit(phase: "connect", seconds: 0.25, setBy: "timeouts"), "no connection in 250 ms (set by timeouts)"),
        (TimeLimit(phase: "idle", seconds: 60, setBy: "built in"), "silent for 1 min (set by built in)"),
        (TimeLimit(phase: "plain", seconds: .infinity, setBy: "x"), "no reply in 11574 d 2 h (set by x)"),
    ])
    func `names the limit that ran out and who set it`(limit: TimeLimit, words: String) {
        var receipt = Self.evening
        receipt.attempts[2].failure?.limit = limit
        #expect(Explanation.text(receipt).contains(words))
    }

    @Test(
        arguments: [
            (Failure.plain(.auth), CredentialKind.oauth, "sign in again: understudy models auth login --provider p --profile-id p:k"),
            (.plain(.auth), .token, "put another one in its place: understudy models auth paste-token --provider p --profile-id p:k"),
            (
                .plain(.authPermanent), .apiKey,
                "put another one in its place: understudy models auth paste-api-key --provider p --profile-id p:k"
            ),
            (.plain(.auth), CredentialKind.none, nil),
            (.ofAccount(.billing), .apiKey, "once the account of p:k has money again: understudy credentials clear p:k"),
            (.plain(.billing), .apiKey, "once the account of p:k has money again: understudy credentials clear p:k"),
            (.plain(.billing), CredentialKind.none, nil),
            (.plain(.quota), .apiKey, "once p:k has quota again: understudy credentials clear p:k"),
            (.plain(.unknown), .apiKey, "no rule knows this error; what was kept of it: understudy failures"),
            (.plain(.modelNotFound), .apiKey, "correct the model's name; where it comes from: understudy models status"),
            (.plain(.network), .apiKey, "see that https://p.example:443 can be reached from this machine"),
            (.plain(.rateLimit), .apiKey, nil),
        ] as [(Failure, CredentialKind, String?)])
    func `says what to do where something helps`(failure: Failure, kind: CredentialKind, remedy: String?) {
        #expect(Explanation.fix(for: failure, candidate: Candidate("p/m", credential: "p:k"), kind: kind) == remedy)
    }
}

@Suite struct `A remedy` {
    @Test(arguments: [
        ("openai:config", "put another key into models.providers.openai.apiKey of the configuration; it is read again at once"),
        ("openai:models.json", "put another key for openai into models.json; it is read again at once"),
        (
            "openai:OPENAI_API_KEY",
            "put another key into the variable OPENAI_API_KEY, and start the gateway again if it is not in a .env file"
        ),
        (
            "openai:OPENAI_API_KEYS.2",
            "put another key into the variable OPENAI_API_KEYS (key 2 of the list), and start the gateway again if it is not in a .env file"
        ),
        ("openai:default", "put another one in its place: understudy models auth paste-api-key --provider openai"),
        (
            "openai:backup",
            "put another one in its place: understudy models auth paste-api-key --provider openai --profile-id openai:backup"
        ),
        ("openai:A.b", "put another one in its place: understudy models auth paste-api-key --provider openai --profile-id openai:A.b"),
        ("odd", "put another key into auth-profiles.json, under odd; it is read again at once"),
    ])
    func `for a dead key says where it stands`(id: CredentialID, words: String) {
        #expect(Explanation.fix(for: .plain(.auth), candidate: Candidate("openai/m", credential: id), kind: .apiKey) == words)
    }

    @Test(arguments: [
        ("openai:backup", "openai:backup"), ("me@example.com", "me@example.com"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"),
        ("$(reboot)", "'$(reboot)'"), ("-x", "-- -x"), ("é", "'é'"), ("a;b", "'a;b'"), ("a\nb", "'a\nb'"),
    ])
    func `is safe to paste`(id: String, word: String) {
        #expect(ShellWord.operand(id) == word)
    }

    @Test func `for what is paused resumes it`() {
        let link = SkippedLink(
            model: ModelRef(provider: "p", model: "m"), credential: "p:a b", origin: "primary", reason: .paused(since: .at(0), until: nil))
        #expect(Explanation.fix(for: link) == "to use it again: understudy credentials resume 'p:a b'")
    }
}

@Suite struct `A refusal` {
    @Test func `names each candidate, its reason and what to do next`() throws {
        var stage = Stage([("openai/gpt", "openai:main"), ("google/gemini", "google:key")])
        stage.chain.skipped = [SkippedLink(model: ModelRef(provider: "x", model: "X"), origin: "fallbacks[1]", reason: .noCredential)]
        let played = stage.play { candidate, _ in
            candidate.model.provider == "openai"
                ? Failure(reason: .billing, scope: .credentialModel, rule: "status.402", status: 402)
                : Failure(reason: .auth, scope: .credential, rule: "status.401", status: 401, message: "Bad key")
        }
        let refusal = try #require(played.refusal)
        #expect(
            refusal.message
                == "No candidate could answer. 1. openai/gpt on openai:main: 402, no body (billing). 2. google/gemini on google:key: 401 \"Bad key\" (auth). "
                + "Passed over: x/X, its provider has no credential. "
                + "The first candidate may be free again in 1 min. What helps: once the account of openai:main has money again: "
                + "understudy credentials clear openai:main; the whole story: understudy explain R1")
        #expect(refusal.status == 503)
        #expect(refusal.retryAfter == .milliseconds(59_900))
    }

    @Test func `stays readable however long the chain is`() throws {
        let chain = Chain(
            links: (0..<400).map {
                ChainLink(candidate: Candidate(ModelRef(provider: "p", model: "m\($0)"), credential: "k", endpoint: "e"))
            })
        var ledger = HealthLedger()
        let facts = RequestFacts(id: "R", startedAt: .at(0), deadline: .at(-1), requestedModel: "default", wire: "w")
        guard
            case .refuse(let refusal) = Policy.standard.step(
                chain: chain, receipt: Receipt(facts: facts), facts: facts, ledger: &ledger, now: .at(0))
        else {
            Issue.record("the deadline has passed")
            return
        }
        #expect(refusal.message.utf8.count < 4096)
        #expect(refusal.message.contains("And 376 more."))
    }

    @Test(arguments: [
        (Failure(reason: .contentPolicy, scope: nil, rule: "r", message: "Refused."), 400, "content_filter", "Refused."),
        (Failure(reason: .invalidRequest, scope: nil, rule: "r", status: 422, message: "Bad."), 422, "invalid_request", "Bad."),
        (Failure(reason: .invalidRequest, scope: nil, rule: "r", status: 401, message: "Bad."), 400, "invalid_request", "Bad."),
        (Failure(reason: .contextOverflow, scope: nil, rule: "r", status: 400), 400, "context_length_exceeded", "p/m: 400, no body"),
        (Failure(reason: .timeout, scope: nil, rule: "r", fault: .idleTimeout), 502, "timeout", "p/m: fell silent"),
    ])
    func `can stand for one attempt's own error`(failure: Failure, status: Int, code: String, message: String) {
        let refusal = Refusal(judging: Attempt(candidate: Candidate("p/m", credential: "k"), startedAt: .at(0), failure: failure))
        #expect(refusal.status == status)
        #expect(refusal.code == code)
        #expect(refusal.message == message)
    }

    @Test func `says of a good reply that was left that it did not come to its end`() {
        let left = Failure(reason: .cancelled, scope: nil, rule: "client.left")
        let attempt = Attempt(candidate: Candidate("p/m", credential: "k"), startedAt: .at(0), status: 200, failure: left)
        #expect(Explanation.happened(attempt) == "200, not to its end")
    }

    @Test func `of a request without a chain gives the words of its refusal`() {
        let facts = RequestFacts(id: "R1", startedAt: .at(0), deadline: .at(0), requestedModel: "nobody/m", wire: "openai-completions")
        let refusal = Refusal(
            status: 404, message: "There is no provider nobody.", code: "model_not_found", type: "invalid_request_error", shouldRetry: nil)
        let text = Explanation.text(Receipt(facts: facts, outcome: .refused(refusal), endedAt: .at(0)))
        #expect(text == "R1  refused with 404 after 0.00 s\n\n    There is no provider nobody.")
    }
}
