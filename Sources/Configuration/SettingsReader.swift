// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// Reads settings in OpenClaw's shape and ours.
public enum SettingsReader {
    /// Bytes of one file.
    public static let fileLimit = 8 << 20

    /// Reads the file at `path`, what it includes, and the `.env` files. A missing file counts as one without settings.
    ///
    /// - Parameters:
    ///   - environment: The process's variables.
    ///   - stateFolder: Where a trusted `.env` file is, besides the one next to the settings; `nil`: only that one.
    ///   - workingFolder: Where another `.env` file may be, which is not trusted with keys; `nil`: nowhere.
    ///   - overrides: What the command line says.
    /// - Throws: All problems at once, if there is one. What was read is then worth nothing, and settings in force stay so.
    public static func read(
        path: String, source: any SettingsSource, environment: [String: String], stateFolder: String? = nil, workingFolder: String? = nil,
        overrides: SettingsOverrides = SettingsOverrides()
    ) throws(SettingsProblems) -> (settings: Settings, notes: [SettingsNote]) {
        let reading = SettingsReading(
            source: source, includeRoots: includeRoots(path: path, source: source, environment: environment), variables: environment)
        let root = top(of: path, reading)
        let variables = EnvironmentLayers(
            process: environment, stateFolder: stateFolder ?? Include.folder(of: path), settingsFolder: Include.folder(of: path),
            workingFolder: workingFolder, reading: reading)
        reading.variables = variables.merged(with: root)

        var settings = Settings()
        settings.environment = reading.variables.mapValues { Secret($0) }
        reading.secrets = readSecrets(root)
        settings.secrets = reading.secrets
        readModels(root, into: &settings)
        readAuth(root, into: &settings)
        readFailover(root, into: &settings)
        readAgents(root, into: &settings)
        readGateway(root, overrides, into: &settings, reading)
        readLogging(root, overrides, into: &settings, reading)
        settings.foreignSections = foreignSections(root)
        settings.files = reading.paths

        if reading.hasProblems { throw reading.collected }
        noteKept(reading, path)
        return (settings, reading.notes)
    }

    /// The whole settings as one object; `nil` if there are none, or if they cannot be read, which is then a problem.
    private static func top(of path: String, _ reading: SettingsReading) -> SettingsCursor? {
        switch reading.bytes(at: path) {
        case .success(nil):
            reading.note(SettingsNote(file: path, text: "there is no such file; the defaults apply"))
            return nil
        case .failure(let problem):
            reading.report(SettingsProblem(file: path, found: "the file \(problem.text)", expected: "the settings should be a JSON5 file"))
            return nil
        case .success(let bytes?):
            guard let layer = reading.root(of: reading.add(path, bytes: bytes), trail: []),
                let value = SettingsValue(reading.expanded(layer, at: SettingsPath()))
            else { return nil }
            guard value.top.value.object != nil else {
                reading.report(
                    at: value.top, path: SettingsPath(), found: "the file holds no object", expected: "write {} around the settings")
                return nil
            }
            return SettingsCursor(reading: reading, value: value, path: SettingsPath(), key: SettingsKeyTree.root)
        }
    }

    /// The settings' own folder, then those of `UNDERSTUDY_INCLUDE_ROOTS` and `OPENCLAW_INCLUDE_ROOTS`, apart by colons; each
    /// as written and with links followed.
    static func includeRoots(path: String, source: any SettingsSource, environment: [String: String]) -> [String] {
        let more = ["UNDERSTUDY_INCLUDE_ROOTS", "OPENCLAW_INCLUDE_ROOTS"].flatMap { name in
            (environment[name] ?? "").split(separator: ":").map { root in
                root == "~" || root.hasPrefix("~/") ? (environment["HOME"] ?? "~") + root.dropFirst() : String(root)
            }
        }
        let roots = ([Include.folder(of: path)] + more).map(Include.normal)
        return roots + roots.map { $0.isEmpty ? $0 : Include.normal(source.resolved($0)) }
    }

    /// The top-level sections that are not ours. One that looks like a typo of ours is a problem.
    private static func foreignSections(_ root: SettingsCursor?) -> [String] {
        guard let root else { return [] }
        return root.value.names.filter { name in
            if root.key.member(name) != nil { return false }
            if SettingsKeys.foreignSections.contains(name) { return true }
            guard NearestName.of(name, in: root.key.names) != nil else { return true }
            root.reportUnknown(name)
            return false
        }
    }

    private static func noteKept(_ reading: SettingsReading, _ path: String) {
        guard !reading.kept.isEmpty else { return }
        let shown = reading.kept.prefix(10).joined(separator: ", ")
        let rest = reading.kept.count > 10 ? " and \(reading.kept.count - 10) more" : ""
        reading.note(SettingsNote(file: path, text: "known keys of OpenClaw that are not used here: \(shown)\(rest)"))
    }
}
