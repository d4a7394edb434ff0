// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Testing

/// `auth.cooldowns`, as OpenClaw has it: it counts only where it is written.
@Suite struct `OpenClaw's cooldowns` {
    static let hour = Duration.seconds(3600)
    static let minute = Duration.seconds(60)

    static func policy(_ cooldowns: String, _ more: String = "", for model: String = "openai/gpt") throws -> Policy {
        let (settings, _) = try read("{ auth: { cooldowns: \(cooldowns) }, \(more) }")
        return settings.policy(for: try #require(ModelRef(model)))
    }

    @Test func `that are not written change nothing`() throws {
        #expect(try Self.policy("{}") == .standard)
    }

    @Test(
        arguments: [
            ("{ billingBackoffHours: 5 }", [5, 10, 20, 24]),
            ("{ billingBackoffHours: 5, billingMaxHours: 12 }", [5, 10, 12]),
            ("{ billingBackoffHours: 5, billingMaxHours: 2 }", [2]),
            ("{ billingBackoffHours: 5, billingBackoffHoursByProvider: { openai: 1 }, billingMaxHours: 3 }", [1, 2, 3]),
            ("{ billingBackoffHoursByProvider: { OpenAI: 30 } }", [24]),
            ("{ billingBackoffHours: 5, billingBackoffHoursByProvider: { groq: 1 } }", [5, 10, 20, 24]),
        ] as [(String, [Double])])
    func `of billing double from the first to the longest, a provider's own first`(written: String, hours: [Double]) throws {
        #expect(try Self.policy(written).blocks.billing == hours.map { Self.hour * $0 })
    }

    @Test func `of billing alone cut what is longer`() throws {
        #expect(try Self.policy("{ billingMaxHours: 0.1 }").blocks.billing == [60, 120, 300, 360, 360].map { .seconds($0) })
    }

    @Test(
        arguments: [
            ("{ authPermanentBackoffMinutes: 10 }", [10, 20, 40, 60]),
            ("{ authPermanentMaxMinutes: 15 }", [10, 15]),
            ("{ authPermanentBackoffMinutes: 30, authPermanentMaxMinutes: 30 }", [30]),
        ] as [(String, [Int])])
    func `of a revoked key double in minutes`(written: String, minutes: [Int]) throws {
        #expect(try Self.policy(written).blocks.authPermanent == minutes.map { Self.minute * $0 })
    }

    @Test func `are read one by one`() throws {
        let policy = try Self.policy(
            "{ failureWindowHours: 6, overloadedBackoffMs: 250, overloadedProfileRotations: 0, rateLimitedProfileRotations: 2 }")
        var expected = Policy.standard
        expected.failureWindow = Self.hour * 6
        expected.overloadedBackoff = .milliseconds(250)
        (expected.overloadedRotations, expected.rateLimitedRotations) = (0, 2)
        #expect(policy == expected)
    }

    @Test(
        arguments: [
            ("failover: { blocks: { billing: [7] } }", 7),
            ("models: { providers: { openai: { failover: { blocks: { billing: [8] } } } } }", 8),
            ("failover: { blocks: { billing: [7] } }, models: { providers: { openai: { failover: { blocks: { billing: [8] } } } } }", 8),
        ])
    func `give way to failover.blocks, wherever that is written`(written: String, seconds: Int) throws {
        let cooldowns = "{ billingBackoffHours: 5, billingBackoffHoursByProvider: { openai: 1 } }"
        #expect(try Self.policy(cooldowns, written).blocks.billing == [.seconds(seconds)])
    }

    @Test(arguments: [
        "{ authPermanentBackoffMinutes: 0 }", "{ authPermanentMaxMinutes: 'ten' }", "{ overloadedBackoffMs: 60001 }",
        "{ overloadedProfileRotations: -1 }", "{ rateLimitedProfileRotations: 1.5 }", "{ billingBackoffHours: 721 }",
        "{ billingBackoffHoursByProvider: { openai: 0 } }", "{ billingBackoffHour: 5 }",
    ])
    func `are refused where they make no sense`(written: String) {
        #expect(throws: SettingsProblems.self) { try Self.policy(written) }
    }
}
