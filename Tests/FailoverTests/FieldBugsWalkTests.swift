// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// Walks that ended too soon, too late or without a word in OpenClaw, by the number of the issue (docs/failover.md).
@Suite struct `A walk that failed others` {
    private static let codex = "You exceeded your current quota, please check your plan and billing details."

    @Test("openclaw#24102: a 429 about the plan's quota goes to the fallbacks at once, without a repeat")
    func quota() {
        var stage = Stage([("openai-codex/gpt-5.2-codex", "openai-codex:default"), ("kimi-coding/k2p5", "kimi:default"), ("mm/M2.5", "mm")])
        let played = stage.play { candidate, _ in
            candidate.credential == "openai-codex:default" ? `On an evening when`.said(429, Self.codex, by: "openai-codex") : nil
        }
        #expect(played.asked == ["openai-codex/gpt-5.2-codex@openai-codex:default", "kimi-coding/k2p5@kimi:default"])
    }

    @Test("openclaw#687: a usage limit is a limit, and lasts as long as the provider says")
    func usageLimit() throws {
        var error = ErrorObject(provider: "openai-codex", wire: "openai-completions", model: "gpt-5.2-codex")
        (error.status, error.message) = (429, "You have hit your ChatGPT usage limit (plus plan). Try again in ~3 h.")
        error.reset = .seconds(3 * 3600)
        let failure = Classifier.classify(error)
        #expect(failure.reason == .quota)
        var stage = Stage([("openai-codex/gpt-5.2-codex", "codex"), ("a/B", "k")])
        stage.play { candidate, _ in candidate.credential == "codex" ? failure : nil }
        let block = try #require(stage.ledger.blocks.first)
        #expect(block.until == .at(0.1 + 3 * 3600))
    }

    @Test("openclaw#13082: a 429 is never repeated on its candidate while others are free")
    func noRepeat() {
        var stage = Stage()
        let played = stage.play { _, _ in .plain(.rateLimit) }
        #expect(played.asked == ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"])
    }

    @Test("openclaw#59303: one budget holds for all of a request's attempts, repeats included", arguments: Reason.allCases)
    func oneBudget(reason: Reason) {
        var stage = Stage()
        stage.chain = Chain(
            links: (0..<30).map { number in
                ChainLink(
                    candidate: Candidate(
                        ModelRef(provider: "a", model: "m\(number)"), credential: CredentialID(rawValue: "k\(number)"),
                        endpoint: EndpointID(rawValue: "https://\(number).example:443")))
            })
        stage.policy.maxAttempts = 6
        let played = stage.play { _, _ in .plain(reason) }
        #expect(played.receipt.attempts.count <= 6)
        #expect(played.receipt.attempts.count { $0.candidate == stage.chain.links[0].candidate } <= 2)
    }

    @Test("openclaw#14630: a refusal says whose key and which model lack money, and what helps")
    func whoseMoney() throws {
        var stage = Stage([("deepseek/pro", "deepseek:default"), ("minimax/M2", "minimax:work")])
        let played = stage.play { _, _ in .ofAccount(.billing) }
        let refusal = try #require(played.refusal)
        for word in ["deepseek/pro", "deepseek:default", "minimax/M2", "minimax:work", "billing"] {
            #expect(refusal.message.contains(word), "\(word) is not in \(refusal.message)")
        }
    }

    @Test("openclaw#9986: a prompt that is too long is asked of larger windows only, once each, and blocks nobody")
    func overflow() {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2"), ("a/B", "k1"), ("c/C", "k3")])
        for (index, window) in [100, 100, 50, 1000].enumerated() { stage.chain.links[index].contextWindow = window }
        let played = stage.play { candidate, _ in candidate.model.model == "C" ? nil : .plain(.contextOverflow) }
        #expect(played.asked == ["a/A@k1", "c/C@k3"])
        #expect(stage.ledger.isEmpty)
    }

    @Test("openclaw#109436: a fallback whose window is too small is passed over and named")
    func smallFallback() {
        var stage = Stage([("a/large", "k1"), ("b/small", "k2"), ("c/large", "k3")])
        for (index, window) in [200_000, 8_000, 200_000].enumerated() { stage.chain.links[index].contextWindow = window }
        let played = stage.play({ $0.estimatedTokens = 50_000 }) { candidate, _ in
            candidate.credential == "k1" ? .plain(.overloaded, reset: .seconds(20)) : nil
        }
        #expect(played.asked == ["a/large@k1", "c/large@k3"])
        #expect(played.receipt.skipped.map(\.reason) == [.tooSmall(needs: 50_000, window: 8_000)])
    }

    /// Seventeen models of as many providers.
    private static func long() -> Stage {
        var stage = Stage([])
        stage.policy.maxAttempts = 20
        stage.chain = Chain(
            links: (0..<17).map { number in
                let provider = ProviderID(rawValue: "p\(number)")
                return ChainLink(
                    candidate: Candidate(
                        ModelRef(provider: provider, model: "m"), credential: CredentialID(rawValue: "\(provider):k"),
                        endpoint: EndpointID(rawValue: "https://\(provider).example:443")))
            })
        return stage
    }

    @Test(
        "openclaw#86868: every candidate is asked or named, and none twice, whatever each of them says",
        arguments: [Reason.unknown, .malformed, .rateLimit, .billing, .modelNotFound, .timeout, .auth])
    func oneCounter(reason: Reason) {
        var stage = Self.long()
        let played = stage.play { _, _ in .plain(reason) }
        #expect(played.asked == stage.chain.links.map(\.candidate.description))
        #expect(played.refusal != nil)
    }

    @Test("openclaw#85103: a timeout is not repeated on its model while another candidate is left")
    func timeout() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let played = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.timeout, fault: .firstTokenTimeout) : nil }
        #expect(played.asked == ["a/A@k1", "b/B@k2"])
    }

    @Test("openclaw#97641, 97564: a model that is not found is asked once, and left for the next at once and for ten minutes")
    func noSuchModel() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let said = `On an evening when`.said(404, "The model `A` does not exist", code: "model_not_found")
        #expect(stage.play { candidate, _ in candidate.credential == "k1" ? said : nil }.asked == ["a/A@k1", "b/B@k2"])
        stage.now = .at(599)
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
    }

    @Test("openclaw#60191: a 403 about a budget is about money, and asked a handful of times an hour, not thousands")
    func budget() {
        let said = `On an evening when`.said(403, "API key budget limit exceeded", by: "openrouter")
        #expect(said.reason == .billing)
        var stage = Stage([("openrouter/some/model", "or")])
        var calls = 0
        for second in 0..<3600 {
            stage.now = .at(Double(second))
            calls += stage.play { _, _ in said }.asked.count
        }
        // Each window of 1, 2, 5, 10 and 30 minutes: the look that opens it, and one early try in a quarter of it.
        #expect(calls <= 30)
    }
}
