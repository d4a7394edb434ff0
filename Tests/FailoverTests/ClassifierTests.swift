// SPDX-License-Identifier: Apache-2.0
@testable import Failover
import Testing

@Suite struct `The classifier` {
    static func error(
        _ status: Int? = nil, _ message: String? = nil, by provider: ProviderID = "somebody", code: String? = nil, type: String? = nil,
        _ change: (inout ErrorObject) -> Void = { _ in }
    ) -> ErrorObject {
        var error = ErrorObject(provider: provider, wire: "openai-completions", model: "m")
        (error.status, error.message, error.code, error.type) = (status, message, code, type)
        error.bodyIsEmpty = message == nil && code == nil && type == nil
        change(&error)
        return error
    }

    static func reason(_ error: ErrorObject) -> Reason { Classifier.classify(error).reason }

    // MARK: Structure, status, words

    @Test(
        arguments: [
            (400, .unknown), (401, .auth), (402, .billing), (403, .auth), (404, .modelNotFound), (408, .timeout), (410, .modelNotFound),
            (413, .contextOverflow), (422, .unknown), (429, .rateLimit), (451, .contentPolicy), (498, .overloaded), (499, .timeout),
            (500, .serverError), (502, .serverError), (503, .overloaded), (504, .timeout), (520, .serverError), (521, .serverError),
            (522, .timeout), (524, .timeout), (525, .network), (529, .overloaded), (302, .malformed), (599, .serverError),
        ] as [(Int, Reason)])
    func `knows a status without a body`(status: Int, reason: Reason) {
        #expect(Self.reason(Self.error(status)) == reason)
    }

    @Test func `blames nobody for a 400 that says nothing`() {
        #expect(Classifier.classify(Self.error(400)).scope == nil)
        #expect(Classifier.classify(Self.error(422)).scope == nil)
        #expect(Classifier.classify(Self.error(nil, "It did not work out today.")).scope == .credentialModel)
    }

    @Test(arguments: [
        // Numbers are issues of openclaw/openclaw. #23440, #79396: the code wins over the status.
        (error(400, "No.", code: "insufficient_quota"), Reason.quota),
        (error(429, "No.", by: "openai", code: "insufficient_quota"), .billing),
        (error(500, "Too long.", type: "exceed_context_size_error"), .contextOverflow),
        // #43447: money at 429. #60191: money at 403. #30484: a window's limit at 402.
        (error(429, "Insufficient account balance", type: "rate_limit_reached"), .billing),
        (error(403, "API key budget limit exceeded", by: "openrouter"), .billing),
        (error(402, "You have reached your subscription quota limit; it will reset tonight."), .quota),
        // #104490, #114784, #98101, #58565: what vendors say at statuses that mean something else.
        (error(400, "The 'gpt-5' model is not supported when using Codex with a ChatGPT account."), .modelNotFound),
        (error(400, "API key not valid.", by: "google", code: "400", type: "INVALID_ARGUMENT"), .auth),
        (error(429, "busy", by: "zai", code: "1305"), .overloaded),
        (error(401, "The key has been revoked."), .authPermanent),
        // #19878: tokens per minute are a rate, not a window.
        (error(413, "Request too large on tokens per minute (TPM): Limit 6000, Requested 9000"), .rateLimit),
        (error(503, "billing service unavailable while checking quota"), .overloaded),
        // About what the gateway had added, though it speaks of models.
        (error(400, "You invoked an unsupported model or your request did not allow prompt caching."), .format),
        // #24102: fallbacks were never asked.
        (error(429, "You exceeded your current quota, please check your plan.", by: "openai-codex"), .quota),
    ])
    func `lets structure win over status, and status over words, where they are clear`(error: ErrorObject, reason: Reason) {
        #expect(Self.reason(error) == reason)
    }

    /// Wordings that OpenClaw's rows (docs/failover.md) do not have. Some rules were widened for them, so they prove no generality.
    @Test(arguments: [
        (error(403, "Sorry, your account balance is insufficient", code: "30001"), Reason.billing),
        (error(403, "Your newly created team doesn't have any credits yet.", by: "xai"), .billing),
        (error(403, "用户额度不足", code: "insufficient_user_quota"), .billing),
        (error(412, "Account jane is suspended, possibly due to reaching the monthly spending limit", by: "fireworks"), .billing),
        (error(403, "NOT_ENOUGH_BALANCE", code: "NOT_ENOUGH_BALANCE"), .billing),
        (error(429, "You have used up your daily free allocation of 10,000 neurons"), .quota),
        (error(400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."), .contextOverflow),
        (error(400, "prompt is too long: 210000 tokens > 200000 maximum", type: "invalid_request_error"), .contextOverflow),
        (error(400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."), .contextOverflow),
        (error(400, "Unrecognized request argument supplied: store"), .format),
        (error(400, "The response was filtered due to the prompt triggering our content management policy."), .contentPolicy),
        (error(400, "API key expired. Please renew the API key."), .auth),
        (error(403, "You don't have access to the model with the specified model ID."), .modelNotFound),
        (error(429, "The engine is currently overloaded, please try again later", type: "engine_overloaded_error"), .overloaded),
        (error(nil, "AxiosError: timeout of 60000ms exceeded"), .timeout),
        (error(nil, "Could not resolve host: api.example.com"), .network),
        (error(nil, "Overloaded", type: "overloaded_error"), .overloaded),
        (error(400, "Invalid value for 'temperature'.", type: "invalid_request_error"), .invalidRequest),
    ])
    func `understands wordings that were not learned from`(error: ErrorObject, reason: Reason) {
        #expect(Self.reason(error) == reason)
    }

    @Test(arguments: [
        "402 items found in the database", "Room 402 is open", "There are 429 ways to leave", "Use a 402 stainless bolt",
        "The service timed out twice last night, then recovered.", "Let's investigate the context overflow bug",
        "The evidence is insufficient to reconcile the final balance after compaction.", "billing issue detected",
        "Here is how billing works.\n\nIf a payment fails they see 402 Payment Required and buy credits.",
    ])
    func `sees nothing in prose`(text: String) {
        #expect(Self.reason(Self.error(nil, text)) == .unknown)
    }

    /// Validators quote what they refuse: the client's words, or those of its users.
    @Test(
        arguments: [
            "Invalid value for 'messages[0].content': got: 'check my credit balance, the rate limit was exceeded, model not found'",
            "messages.0.content Input should be a valid string [type=string_type, input_value={'text': 'my api key expired, context length'}]",
            "[{'loc': ('body', 'model'), 'msg': 'Field required', 'input': {'content': 'how do I top up, billing account, content policy'}}]",
            "tools[3].description is too long", "Invalid value. See https://example.com/billing-account/top-up?model=unknown_model",
            "Invalid 'name': string too long. Expected at most 64 characters.", "Model names are case-sensitive and sensitive to spaces.",
            "Internal id 40201 of value 20012 is out of range 1113", "Don't use 'a b c d' or what isn't known",
        ])
    func `sees nothing in what a refusal quotes`(text: String) {
        #expect(Self.reason(Self.error(400, text, type: "invalid_request_error")) == .invalidRequest)
    }

    @Test(arguments: [
        (#"Error from provider: {"error": {"message": "You have run out of credits, sorry"}}"#, Reason.billing),
        (#"upstream: {'error': {'message': 'The model gpt-9 does not exist'}}"#, .modelNotFound),
        ("Unsupported parameter: 'max_tokens' is not supported with this model.", .format),
        ("Your team doesn't have any credits. You can't go on.", .billing),
    ])
    func `reads an error that another one quotes`(text: String, reason: Reason) {
        #expect(Self.reason(Self.error(400, text, type: "invalid_request_error")) == reason)
    }

    // MARK: Pages and broken replies

    @Test(
        arguments: [
            (403, Reason.auth), (402, .billing), (429, .rateLimit), (502, .serverError), (503, .overloaded), (521, .serverError),
            (522, .timeout),
            (nil, .malformed),
        ] as [(Int?, Reason)])
    func `judges a page for people by its status alone`(status: Int?, reason: Reason) {
        let page = Self.error(status, "rate limit exceeded, insufficient credits, model not found") { $0.isHTML = true }
        #expect(Self.reason(page) == reason)
        #expect(Classifier.classify(page).rule.hasPrefix("html"))
    }

    @Test(
        arguments: [
            (TransportFault.dns, Reason.network, Scope.endpoint), (.refused, .network, .endpoint), (.unreachable, .network, .endpoint),
            (.tls("expired"), .network, .endpoint), (.reset(reused: true), .network, .endpoint), (.other("odd"), .network, .endpoint),
            (.connectTimeout, .timeout, .credentialModel), (.firstTokenTimeout, .timeout, .credentialModel),
            (.idleTimeout, .timeout, .credentialModel), (.plainTimeout, .timeout, .credentialModel), (.requestDeadline, .timeout, nil),
            (.closedEarly, .malformed, .credentialModel), (.resetEarly, .malformed, .credentialModel),
            (.shortBody, .malformed, .credentialModel), (.malformed("no JSON"), .malformed, .credentialModel),
            (.emptyReply, .malformed, .credentialModel), (.tooLarge, .malformed, .credentialModel),
        ] as [(TransportFault, Reason, Scope?)])
    func `judges what kept a reply from coming before anything else`(fault: TransportFault, reason: Reason, scope: Scope?) {
        let failure = Classifier.classify(Self.error(200, "insufficient credits") { $0.transport = fault })
        #expect(failure.reason == reason)
        #expect(failure.scope == scope)
        #expect(failure.fault == fault)
    }

    @Test func `takes an error inside a success by its own words`() {
        let error = Self.error(200, "Insufficient credits", code: "402") { $0.insideSuccess = true }
        #expect(Self.reason(error) == .billing)
        #expect(Self.reason(Self.error(200) { $0.insideSuccess = true }) == .malformed)
    }

    // MARK: Scope, reset

    @Test(arguments: [
        (error(402), Scope.credentialModel),
        (error(402, "Insufficient Balance", by: "deepseek"), .credentialModel),
        (error(429, "Your account is suspended", type: "exceeded_current_quota_error"), .credential),
        (error(429, "No.", by: "openai", code: "insufficient_quota"), .credential),
        (error(429, "You have hit your ChatGPT usage limit (plus plan).", by: "openai-codex"), .credential),
        (error(429, "You exceeded your current quota, please check your plan.", by: "google"), .credentialModel),
        (error(429, "Your account has exhausted its free trial quota for the model.", by: "volcengine"), .credentialModel),
        (error(401), .credential), (error(429), .credentialModel), (error(503), .credentialModel), (error(404), .credentialModel),
    ])
    func `blames the account only where the evidence names it`(error: ErrorObject, scope: Scope) {
        #expect(Classifier.classify(error).scope == scope)
    }

    @Test(arguments: [
        (Duration.seconds(20), Reason.rateLimit), (.seconds(300), .rateLimit), (.seconds(301), .quota), (.seconds(86_400), .quota),
    ])
    func `calls a limit of more than five minutes a quota`(reset: Duration, reason: Reason) {
        let failure = Classifier.classify(Self.error(429) { ($0.reset, $0.retryAfterGiven) = (reset, true) })
        #expect(failure.reason == reason)
        #expect(failure.reset == reset)
        #expect(failure.retryAfterGiven)
    }

    @Test func `keeps the evidence`() {
        let failure = Classifier.classify(
            Self.error(400, "Invalid value.", code: "invalid_value", type: "invalid_request_error") { $0.namesMember = "temperature" })
        #expect(failure.status == 400)
        #expect(failure.code == "invalid_value")
        #expect(failure.message == "Invalid value.")
        #expect(failure.namesMember == "temperature")
    }

    // MARK: Hostile input

    @Test(arguments: UInt64(0)..<100)
    func `survives anything`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("aAzZ09 *^$.`\u{2019}\u{0}\n超\u{FFFD}limit quota 402".unicodeScalars)
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...6000, using: &random) { text.append(alphabet.randomElement(using: &random) ?? " ") }
        let error = Self.error(Int.random(in: -5...1000, using: &random), String(text), code: String(text.prefix(40)))
        #expect(Classifier.classify(error) == Classifier.classify(error))
    }

    @Test func `takes its time only once for a long message`() {
        let text = String(repeating: "insufficient credi model context lengt ", count: 2000)
        #expect(Self.reason(Self.error(429, text)) == .rateLimit)
    }
}

@Suite struct `The table of rules` {
    @Test(arguments: Rules.all.map(\.id) + [Rules.requests.id])
    func `names each rule and where it was learned`(id: String) throws {
        let rule = try #require((Rules.all + [Rules.requests]).first { $0.id == id })
        #expect(!rule.source.isEmpty)
        #expect(id.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "." || $0 == "_" })
    }

    @Test func `gives one id one meaning`() {
        var reasons: [String: Set<Reason>] = [:]
        for rule in Rules.all { reasons[rule.id, default: []].insert(rule.reason) }
        #expect(reasons.filter { $0.value.count > 1 }.isEmpty)
    }
}

@Suite struct `A phrase` {
    @Test(arguments: [
        ("rate limit", "Rate  Limit\nexceeded", true),
        ("rate limit", "moderate limit", false),
        ("rate limit", "the rate limited", true),
        ("model * not found", "The model `gpt-9` was not found", true),
        ("model * not found", "model \(String(repeating: "x", count: 40)) not found", false),
        ("model * not found", "not found: model", false),
        ("^server error", "Server Error", true),
        ("^server error", "A server error", false),
        ("timed out$", "It timed out.", true),
        ("timed out$", "It timed out twice", false),
        ("isn't supported", "on-demand isn\u{2019}t supported", true),
        ("余额不足", "账户余额不足", true),
        ("model * not found", "model not found", true),
        ("insufficient % balance", "Insufficient account balance", true),
        ("insufficient % balance", "insufficient balance", true),
        ("insufficient % balance", "insufficient to see the balance", false),
        ("context window", "model_context_window_exceeded", true),
        ("billing", "see https://example.com/billing?a=billing", false),
        ("billing", "see (https://example.com/) billing", true),
        ("longer than this", "short", false), ("nothing", "", false),
    ])
    func `is looked for by words`(phrase: String, text: String, expected: Bool) {
        #expect(Phrase(phrase).occurs(in: Wording(text)) == expected)
    }
}

@Suite struct `A status in words` {
    @Test(
        arguments: [
            ("402", 402), ("402 Payment Required", 402), ("HTTP 402: no credits", 402), ("OpenAI API error (429): slow down", 429),
            ("429 status code (no body)", 429), ("error code 402", 402), ("status: 503", 503), ("provider returned 402", 402),
            ("503 Service Unavailable", 503), ("{\"status\":402,\"type\":\"error\"}", 402), ("got status: 429 Too Many Requests", 429),
            ("402 items found", nil), ("Room 402 is open", nil), ("returned 402 records", nil), ("CHE-402", nil), ("error 1234: x", nil),
            ("4021", nil), ("", nil), ("40", nil), ("status: 200", nil),
        ] as [(String, Int?)])
    func `counts only where a program wrote it`(text: String, status: Int?) {
        #expect(StatusInWords.find(Wording(text)) == status)
    }
}
