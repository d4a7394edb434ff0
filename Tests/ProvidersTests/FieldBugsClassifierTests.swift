// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

/// What users of OpenClaw reported as wrongly classified, by the issues' numbers in openclaw/openclaw; docs/failover.md has the list.
@Suite struct `Wrong classifications in the field` {
    static func failure(
        _ status: Int, _ body: String, by provider: ProviderID = "somebody", _ headers: Headers = [:]
    ) -> Failure {
        let context = ErrorContext(provider: provider, model: "m")
        return Classifier.classify(
            chat.readError(status: status, headers: headers, body: bytes(body), context: context, nowMilliseconds: now))
    }

    /// An error that came under a 200.
    static func inside(_ body: String, by provider: ProviderID = "somebody") -> Failure? {
        let context = ErrorContext(provider: provider, model: "m")
        switch chat.readReply(status: 200, headers: [:], body: bytes(body), context: context, nowMilliseconds: now) {
        case .good: return nil
        case .bad(let error): return Classifier.classify(error)
        }
    }

    @Test func `openclaw#23440: a code of money wins over a status of 400`() {
        let body = #"{"error":{"message":"No.","type":"invalid_request_error","code":"insufficient_quota"}}"#
        #expect(Self.failure(400, body, by: "openai").reason == .billing)
        #expect(Self.failure(400, body).reason == .quota)
    }

    @Test(arguments: [
        "Your invoice: 402 Payment Required. To pay, buy credits on the billing page.",
        "The API answered 429 rate limit exceeded, so wait.",
        #"{"error":{"code":"insufficient_quota"}}"#,
    ])
    func `openclaw#12192, #12022, #14271, #29234: what a model says is never an error`(text: String) throws {
        var quoted: [UInt8] = []
        JSONWriter.quote(text, into: &quoted)
        let reply = #"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":\#(quoted.text)},"finish_reason":"stop"}]}"#
        #expect(Self.inside(reply) == nil)
        let chunk = #"{"id":"x","choices":[{"index":0,"delta":{"content":\#(quoted.text)}}]}"#
        let stream = try StreamOutcome(
            "data: \(chunk)\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
        #expect(stream.failures.isEmpty && stream.end == nil && stream.isProven)
        // Not even where somebody takes the reply for an error.
        let taken = ErrorReader(wire: .openaiCompletions, context: context, nowMilliseconds: now).insideSuccess(body: bytes(reply))
        #expect(taken.message == nil && taken.code == nil && taken.type == nil)
        #expect(Classifier.classify(taken).reason == .unknown)
    }

    @Test(arguments: [
        "It did not work out today.", "See https://example.com/billing for the billing of last month", "billing issue detected",
        "Unexpected end of the billing service",
    ])
    func `openclaw#15055: what merely touches money is not billing`(text: String) {
        #expect(Self.failure(429, text).reason == .rateLimit)
        #expect(Self.failure(500, text).reason == .serverError)
        #expect(Self.failure(400, text).reason == .invalidRequest)
    }

    @Test func `openclaw#79396, #66314: money is money, at 429 too`() {
        let body = #"{"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","code":"insufficient_quota"}}"#
        #expect(Self.failure(429, body, by: "openai").reason == .billing)
        #expect(Self.failure(429, #"{"error":{"message":"insufficient credits"}}"#).reason == .billing)
        #expect(Self.failure(500, #"{"error":{"message":"insufficient balance (1008)"}}"#, by: "minimax").reason == .billing)
    }

    @Test func `openclaw#14630: an error names provider and model`() {
        let context = ErrorContext(provider: "cerebras", model: "gpt-oss-120b")
        let error = chat.readError(status: 402, headers: [:], body: [], context: context, nowMilliseconds: now)
        #expect(error.provider == "cerebras" && error.model == "gpt-oss-120b")
        #expect(Classifier.classify(error).rule == "status.402")
    }

    @Test func `openclaw#30484: a window's limit with status 402 is no bill`() {
        let told = Self.failure(402, #"{"error":{"message":"You have hit your usage limit; it resets 12:40am (UTC)"}}"#, by: "anthropic")
        #expect(told.reason == .quota)
        #expect(told.reset == .milliseconds(45_600_000))
        #expect(Self.failure(402, #"{"message":"You have reached the limit.","reason":"MONTHLY_REQUEST_COUNT"}"#).reason == .quota)
        #expect(Self.failure(402, "").reason == .billing)
    }

    @Test(
        arguments: [
            ("1113", Reason.billing), ("1308", .quota), ("1310", .quota), ("1311", .billing), ("1302", .rateLimit), ("1305", .overloaded),
            ("1211", .modelNotFound), ("1261", .contextOverflow), ("1301", .contentPolicy), ("1112", .authPermanent),
        ] as [(String, Reason)])
    func `openclaw#33785, #48988, #98101: z.ai's numbers are known, whatever the status`(code: String, reason: Reason) {
        for status in [400, 429, 500] {
            #expect(Self.failure(status, #"{"error":{"code":"\#(code)","message":"x"}}"#, by: "zai").reason == reason)
            #expect(Self.failure(status, #"{"error":{"code":\#(code),"message":"x"}}"#, by: "zai-coding").reason == reason)
        }
        // Elsewhere they are numbers.
        #expect(Self.failure(500, #"{"error":{"code":"\#(code)","message":"x"}}"#).reason == .serverError)
    }

    @Test func `openclaw#32828: a bare sentence tells its status`() throws {
        #expect(Self.inside(#"{"error":"Service Unavailable"}"#)?.reason == .overloaded)
        #expect(Self.inside(#"{"error":"503 Service Unavailable"}"#)?.reason == .overloaded)
        #expect(Self.failure(503, "Service Unavailable").reason == .overloaded)
    }

    @Test func `openclaw#71620: an unknown error goes on`() {
        let failure = Self.inside(#"{"error":{"message":"An unknown error occurred"}}"#)
        #expect(failure?.reason == .unknown)
        #expect(failure?.reason.answers.nextCredential == true)
        #expect(failure?.scope == .credentialModel)
    }

    @Test(arguments: [
        (#"{"error":{"type":"server_error","message":"?"}}"#, Reason.serverError),
        (#"{"type":"error","error":{"type":"overloaded_error","message":"?"}}"#, .overloaded),
        (#"{"error":{"message":"{\"error\":{\"code\":\"insufficient_balance\",\"message\":\"?\"}}"}}"#, .billing),
        (#""{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"?\"}}""#, .rateLimit),
        (#"{"error":{"message":"Upstream said: {\"error\":{\"code\":\"context_length_exceeded\"}}"}}"#, .contextOverflow),
        (#"[{"error":{"code":503,"message":"?","status":"UNAVAILABLE"}}]"#, .overloaded),
        (#"{"error":{"message":"?","details":[{"reason":"API_KEY_INVALID"}]}}"#, .auth),
        (#"{"base_resp":{"status_code":1008,"status_msg":"?"}}"#, .unknown),
    ])
    func `openclaw#42149, #61281, #109218: types and codes count, however deep they stand`(body: String, reason: Reason) {
        let reader = ErrorReader(wire: .openaiCompletions, context: context, nowMilliseconds: now)
        #expect(Classifier.classify(reader.insideSuccess(body: bytes(body))).reason == reason)
        let event = "event: error\ndata: \(body)\n\n"
        #expect(Classifier.classify(reader.insideSuccess(body: bytes(event))).reason == reason)
    }

    @Test func `openclaw#104490: a model that a login may not use is a model`() {
        let body = #"{"detail":"The 'gpt-5' model is not supported when using Codex with a ChatGPT account."}"#
        let failure = Self.failure(400, body, by: "openai-codex")
        #expect(failure.reason == .modelNotFound)
        #expect(failure.scope == .credentialModel)
    }

    @Test func `openclaw#114784: Google's wrong key is a key, with status 400`() {
        let body = #"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}"#
        #expect(Self.failure(400, body, by: "google").reason == .auth)
        #expect(Self.failure(400, body).reason == .auth)
    }

    @Test(arguments: ["Unhandled stop reason: abort", "The request was aborted", "AbortError: user aborted a request"])
    func `openclaw#18453, #18618: the word abort is not the user's stop`(text: String) {
        for status in [200, 400, 500] {
            let body = #"{"error":{"message":"\#(text)"}}"#
            let failure = status == 200 ? Self.inside(body) : Self.failure(status, body)
            #expect(failure != nil && failure?.reason != .cancelled)
        }
    }

    @Test func `openclaw#43447: Moonshot's 429 about the balance is money`() {
        let body = #"{"error":{"message":"Insufficient account balance. Please recharge.","type":"rate_limit_reached"}}"#
        #expect(Self.failure(429, body, by: "moonshot").reason == .billing)
    }

    @Test(arguments: [
        (429, "The engine is currently overloaded, please try again later"), (400, "Function id 'x': DEGRADED function cannot be invoked"),
        (503, "Bedrock is unable to process your request."), (529, ""), (429, "Model busy, retry later"), (429, "当前分组上游负载已饱和"),
        (500, "The model is experiencing high demand"),
    ])
    func `openclaw#57010, #56242: overload has many words`(status: Int, text: String) {
        #expect(Self.failure(status, #"{"error":{"message":"\#(text)"}}"#).reason == .overloaded)
    }

    @Test func `openclaw#67517: a page is judged by its status, whatever it says`() {
        let page = "<!DOCTYPE html><title>502: Bad gateway</title><p>rate limit, billing, insufficient_quota, model not found</p>"
        #expect(Self.failure(502, page).reason == .serverError)
        #expect(Self.failure(403, page).reason == .auth)
        #expect(Self.inside(page)?.reason == .malformed)
        let challenge = "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
        #expect(Self.failure(403, challenge).rule == "html.challenge")
        #expect(Self.failure(403, page, ["cf-mitigated": "challenge"]).reason == .network)
    }

    @Test func `openclaw#97641, openclaw#97564: an unknown model is not asked for again, whatever the status`() {
        let body = #"{"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.","code":"model_not_found"}}"#
        for status in [400, 403, 404, 422] {
            let failure = Self.failure(status, body)
            #expect(failure.reason == .modelNotFound)
            #expect(failure.reason.answers.again == .no && failure.reason.answers.nextCredential)
        }
    }

    @Test func `openclaw#60191: a 403 about a budget is money, not the key`() {
        let body = #"{"error":{"message":"API key budget limit exceeded (monthly limit). Contact your org admin.","code":403}}"#
        #expect(Self.failure(403, body, by: "openrouter").reason == .billing)
        #expect([.billing, .quota].contains(Self.failure(403, body).reason))
        #expect(Self.failure(403, #"{"error":{"message":"Budget has been exceeded! Current cost: 2, Max budget: 1"}}"#).reason == .billing)
    }

    @Test func `openclaw#16665: a reply that says it has hit a limit is a reply`() {
        let reply = #"{"choices":[{"index":0,"message":{"role":"assistant","content":"You've hit your limit"},"finish_reason":"stop"}]}"#
        #expect(Self.inside(reply) == nil)
    }

    @Test func `openclaw#118793: a session's limit is a quota`() {
        let told = Self.failure(429, #"{"error":"you have reached your session limit · resets 12:40am (UTC)"}"#)
        #expect(told.reason == .quota && told.reset == .milliseconds(45_600_000))
    }

    @Test(arguments: [
        "Request too large on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size",
        "Rate limit reached on tokens per min. Limit: 10000, context length 9000",
    ])
    func `openclaw#19878, openclaw#82754, openclaw#58957: tokens a minute are a rate, not a window`(text: String) {
        for status in [413, 429] {
            #expect(Self.failure(status, #"{"error":{"message":"\#(text)","type":"tokens"}}"#, by: "groq").reason == .rateLimit)
        }
        #expect(Self.failure(413, "").reason == .contextOverflow)
    }

    @Test func `seed 003: a route that wants no cache marks is asked again without them`() {
        let body = #"{"error":{"message":"You invoked an unsupported model or your request did not allow prompt caching.","code":400}}"#
        let failure = Self.failure(400, body, by: "openrouter")
        #expect(failure.reason == .format)
        #expect(failure.scope == nil)
        #expect(failure.repair == .dropCacheMarkers)
    }

    @Test func `seed 000: a 402 without a body is billing, on this model and key`() {
        let failure = Self.failure(402, "", by: "cerebras")
        #expect(failure.reason == .billing)
        #expect(failure.scope == .credentialModel)
        #expect(Rules.source(of: failure.rule)?.contains("RFC 9110") == true)
    }
}
