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
        if let cooldowns = auth.section("cooldowns") { readCooldowns(cooldowns, into: &settings) }
    }

    private static func required(
        _ name: String, of section: SettingsCursor, read: (SettingsCursor, String) -> String?
    ) -> String? {
        if section.child(name) == nil { section.report("\(section.path.text) has no \(name)", "it is needed") }
        return read(section, name)
    }

    /// OpenClaw's lengths of blocks, where they are written.
    private static func readCooldowns(_ cooldowns: SettingsCursor, into settings: inout Settings) {
        if let hours = cooldowns.number("failureWindowHours") {
            settings.policy.failureWindow = SettingsCursor.duration(seconds: hours * 3600)
        }
        let longest = cooldowns.number("billingMaxHours") ?? 24
        if let hours = cooldowns.number("billingBackoffHours") {
            settings.policy.blocks.billing = doubling(hours, upTo: longest)
        }
        for (name, cursor) in cooldowns.entries("billingBackoffHoursByProvider") {
            guard let provider = providerID(name, at: cursor), let hours = cursor.number() else { continue }
            var overrides = settings.providerFailover[provider] ?? FailoverOverrides()
            overrides.billing = overrides.billing ?? doubling(hours, upTo: longest)
            settings.providerFailover[provider] = overrides
        }
    }

    /// Hours that double up to a longest, as OpenClaw's blocks do.
    private static func doubling(_ hours: Double, upTo longest: Double) -> [Duration] {
        var windows: [Duration] = []
        var next = hours
        while windows.count < 10 {
            windows.append(SettingsCursor.duration(seconds: min(next, longest) * 3600))
            if next >= longest { break }
            next *= 2
        }
        return windows
    }
}
