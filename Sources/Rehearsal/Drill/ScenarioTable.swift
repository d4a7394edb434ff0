// SPDX-License-Identifier: Apache-2.0

extension Scenario {
    static let refusals: [Scenario] = [
        Scenario(
            "429-retry-after", "429 with Retry-After: 2, once", wanted: "answered; who said 2 s is left alone for 2 s",
            [Take(.once { .refuses($0, .rateLimited(retryAfter: 2)) }, [.waits(2), .asked(atMost: 2), .withinTrue(3)])]),
        Scenario(
            "429-lasting", "429 without Retry-After, always", wanted: "the next answers; nobody is hammered",
            [Take(.refuses(.rateLimited(retryAfter: nil)), [.asked(atMost: 1), .within(2)])]),
        Scenario(
            "500-once", "500, once", wanted: "the same candidate is asked again and answers",
            [Take(.once { .refuses($0, .failed) }, end: .answer(by: .itself), [.asked(atMost: 2), .answersItself, .within(2)])]),
        Scenario(
            "503-lasting", "503 (529 from Anthropic), always", wanted: "the next answers after at most one repeat",
            [Take(.refuses(.overloaded), [.asked(atMost: 2), .within(3)])]),
        Scenario(
            "reset", "the connection is reset before an answer, once", wanted: "answered",
            [Take(.once { _ in Script([.reset]) }, [.asked(atMost: 2), .within(3)])]),
    ]

    static let silences: [Scenario] = [
        Scenario(
            "no-response", "accepted, and never answered", wanted: "the next answers after the first-token limit",
            [Take(Cue { _, _ in Script([.stall]) }, [.asked(atMost: 1), .withinLimits(speaks: nil)])]),
        Scenario(
            "slow-first-token", "the head at once, the first token after 20 s", wanted: "answered after the first-token limit, or the 20 s",
            [
                Take(
                    Cue { asked, moment in
                        var script = Script.answers(moment.saying, to: asked, pace: moment.timing.pace)
                        script.acts.insert(.wait(moment.timing.seconds(20)), at: 1)
                        return script
                    }, [.asked(atMost: 1), .withinLimits(speaks: 20)])
            ]),
    ]

    static let streams: [Scenario] = [
        Scenario(
            "stream-cut", "the stream is cut at 40 %, and within a word at 60 %", wanted: "the whole answer, as one stream",
            [
                Take("closed at 40 %", .stream { _ in .then([.cut], afterPercent: 40) }, [.tellsUsage, .within(3)]),
                Take("reset at 60 %", .stream { _ in .then([.reset], afterPercent: 60) }, [.tellsUsage, .within(3)]),
            ]),
        Scenario(
            "stream-stall", "after a third the stream is silent for 30 s, then cut", wanted: "the whole answer, within 45 s",
            [Take(.stream { .then([.wait($0.seconds(30)), .cut], afterPercent: 33) }, [.tellsUsage, .within(45)])]),
        Scenario(
            "malformed-chunk", "one event of the stream is cut in half, the others come", wanted: "the whole answer, without garbage",
            [Take(.stream { _ in .garbled(atPercent: 15) }, [.tellsUsage, .within(3)])]),
        Scenario(
            "no-terminator", "the finish, but no terminator: closed, and left open",
            wanted: "a whole stream at once, from this very candidate",
            [
                Take("closed", .stream { _ in .unterminated(closes: true) }, end: .answer(by: .itself), terminator),
                Take("left open", .stream { _ in .unterminated(closes: false) }, end: .answer(by: .itself), terminator),
            ]),
    ]

    private static let terminator: [Rule] = [.answersItself, .nobodyElse, .asked(atMost: 1), .tellsUsage, .withinTrue(5)]

    static let policies: [Scenario] = [
        Scenario(
            "context-length", "400: the prompt is too long, always",
            wanted: "a model whose window may be larger answers; the same is asked once",
            [Take(.refuses(.promptTooLong, reach: .model), end: .answer(by: .larger), [.askedInAll(1), .within(2)])]),
        Scenario(
            "content-filter", "400: refused for its content", wanted: "the client is told; nobody else is asked",
            [Take(.refuses(.refusedForContent, reach: .model), end: .refusal, [.askedInAll(1), .nobodyElse, .within(2)])]),
        Scenario(
            "prefill-refused", "the stream is cut at 40 %, and who goes on refuses a prefill",
            wanted: "the whole answer; who refused is asked in words",
            [Take(prefillRefused, [.answersAnother, .tellsUsage, .within(3)])]),
    ]

    private static var prefillRefused: Cue {
        let refuse: Cue.Play = { asked, _ in AskedTurns(asked).isPrefilled ? .refuses(asked, .prefillRefused) : nil }
        let cut = Cue.stream { _ in .then([.cut], afterPercent: 40) }
        return Cue(lead: { asked, moment in refuse(asked, moment) ?? cut.lead(asked, moment) }, others: refuse)
    }

    static let returns: [Scenario] = [
        Scenario(
            "flap", "503 for 60 s, then well; a request every 4 s", wanted: "all answered; the first candidate again within one request",
            [
                Take(
                    Cue { asked, moment in moment.elapsed < moment.timing.seconds(60) ? .refuses(asked, .overloaded) : nil },
                    asks: (0..<20).map { Double($0) * 4 }, [.returns(after: 60), .within(3)])
            ]),
        Scenario(
            "accounting", "503, always", wanted: "client and receipt are told the model and the usage of who has answered",
            [Take(.refuses(.overloaded), [.accounts])]),
    ]
}
