// SPDX-License-Identifier: Apache-2.0
import Failover
import Store

/// What processes that were killed have left, and what is of other programs and older versions.
enum DoctorLeftovers {
    static func check(_ survey: Survey) -> [Finding] { drafts(survey) + legacy(survey) }

    /// Milliseconds after which nobody is at work on a file any more.
    private static let age: Int64 = 600_000

    /// A file is written beside its place and put there when it is whole: what was killed in between stays, keys and all.
    private static func drafts(_ survey: Survey) -> [Finding] {
        let state = survey.location.stateFolder
        let folders =
            [state, LogPlace.folder(of: survey.location.configPath)]
            + Machine.names(in: state + "/agents").map { "\(state)/agents/\($0)/agent" }
        return Set(folders).sorted().flatMap { folder -> [Finding] in
            Machine.names(in: folder).filter { AtomicFile.isDraft($0) }.compactMap { name in
                let path = folder + "/" + name
                guard let file = Machine.file(path), !file.isFolder, file.isOwn, survey.now.milliseconds - file.changedAt > age else {
                    return nil
                }
                return Finding(
                    "file.draft", .warning,
                    "\(survey.short(path)) is left from a process that was killed while it wrote, and may hold keys",
                    fix: "rm \(ShellWord.quoted(path))", mend: .remove(path: path))
            }
        }
    }

    private static func legacy(_ survey: Survey) -> [Finding] {
        let home = survey.location.home
        var findings: [Finding] = []
        for root in ["/.clawdbot", "/.moltbot"] where Machine.file(home + root) != nil {
            findings.append(
                Finding(
                    "legacy.folder", .info, "~\(root) is of an older program and is not read",
                    fix: "name its configuration, if it still counts: --config ~\(root)/…"))
        }
        for root in survey.location.agentRoots {
            if Machine.file(root + "/credentials/oauth.json") != nil {
                findings.append(
                    Finding(
                        "legacy.oauth", .info,
                        "\(survey.short(root))/credentials/oauth.json holds logins of an older OpenClaw: they serve until they end, and are not "
                            + "renewed here",
                        fix: "to have them renewed, sign in here: understudy models auth login --provider <id>"))
            }
            for agent in Machine.names(in: root + "/agents") {
                let file = "\(root)/agents/\(agent)/agent/openclaw-agent.sqlite"
                guard Machine.file(file) != nil else { continue }
                findings.append(
                    Finding(
                        "legacy.sqlite", .info,
                        "\(survey.short(file)) is OpenClaw's: its keys are used, its logins serve until they end and are renewed by OpenClaw alone",
                        fix: "for credentials of our own: understudy models auth add"))
            }
        }
        return findings
    }
}
