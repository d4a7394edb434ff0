// SPDX-License-Identifier: Apache-2.0
import Configuration
import JSON

/// `understudy config validate`: what is wrong with the configuration, before a gateway has to say so.
struct ConfigReport: Hashable, Sendable {
    var location: ConfigLocation
    var problems: [SettingsProblem] = []
    /// Beyond the twenty that are told.
    var omitted = 0
    var notes: [SettingsNote] = []
    var foreignSections: [String] = []

    var isFine: Bool { problems.isEmpty }

    /// Reads the file and all that it includes; blocks.
    static func read(_ location: ConfigLocation, environment: [String: String]) -> ConfigReport {
        var report = ConfigReport(location: location)
        if location.missing != nil {
            report.problems = [
                SettingsProblem(file: location.configPath, found: "there is no such file, though \(location.configOrigin) names it")
            ]
            return report
        }
        do throws(SettingsProblems) {
            let (settings, notes) = try SettingsReader.read(
                path: location.configPath, source: FileSource(), environment: environment, stateFolder: location.stateFolder,
                workingFolder: HostFacts.workingFolder())
            report.notes = notes
            report.foreignSections = settings.foreignSections
        } catch {
            report.problems = error.problems
            report.omitted = error.omitted
        }
        return report
    }

    var text: String {
        var lines: [String] = []
        if isFine {
            let path = location.short(location.configPath)
            lines.append(location.configExists ? "\(path) is fine." : "There is no \(path), which is fine: the rehearsal provider plays.")
        } else {
            lines += problems.map(\.text)
            if omitted > 0 { lines.append("… and \(omitted) more.") }
        }
        if !foreignSections.isEmpty {
            let count = foreignSections.count
            lines.append(
                "\(count) section\(count == 1 ? " is" : "s are") not ours and left alone: \(foreignSections.joined(separator: ", ")).")
        }
        if location.configExists { lines += notes.map { "Note: \($0.description)." } }
        if let hint = location.openClawHint { lines.append(hint) }
        return lines.joined(separator: "\n")
    }

    var json: JSONValue {
        [
            "ok": .bool(isFine), "configPath": .string(location.configPath), "configExists": .bool(location.configExists),
            "problems": .array(
                problems.map { problem in
                    [
                        "file": .string(problem.file), "line": problem.line.map { .number(JSONNumber($0)) } ?? .null,
                        "column": problem.column.map { .number(JSONNumber($0)) } ?? .null, "path": .string(problem.path),
                        "found": .string(problem.found), "expected": .string(problem.expected),
                        "nearest": problem.nearest.map { .string($0) } ?? .null,
                    ]
                }),
            "omitted": .number(JSONNumber(omitted)), "notes": .array(notes.map { .string($0.description) }),
            "foreignSections": .array(foreignSections.map { .string($0) }),
        ]
    }
}

extension Command {
    static let configValidate = Command(
        words: ["config", "validate"], summary: "Check the configuration file and name every problem",
        discussion: [
            "Reads the file as the gateway would, with all that it includes, and says for each problem the file, line and column, what was read "
                + "and what would do. Nothing is changed and nothing is asked over the network."
        ],
        examples: [
            Example("understudy config validate", "Check the file that the gateway would use."),
            Example("understudy config validate --config ~/.openclaw/openclaw.json", "Check OpenClaw's file."),
        ],
        exitCodes: [(.fine, "the configuration is fine, or there is none"), (.failed, "it has problems, or the file named is not there")],
        run: { context throws(CommandFailure) in
            let report = ConfigReport.read(ConfigLocation.find(for: context), environment: context.environment)
            context.output.wantsJSON ? context.output.json(report.json) : context.output.text(report.text)
            return report.isFine ? .fine : .failed
        })
}
