// SPDX-License-Identifier: Apache-2.0

extension SettingsReader {
    /// `secrets`: OpenClaw's section, of which what is needed to follow references is read and the rest left alone.
    static func readSecrets(_ root: SettingsCursor?) -> SecretsSettings {
        var settings = SecretsSettings()
        guard let secrets = root?.section("secrets") else { return settings }
        for (name, cursor) in secrets.entries("providers") {
            guard SecretReference.isAlias(name) else {
                cursor.report("\(Shown.name(name)) is no name for a provider of secrets", "it takes small letters, digits, _ and -")
                continue
            }
            guard let entry = cursor.opened() else { continue }
            settings.providers[name] = provider(entry)
        }
        if let defaults = secrets.section("defaults") {
            for source in SecretReference.Source.allCases { settings.defaults[source] = defaults.text(source.rawValue) }
        }
        if let limits = secrets.section("resolution") {
            if let number = limits.whole("maxProviderConcurrency") { settings.limits.providersAtOnce = number }
            if let number = limits.whole("maxRefsPerProvider") { settings.limits.referencesPerProvider = number }
            if let number = limits.whole("maxBatchBytes") { settings.limits.requestBytes = number }
        }
        return settings
    }

    /// `nil` for one that cannot be used: a problem then, or a source of OpenClaw's own.
    private static func provider(_ entry: SettingsCursor) -> SecretsSettings.Provider? {
        // Every member is looked at, whichever the source: what is wrong should be told now.
        let file = file(entry)
        let program = program(entry)
        let allowed = entry.texts("allowlist").map { Set($0.map(\.text)) }
        switch entry.text("source") {
        case "env": return .env(allowed: allowed)
        case "file":
            if file == nil { entry.report("\(entry.path.text) has no path", "it is the file that holds the secrets") }
            return file.map { .file($0) }
        case "exec":
            if program == nil { entry.report("\(entry.path.text) has no command", "it is the program that is asked for secrets") }
            return program.map { .exec($0) }
        case nil:
            if entry.child("source") == nil { entry.report("\(entry.path.text) has no source", "it takes \"env\", \"file\" or \"exec\"") }
            return nil
        case let other?:
            entry.note("secrets.providers of source \(Shown.name(other)) cannot be asked by this version")
            return nil
        }
    }

    private static func file(_ entry: SettingsCursor) -> SecretsSettings.File? {
        let (mode, maxBytes, insecure) = (entry.choice("mode"), entry.whole("maxBytes"), entry.flag("allowInsecurePath"))
        guard let path = entry.text("path") else { return nil }
        var file = SecretsSettings.File(path: path)
        file.isSingleValue = mode == "singleValue"
        if let maxBytes { file.maxBytes = maxBytes }
        file.allowsInsecurePath = insecure ?? false
        return file
    }

    private static func program(_ entry: SettingsCursor) -> SecretsSettings.Program? {
        var program = SecretsSettings.Program(command: "")
        program.arguments = entry.texts("args")?.map(\.text) ?? []
        if let milliseconds = entry.whole("timeoutMs") { program.timeout = .milliseconds(milliseconds) }
        program.noOutputTimeout = entry.whole("noOutputTimeoutMs").map { .milliseconds($0) }
        if let bytes = entry.whole("maxOutputBytes") { program.maxOutputBytes = bytes }
        program.isJSONOnly = entry.flag("jsonOnly") ?? true
        for (name, cursor) in entry.entries("env") { program.environment[name] = cursor.text() }
        program.passedVariables = entry.texts("passEnv")?.map(\.text) ?? []
        program.trustedFolders = entry.texts("trustedDirs")?.map(\.text) ?? []
        program.allowsInsecurePath = entry.flag("allowInsecurePath") ?? false
        program.allowsLink = entry.flag("allowSymlinkCommand") ?? false
        guard let command = entry.text("command") else { return nil }
        program.command = command
        return program
    }
}
