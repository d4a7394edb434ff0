// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

extension SettingsReader {
    /// `timeouts`, `failover`, `receipts`, `responses`; what `auth.cooldowns` set before gives way to `failover.blocks`.
    static func readFailover(_ root: SettingsCursor?, into settings: inout Settings) {
        if let timeouts = root?.section("timeouts").map(timeouts) {
            settings.limits = settings.limits.narrowed(by: timeouts, setBy: "timeouts")
        }
        if let written = root?.section("failover").map(failover) {
            written.apply(to: &settings.policy)
            written.apply(to: &settings.failover)
        }
        if let days = root?.section("receipts")?.whole("keepDays") { settings.receipts.keepDays = days }
        if let days = root?.section("responses")?.whole("keepDays") { settings.responses.keepDays = days }
    }

    /// A `timeouts` section, wherever it stands.
    static func timeouts(_ section: SettingsCursor) -> TimeLimits {
        var limits = TimeLimits()
        for phase in TimeLimits.Phase.allCases { limits[phase] = section.seconds("\(phase.rawValue)Seconds") }
        if let learned = section.section("learned") {
            limits.learns = learned.choice("mode").map { $0 == "on" }
            limits.learnedLeast = learned.seconds("leastSeconds")
        }
        return limits
    }

    /// A `failover` section, wherever it stands.
    static func failover(_ section: SettingsCursor) -> FailoverOverrides {
        var overrides = FailoverOverrides()
        overrides.patience = section.seconds("patienceSeconds")
        overrides.maxAttempts = section.whole("maxAttempts")
        overrides.midStream = section.choice("midStream").flatMap(FailoverSettings.MidStream.init)
        if let hedge = section.section("hedge") {
            overrides.hedges = hedge.choice("mode").map { $0 == "on" }
            overrides.hedgeAfter = hedgeAfter(hedge)
            overrides.hedgeBudgetPercent = hedge.whole("budgetPercent")
        }
        if let blocks = section.section("blocks") {
            overrides.rateLimit = blocks.ladder("rateLimit")
            overrides.transient = blocks.ladder("transient")
            overrides.billing = blocks.ladder("billing")
            overrides.auth = blocks.ladder("auth")
            overrides.model = blocks.ladder("model")
        }
        return overrides
    }

    /// A `failover` section of a provider or a model.
    static func narrowFailover(_ section: SettingsCursor) -> FailoverOverrides {
        for name in ["patienceSeconds", "maxAttempts"] {
            guard let cursor = section.child(name) else { continue }
            cursor.note("\(cursor.path.text) changes nothing: the whole request has one failover.\(name)")
        }
        return failover(section)
    }

    /// `.some(nil)`: `auto`.
    private static func hedgeAfter(_ hedge: SettingsCursor) -> Duration?? {
        guard let cursor = hedge.child("afterMs") else { return nil }
        if cursor.top.string == "auto" { return .some(nil) }
        guard case .wholeOrAuto(let range) = cursor.key.kind, let number = cursor.top.int, range.contains(number) else {
            return cursor.mismatch()
        }
        return .milliseconds(number)
    }
}
