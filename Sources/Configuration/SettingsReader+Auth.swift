// SPDX-License-Identifier: Apache-2.0
import Failover

extension SettingsReader {
    /// `auth`.
    static func readAuth(_ root: SettingsCursor?, into settings: inout Settings) {
        guard let auth = root?.section("auth") else { return }
        for (name, cursor) in auth.entries("profiles") {
            guard let profile = cursor.opened() else { continue }
            let provider = required("provider", of: profile) { $0.text($1) }.flatMap { providerID($0, at: profile) }
            let mode = required("mode", of: profile) { $0.choice($1) }.flatMap(CredentialKind.init)
            let label = profile.text("displayName") ?? profile.text("email")
            guard !name.isEmpty, let provider, let mode else { continue }
            settings.auth.profiles.append(
                AuthSettings.Profile(id: CredentialID(rawValue: name), provider: provider, kind: mode, label: label))
        }
        for (name, cursor) in auth.entries("order") {
            guard let provider = providerID(name, at: cursor), let ids = cursor.texts() else { continue }
            settings.auth.order[provider] = ids.map { CredentialID(rawValue: $0.text) }
        }
        if let spread = auth.choice("spread").flatMap(AuthSettings.Spread.init) { settings.auth.spread = spread }
        if let cooldowns = auth.section("cooldowns") {
            let blocks = root?.child("failover")?.child("blocks")
            readCooldowns(cooldowns, saysBilling: blocks?.child("billing") != nil, into: &settings)
        }
    }

    private static func required(
        _ name: String, of section: SettingsCursor, read: (SettingsCursor, String) -> String?
    ) -> String? {
        if section.child(name) == nil { section.report("\(section.path.text) has no \(name)", "it is needed") }
        return read(section, name)
    }

    /// OpenClaw's lengths of blocks, and what else it says of going from one credential to the next, where they are written.
    ///
    /// - Parameter saysBilling: `failover.blocks.billing` is written, which wins over every length for want of money here.
    private static func readCooldowns(_ cooldowns: SettingsCursor, saysBilling: Bool, into settings: inout Settings) {
        if let hours = cooldowns.number("failureWindowHours") {
            settings.policy.failureWindow = SettingsCursor.duration(seconds: hours * 3600)
        }
        readBilling(cooldowns, saysBilling, into: &settings)
        let (first, longest) = (cooldowns.number("authPermanentBackoffMinutes"), cooldowns.number("authPermanentMaxMinutes"))
        if first != nil || longest != nil {
            settings.policy.blocks.authPermanent = doubling((first ?? 10) * 60, upTo: (longest ?? 60) * 60)
        }
        if let milliseconds = cooldowns.whole("overloadedBackoffMs") { settings.policy.overloadedBackoff = .milliseconds(milliseconds) }
        settings.policy.overloadedRotations = cooldowns.whole("overloadedProfileRotations")
        settings.policy.rateLimitedRotations = cooldowns.whole("rateLimitedProfileRotations")
    }

    private static func readBilling(_ cooldowns: SettingsCursor, _ saysBilling: Bool, into settings: inout Settings) {
        let written = cooldowns.number("billingMaxHours").map { $0 * 3600 }
        let longest = written ?? 24 * 3600
        if let hours = cooldowns.number("billingBackoffHours") {
            settings.policy.blocks.billing = doubling(hours * 3600, upTo: longest)
        } else if let written {
            let most = SettingsCursor.duration(seconds: written)
            settings.policy.blocks.billing = settings.policy.blocks.billing.map { min($0, most) }
        }
        for (name, cursor) in cooldowns.entries("billingBackoffHoursByProvider") {
            guard let provider = providerID(name, at: cursor), let hours = cursor.number() else { continue }
            if saysBilling { continue }
            var overrides = settings.providerFailover[provider] ?? FailoverOverrides()
            overrides.billing = overrides.billing ?? doubling(hours * 3600, upTo: longest)
            settings.providerFailover[provider] = overrides
        }
    }

    /// Seconds that double up to the longest, as OpenClaw's blocks do.
    private static func doubling(_ seconds: Double, upTo longest: Double) -> [Duration] {
        var windows: [Duration] = []
        var next = seconds
        while windows.count < 12 {
            windows.append(SettingsCursor.duration(seconds: min(next, longest)))
            if next >= longest { break }
            next *= 2
        }
        return windows
    }
}
