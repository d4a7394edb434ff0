// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// The evenings that this project was made for, decided by the policy. The gateway's tests play them over sockets.
@Suite struct `On an evening when` {
    static func said(_ status: Int?, _ message: String? = nil, by provider: ProviderID = "somebody", code: String? = nil) -> Failure {
        var error = ErrorObject(provider: provider, wire: "openai-completions", model: "m")
        (error.status, error.message, error.code) = (status, message, code)
        error.bodyIsEmpty = message == nil && code == nil
        return Classifier.classify(error)
    }

    @Test func `a login has expired and a key has no credit, the fourth candidate answers`() {
        var stage = Stage([
            ("google-gemini-cli/gemini-3-flash-preview", "google-gemini-cli:default"), ("cerebras/llama3.1-8b", "cerebras:manual"),
            ("cerebras/gpt-oss-120b", "cerebras:manual"), ("anthropic/claude-haiku-4-5", "anthropic:work"),
        ])
        let played = stage.play { candidate, _ in
            switch candidate.model.provider {
            case "google-gemini-cli":
                Self.said(nil, "invalid_grant: Token has been expired or revoked.", by: "google-gemini-cli", code: "invalid_grant")
            case "cerebras": Self.said(402, by: "cerebras")
            default: nil
            }
        }
        #expect(played.receipt.attempts.map { $0.failure?.reason } == [.authPermanent, .billing, .billing, nil])
        // Who answered 402 is no riddle.
        #expect(played.receipt.attempts[1].failure?.rule == "status.402")
    }

    @Test("seed 001, question 1; openclaw#83225: a billing error on one model does not stop the chain")
    func billingGoesOn() {
        var stage = Stage([("deepseek/deepseek-v4-pro", "deepseek:default"), ("minimax/minimax-M2.7", "minimax:default")])
        let played = stage.play { candidate, _ in
            candidate.model.provider == "deepseek" ? Self.said(402, "Insufficient Balance", by: "deepseek") : nil
        }
        #expect(played.asked.last == "minimax/minimax-M2.7@minimax:default")
        #expect(played.hasAnswer)
    }

    @Test("seed 001, question 2: this model on this key, this key, and this provider are three things")
    func threeScopes() {
        var stage = Stage([("d/pro", "k1"), ("d/flash", "k1"), ("d/pro", "k2"), ("m/M2", "k3")])
        stage.play { candidate, _ in candidate.description == "d/pro@k1" ? Self.said(402) : nil }
        // This model on this key alone:
        #expect(stage.play { _, _ in nil }.asked == ["d/flash@k1"])
        // The key, but not the provider:
        stage.ledger.clearAll()
        stage.play { candidate, _ in candidate.credential == "k1" ? Self.said(402) : nil }
        #expect(stage.ledger.blocks.contains { $0.key == .credential("k1") })
        #expect(stage.play { _, _ in nil }.asked == ["d/pro@k2"])
    }

    @Test func `money arrives, it is noticed within minutes and not within five hours`() {
        var stage = Stage([("d/pro", "k1"), ("m/M2", "k2")])
        var isPaid = false
        var looks = 0
        for minute in 0..<30 {
            stage.now = .at(Double(minute) * 60)
            if minute == 10 { isPaid = true }
            let played = stage.play { candidate, _ in candidate.credential == "k1" && !isPaid ? Self.said(402) : nil }
            #expect(played.hasAnswer)
            if played.asked.first == "d/pro@k1" && !isPaid { looks += 1 }
            if minute == 20 { #expect(played.asked == ["d/pro@k1"]) }
        }
        // The first request, and one at the end of each window.
        #expect(looks == 3)
    }

    @Test("seed 001, question 3: billing has a short window, and one's own where the settings have one")
    func shortBilling() {
        #expect(Policy.standard.blocks.billing.first == .seconds(60))
        var stage = Stage([("d/pro", "k1"), ("m/M2", "k2")])
        stage.policy.blocks.billing = [.seconds(3)]
        stage.play { candidate, _ in candidate.credential == "k1" ? Self.said(402) : nil }
        stage.now = .at(4)
        #expect(stage.play { _, _ in nil }.asked == ["d/pro@k1"])
    }

    @Test func `two models have two keys, four candidates are tried in a row`() {
        var stage = Stage()
        let played = stage.play { candidate, _ in
            candidate.description == "a/B@k2" ? nil : Self.said(429, "Rate limit reached.", code: "rate_limit_exceeded")
        }
        #expect(played.asked == ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"])
    }

    @Test func `two keys are slow, each is tried once before the local model`() {
        var stage = Stage([("google/flash", "google:2"), ("google/flash", "google:default"), ("llamacpp/gemma", "llamacpp:none")])
        let played = stage.play { candidate, _ in
            candidate.model.provider == "google" ? Failure.plain(.timeout, fault: .firstTokenTimeout) : nil
        }
        #expect(played.receipt.attempts.count == 3)
        #expect(played.hasAnswer)
    }

    @Test(arguments: [1, 2])
    func `a route refuses cache marks, goes without them, nobody is blocked and the fallback is there`(refusals: Int) {
        var stage = Stage([
            ("openrouter/anthropic/claude-3.5-sonnet", "openrouter:default"), ("openrouter/openai/gpt-4o-mini", "openrouter:default"),
        ])
        let message =
            "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information."
        let played = stage.play { _, attempt in attempt < refusals ? Self.said(400, message, by: "openrouter") : nil }
        #expect(played.receipt.attempts.map { $0.failure?.reason } == Array(repeating: .format, count: refusals) + [nil])
        #expect(played.receipt.attempts[1].repairs == [.dropCacheMarkers])
        #expect(played.receipt.attempts.last?.candidate == stage.chain.links[refusals - 1].candidate)
        #expect(stage.ledger.isEmpty)
    }

    @Test func `a quota is used up, it is left at once and without a repeat`() {
        var stage = Stage([
            ("openai-codex/gpt-5.2-codex", "openai-codex:default"), ("kimi-coding/k2p5", "kimi:default"),
            ("minimax-portal/MiniMax-M2.5", "mm"),
        ])
        let message = "You exceeded your current quota, please check your plan and billing details."
        let played = stage.play { candidate, _ in
            candidate.model.provider == "openai-codex" ? Self.said(429, message, by: "openai-codex") : nil
        }
        #expect(played.asked == ["openai-codex/gpt-5.2-codex@openai-codex:default", "kimi-coding/k2p5@kimi:default"])
        #expect(played.receipt.attempts[0].failure?.reason == .quota)
    }
}
