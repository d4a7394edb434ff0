// SPDX-License-Identifier: Apache-2.0
import Store

/// The configuration file as it may be shown to others.
enum ConfigOutline {
    private static let most = 400

    /// Its lines with every secret masked; those beyond the 400th are counted.
    static func lines(_ survey: Survey) -> [String] {
        guard survey.location.configExists else { return ["there is none"] }
        guard let bytes = try? AtomicFile.read(survey.location.configPath, limit: FileSource.limit) else { return ["it cannot be read"] }
        let lines = ConfigMask(settings: survey.setup?.settings).lines(of: bytes).map(\.shown)
        guard lines.count > most else { return lines }
        return lines.prefix(most) + ["… and \(lines.count - most) more lines of \(survey.short(survey.location.configPath))"]
    }
}
