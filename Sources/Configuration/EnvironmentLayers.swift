// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers

/// Where variables come from, the first wins: the process, `.env` in the working folder, `.env` in the state folder, `.env` beside
/// the settings, the settings' `env`. A variable that is set to nothing counts as not set.
///
/// OpenClaw has one folder for state and settings; who runs on its file in place has the keys beside that file.
struct EnvironmentLayers {
    private let reading: SettingsReading
    private var variables: [String: String]

    init(process: [String: String], stateFolder: String, settingsFolder: String, workingFolder: String?, reading: SettingsReading) {
        self.reading = reading
        variables = process.filter { !$0.value.isEmpty }
        let trusted = Self.file(in: stateFolder)
        let working = workingFolder.map(Self.file)
        if let path = working, path != trusted {
            let found = read(path)
            let refused = found.filter { Self.needsTrust($0.name) }.map(\.name)
            add(found.filter { !Self.needsTrust($0.name) })
            if !refused.isEmpty {
                let shown = refused.prefix(10).joined(separator: ", ") + (refused.count > 10 ? " and \(refused.count - 10) more" : "")
                reading.note(
                    SettingsNote(
                        file: path, text: "not taken from a working folder: \(shown). Put them into \(trusted), or into the environment"))
            }
        }
        add(read(trusted))
        let beside = Self.file(in: settingsFolder)
        if beside != trusted, beside != working { add(read(beside)) }
    }

    /// All variables, the settings' own among them. The texts of `env` may refer to variables outside of it.
    func merged(with root: SettingsCursor?) -> [String: String] {
        var merged = self
        reading.variables = variables
        for (name, cursor) in root?.entries("env") ?? [] where name != "vars" && name != "shellEnv" {
            merged.add(name, at: cursor)
        }
        if let env = root?.child("env"), env.top.object != nil {
            for (name, cursor) in env.entries("vars") { merged.add(name, at: cursor) }
            if env.value.names.contains("shellEnv") { reading.keep(env.path.member("shellEnv")) }
        }
        return merged.variables
    }

    private mutating func add(_ name: String, at cursor: SettingsCursor) {
        guard Self.isName(name) else {
            cursor.report("\(Shown.name(name)) is no name of a variable", "letters, digits and _ make one")
            return
        }
        if cursor.top.string == "" { return }
        guard let value = cursor.text() else { return }
        if variables[name] == nil { variables[name] = value }
    }

    private mutating func add(_ found: [(name: String, value: String)]) {
        for (name, value) in found where !value.isEmpty && variables[name] == nil { variables[name] = value }
    }

    private static func file(in folder: String) -> String { folder.isEmpty ? ".env" : folder == "/" ? "/.env" : folder + "/.env" }

    private func read(_ path: String) -> [(name: String, value: String)] {
        switch reading.bytes(at: path) {
        case .success(nil): return []
        case .failure(let problem):
            reading.note(SettingsNote(file: path, text: "the file \(problem.text); it counts as empty"))
            return []
        case .success(let bytes?):
            let file = DotEnv(bytes)
            for problem in file.problems { reading.note(SettingsNote(file: path, line: problem.line, text: problem.text)) }
            return file.variables
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first), name.utf8.count <= 256 else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    // MARK: Trust

    /// What a file that came with somebody's project must not decide: who is paid and who reads along.
    static func needsTrust(_ name: String) -> Bool {
        let name = name.uppercased()
        if catalogueNames.contains(name) { return true }
        if ["UNDERSTUDY_", "OPENCLAW_", "CLAWHUB_"].contains(where: name.hasPrefix) { return true }
        let ends = ["_API_KEY", "_API_KEYS", "_OAUTH_TOKEN", "_BASE_URL", "_API_HOST", "_HOMESERVER", "_PROXY"]
        return ends.contains(where: name.hasSuffix) || name.contains("_API_KEY_")
    }

    private static let catalogueNames = Set(Catalogue.builtIn.entries.flatMap(\.environment))
}
