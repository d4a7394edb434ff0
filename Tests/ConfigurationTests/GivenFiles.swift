// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

/// Files as a test gives them.
struct GivenFiles: SettingsSource {
    var contents: [String: [UInt8]] = [:]
    var failures: [String: FileProblem] = [:]
    /// Symbolic links, by path.
    var links: [String: String] = [:]

    init(_ texts: [String: String] = [:]) { contents = texts.mapValues { Array($0.utf8) } }

    func bytes(at path: String) -> Result<[UInt8]?, FileProblem> {
        if let failure = failures[path] { return .failure(failure) }
        return .success(contents[links[path] ?? path])
    }

    func resolved(_ path: String) -> String { links[path] ?? path }
}

/// Where tests keep their settings.
let settingsPath = "/etc/understudy/understudy.json"

func read(
    _ text: String, _ others: [String: String] = [:], environment: [String: String] = [:], workingFolder: String? = nil,
    overrides: SettingsOverrides = SettingsOverrides()
) throws -> (settings: Settings, notes: [SettingsNote]) {
    try SettingsReader.read(
        path: settingsPath, source: GivenFiles(others.merging([settingsPath: text]) { first, _ in first }), environment: environment,
        stateFolder: "/var/understudy", workingFolder: workingFolder, overrides: overrides)
}

/// What is wrong with a text; empty if it is read.
func problems(
    of text: String, _ others: [String: String] = [:], environment: [String: String] = [:],
    overrides: SettingsOverrides = SettingsOverrides()
) -> [SettingsProblem] {
    do {
        _ = try read(text, others, environment: environment, overrides: overrides)
        return []
    } catch let problems as SettingsProblems { return problems.problems } catch {
        Issue.record(error)
        return []
    }
}

/// The problems' texts without the settings' folder.
func texts(of problems: [SettingsProblem]) -> [String] {
    problems.map { problem in
        var problem = problem
        if problem.file.hasPrefix("/etc/understudy/") { problem.file.removeFirst("/etc/understudy/".count) }
        return problem.text
    }
}
