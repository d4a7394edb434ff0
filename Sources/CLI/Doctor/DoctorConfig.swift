// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover

/// What is wrong with the configuration.
enum DoctorConfig {
    static func check(_ survey: Survey, _ environment: [String: String]) -> [Finding] {
        let config = survey.config
        let location = survey.location
        var findings = config.problems.map { problem in
            Finding("config.problem", .error, problem.text, fix: fix(for: problem, location))
        }
        if config.omitted > 0 {
            findings.append(
                Finding("config.problem", .error, "\(config.omitted) more problems in the configuration", fix: "understudy config validate")
            )
        }
        if !config.isFine, let backup = usableBackup(of: location, environment) {
            findings.append(
                Finding(
                    "config.backup", .info, "\(location.short(backup)), as it was before the last command that changed it, can be used",
                    fix: "to go back to it: cp \(ShellWord.quoted(backup)) \(ShellWord.quoted(location.configPath))"))
        }
        if !location.configExists, config.isFine {
            let hint = location.openClawConfig.map {
                "OpenClaw's is here; to run on it: understudy gateway run --config \(location.short($0))"
            }
            findings.append(
                Finding(
                    "config.none", .info,
                    "there is no configuration at \(location.short(location.configPath)); the rehearsal provider plays",
                    fix: hint ?? "choose a model: understudy models set <provider/model>"))
        }
        if location.configExists {
            findings += config.notes.map { Finding("config.note", .info, $0.description) }
            if let setup = survey.setup { findings += chains(setup) }
        }
        return findings
    }

    /// The newest state before a command's change that a gateway would take.
    private static func usableBackup(of location: ConfigLocation, _ environment: [String: String]) -> String? {
        (0..<ConfigBackups.kept).lazy.map { ConfigBackups.path($0, of: location.configPath) }.first { path in
            guard Machine.file(path) != nil else { return false }
            var before = location
            (before.configPath, before.configExists) = (path, true)
            return ConfigReport.read(before, environment: environment).isFine
        }
    }

    private static func fix(for problem: SettingsProblem, _ location: ConfigLocation) -> String {
        guard let nearest = problem.nearest else { return "correct it in \(location.short(problem.file))" }
        return "write \(nearest) there instead, or take it out: understudy config unset \(problem.path)"
    }

    /// Agents that nobody can stand in for.
    private static func chains(_ setup: Setup) -> [Finding] {
        guard !setup.isRehearsal else { return [] }
        return setup.settings.agents.all.compactMap { agent in
            let providers = Set(agent.chain.map(\.model.ref.provider))
            if agent.chain.isEmpty {
                return Finding(
                    "chain.empty", .warning, "the agent \(agent.id) has no model",
                    fix: "understudy models set <provider/model> --agent \(agent.id)")
            }
            guard agent.chain.count > 1 else {
                return Finding(
                    "chain.single", .warning,
                    "the agent \(agent.id) has no fallback: when \(agent.chain[0].model.ref) fails, nobody stands in",
                    fix: "understudy models fallbacks add <provider/model>")
            }
            guard providers.count > 1 else {
                return Finding(
                    "chain.one_provider", .info,
                    "all models of the agent \(agent.id) are \(agent.chain[0].model.ref.provider)'s: they fail together",
                    fix: "understudy models fallbacks add <another provider's model>")
            }
            return nil
        }
    }
}
