// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Failover

/// What may be supposed, and how it is written.
@Suite struct `A supposition` {
    static let chain = Chain(
        links: [
            ChainLink(candidate: Candidate("openai/gpt", credential: "openai:main")),
            ChainLink(candidate: Candidate("openai/gpt", credential: "openai:me@example.com")),
            ChainLink(candidate: Candidate("router/vendor/large", credential: "k")),
        ],
        skipped: [SkippedLink(model: ModelRef(provider: "gone", model: "x"), origin: "requested", reason: .unknownProvider)])

    @Test(
        arguments: [
            ("*", .all), ("openai", .provider("openai")), ("OpenAI", .provider("openai")), ("gone", .provider("gone")),
            ("openai/gpt", .model(ModelRef(provider: "openai", model: "gpt"))),
            ("router/vendor/large", .model(ModelRef(provider: "router", model: "vendor/large"))),
            ("openai:main", .credential("openai:main")), ("openai:me@example.com", .credential("openai:me@example.com")),
            ("k", .credential("k")),
            ("openai/gpt@openai:me@example.com", .candidate(ModelRef(provider: "openai", model: "gpt"), "openai:me@example.com")),
        ] as [(String, PlanSelector)])
    func `names a part of the chain:`(text: String, selector: PlanSelector) throws {
        #expect(try PlanSelector(text, in: Self.chain) == selector)
    }

    @Test(arguments: ["", "opena", "openai/", "openai/gpt-5", "openai/gpt@k", "openai:", "*/gpt", "**"])
    func `names nothing that is not in the chain:`(text: String) throws {
        let problem = #expect(throws: PlanProblem.self) { try PlanSelector(text, in: Self.chain) }
        #expect(problem?.known.contains("openai/gpt") == true && problem?.known.contains("openai:main") == true)
    }

    private static func plain(_ reason: Reason, _ change: (inout Failure) -> Void = { _ in }) -> PlanOutcome {
        var failure = Failure(supposing: reason)
        change(&failure)
        return .failure(failure)
    }

    private static func refused(
        _ status: Int, after: Duration? = nil, code: String? = nil, message: String? = nil
    ) -> PlanOutcome {
        .refusal(PlanOutcome.Refused(status: status, code: code, message: message, retryAfter: after))
    }

    static let readable: [(String, [PlanOutcome])] = [
        ("ok", [.ok]), ("200", [.ok]), ("402", [refused(402)]), ("429:retry-after=20", [refused(429, after: .seconds(20))]),
        ("503:reset=5m", [refused(503, after: .seconds(300))]), ("429:code=insufficient_quota", [refused(429, code: "insufficient_quota")]),
        ("400:message=no caching: never, ever", [refused(400, message: "no caching: never, ever")]),
        ("billing", [plain(.billing)]), ("Rate-Limit", [plain(.rateLimit)]),
        ("rate_limit:reset=90s", [plain(.rateLimit) { ($0.reset, $0.retryAfterGiven) = (.seconds(90), true) }]),
        ("billing:account", [plain(.billing) { ($0.scope, $0.accountWide) = (.credential, true) }]),
        ("timeout", [.fault(.firstTokenTimeout)]), ("refused", [.fault(.refused)]), ("reset", [.fault(.reset(reused: false))]),
        ("dns", [.fault(.dns)]), ("tls", [.fault(.tls(""))]), ("cut", [.fault(.closedEarly)]),
        ("429,429,ok", [refused(429), refused(429), .ok]),
        ("ok,400:message=a,b", [.ok, refused(400, message: "a,b")]),
    ]

    @Test(arguments: readable) func `says what happens:`(text: String, outcomes: [PlanOutcome]) throws {
        #expect(try PlanWhen("openai=\(text)", in: Self.chain) == PlanWhen(.provider("openai"), outcomes))
    }

    @Test(arguments: [
        ("openai=", ""), ("openai", "openai"), ("openai=402,", ""), ("openai=biling", "biling"), ("openai=99", "99"), ("openai=600", "600"),
        ("openai=402:soon", "soon"), ("openai=402:retry-after=never", "never"), ("openai=402:retry-after=", ""),
        ("openai=ok:account", "ok"),
        ("openai=timeout:reset=5", "timeout"), ("openai=402:account", "402"), ("openai=-1", "-1"),
        ("openai=402:reset=99999999d", "99999999d"),
        ("openia=402", "openia"), ("=402", ""),
    ])
    func `is refused with the word that makes no sense:`(text: String, word: String) {
        let problem = #expect(throws: PlanProblem.self) { try PlanWhen(text, in: Self.chain) }
        #expect(problem?.word == word)
    }

    @Test func `has a bound on what it lists`() throws {
        let most = Array(repeating: "ok", count: 64).joined(separator: ",")
        #expect(try PlanWhen("*=\(most)", in: Self.chain).outcomes.count == 64)
        #expect(throws: PlanProblem.self) { try PlanWhen("*=\(most),ok", in: Self.chain) }
    }

    @Test func `counts where it is the narrowest, and of equals the last`() throws {
        let main = Candidate("openai/gpt", credential: "openai:main")
        let all = ["openai/gpt@openai:main=501", "openai:main=502", "openai/gpt=503", "openai=504", "*=505"]
        for first in all.indices {
            // In whatever order they are given.
            for texts in [Array(all[first...]), all[first...].reversed()] {
                var suppositions = PlanSuppositions(try texts.map { try PlanWhen($0, in: Self.chain) })
                #expect(suppositions.next(for: main, repairs: [], wire: "w") == Self.refused(501 + first))
            }
        }
        var twice = PlanSuppositions(try ["openai=402", "openai=503"].map { try PlanWhen($0, in: Self.chain) })
        #expect(twice.next(for: main, repairs: [], wire: "w") == Self.refused(503))
        #expect(twice.next(for: Candidate("other/m", credential: "o"), repairs: [], wire: "w") == .ok)
    }

    @Test func `goes on with its last word when its list has come to its end`() throws {
        let main = Candidate("openai/gpt", credential: "openai:main")
        var suppositions = PlanSuppositions([try PlanWhen("openai=429,503,ok", in: Self.chain)])
        let calls = (0..<5).map { _ in suppositions.next(for: main, repairs: [], wire: "w") }
        #expect(calls == [Self.refused(429), Self.refused(503), .ok, .ok, .ok])
    }
}
