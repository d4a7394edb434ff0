// SPDX-License-Identifier: Apache-2.0
import Failover

/// Files and folders: who can read them, and whether there is room.
enum DoctorFiles {
    static func check(_ survey: Survey) -> [Finding] { permissions(survey) + room(survey) }

    // MARK: Who can read them

    private static func permissions(_ survey: Survey) -> [Finding] {
        let state = survey.location.stateFolder
        var folders = [state, state + "/logs", state + "/agents"]
        var files = ["/gateway.token", "/understudy.sqlite", "/responses.sqlite", "/.env"].map { state + $0 }
        for agent in Machine.names(in: state + "/agents") {
            let folder = "\(state)/agents/\(agent)/agent"
            folders.append(folder)
            files += Machine.names(in: folder).filter { $0.contains("auth") && $0.hasSuffix(".json") || $0 == "models.json" }
                .map { folder + "/" + $0 }
        }
        if let log = survey.logFile { files.append(log) }
        files += (0..<ConfigBackups.kept).map { ConfigBackups.path($0, of: survey.location.configPath) }
        var findings = folders.compactMap { tooOpen($0, 0o700, survey, why: "others on this machine can look into it") }
        findings += Set(files).sorted().compactMap { tooOpen($0, 0o600, survey, why: "others on this machine can read it") }
        // Of the configuration and what it includes, only what holds secrets.
        if let setup = survey.setup, let pool = survey.pool {
            let known = Set(files)
            for path in (setup.settings.files + pool.paths).filter({ !known.contains($0) && setup.openFiles(pool, path: $0) }) {
                if let finding = tooOpen(path, 0o600, survey, why: "it holds keys, and others on this machine can read it") {
                    findings.append(finding)
                }
            }
        }
        return findings
    }

    private static func tooOpen(_ path: String, _ mode: UInt32, _ survey: Survey, why: String) -> Finding? {
        guard let file = Machine.file(path) else { return nil }
        let short = survey.short(path)
        guard file.isOwn else {
            return Finding(
                "file.owner", .warning, "\(short) belongs to another user", fix: "chown it, or use another folder with --state-dir")
        }
        guard file.mode & 0o077 != 0 else { return nil }
        let octal = String(mode, radix: 8)
        return Finding(
            "file.permissions", .warning, "\(short) has mode \(String(file.mode, radix: 8)): \(why)",
            fix: "chmod \(octal) \(ShellWord.quoted(path))",
            mend: .mode(path: path, file.mode & 0o700 & mode | (file.isFolder ? 0o700 : 0o600)))
    }

    // MARK: Room

    private static func room(_ survey: Survey) -> [Finding] {
        // A folder that is not there yet is made where its nearest parent is.
        var path = survey.location.stateFolder
        while path.count > 1, Machine.file(path) == nil { path = LogPlace.folder(of: path) }
        guard let free = Machine.freeBytes(at: path) else { return [] }
        let text = "\(Machine.size(free)) are free where \(survey.short(survey.location.stateFolder)) is"
        if free < 100 << 20 {
            return [Finding("disk.full", .error, "\(text): receipts, the log and logins may not be kept", fix: "make room there")]
        }
        return free < 1 << 30 ? [Finding("disk.low", .warning, text, fix: "make room there")] : []
    }
}
