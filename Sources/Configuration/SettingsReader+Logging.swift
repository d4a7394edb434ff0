// SPDX-License-Identifier: Apache-2.0

extension SettingsReader {
    /// `logging`, after the command line and the environment have had their say.
    static func readLogging(
        _ root: SettingsCursor?, _ overrides: SettingsOverrides, into settings: inout Settings, _ reading: SettingsReading
    ) {
        if let logging = root?.section("logging") {
            if let level = logging.choice("level").flatMap(LoggingSettings.Level.init(named:)) { settings.logging.level = level }
            settings.logging.file = logging.text("file")
            if let style = logging.choice("consoleStyle") { settings.logging.style = style == "json" ? .json : .text }
            if let bytes = logging.whole("maxFileBytes") { settings.logging.maxFileBytes = bytes }
            if let hours = logging.whole("maxFileAgeHours") { settings.logging.maxFileAgeHours = hours }
            if let files = logging.whole("keepFiles") { settings.logging.keepFiles = files }
            if let days = logging.whole("keepDays") { settings.logging.keepDays = days }
        }
        for name in ["UNDERSTUDY_LOG_LEVEL", "OPENCLAW_LOG_LEVEL"] {
            guard let text = reading.variables[name], !text.isEmpty else { continue }
            if let level = LoggingSettings.Level(named: text.lowercased()) {
                settings.logging.level = level
            } else {
                // Not worth refusing to start for.
                reading.note(
                    SettingsNote(
                        file: "environment", path: name,
                        text: "\(name) is \(Shown.quoted(text)); it takes \(SettingsKey.Kind.choice(LoggingSettings.Level.names).text)"))
            }
            break
        }
        if overrides.verbose { settings.logging.level = .debug }
    }
}
