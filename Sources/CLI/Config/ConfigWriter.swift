// SPDX-License-Identifier: Apache-2.0
import Configuration
import JSON
import Store
import Telemetry

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The one way in which commands change the configuration: under a lock, read anew, edited as text, checked by the reader that the gateway
/// has, backed up, and put in the old one's place in one step. A configuration that a gateway would refuse is not written.
///
/// `meta.lastTouchedAt` is brought up to date where the file has it (OpenClaw's do); `meta.lastTouchedVersion` is OpenClaw's own, which
/// decides by it what to migrate, and stays.
struct ConfigWriter: Sendable {
    let location: ConfigLocation
    let environment: [String: String]
    /// Shows what would be written, and writes nothing.
    var isDry = false

    init(for context: CommandContext) {
        location = ConfigLocation.find(for: context)
        environment = context.environment
        isDry = context.invocation.command.flag(named: Flag.dryRun.name) != nil && context.invocation.isOn(.dryRun)
    }

    /// Makes the changes that `change` asks of the draft, all or none. Blocks on files.
    ///
    /// - Parameter change: May be called again if somebody else writes at the same time.
    /// - Throws: What `change` throws; `.configuration` if the result would be refused, with the problems that it would have.
    func write(_ change: (ConfigDraft) throws(CommandFailure) -> Void) throws(CommandFailure) -> ConfigChange {
        if isDry { return try prepare(change).1 }
        let folder = AtomicFile.folder(of: location.configPath)
        try Self.stored { () throws(StoreProblem) in
            if folder == location.stateFolder { _ = try StateFolder(path: folder).ensure() } else { try AtomicFile.makeFolder(folder) }
        }
        let lock = FileLock(path: Self.lockPath(location.configPath), patience: .seconds(10))
        guard lock.isHeld else {
            throw CommandFailure(
                .failed,
                "another command has been changing \(location.short(location.configPath)) for 10 s, or its folder cannot be written",
                hints: ["who has it: fuser \(Self.lockPath(location.configPath))"])
        }
        AtomicFile.removeDrafts(of: location.configPath)
        // An editor does not know of the lock.
        for _ in 0..<3 {
            let (draft, result) = try prepare(change)
            guard draft.files.edited.allSatisfy({ Self.isStill(draft.files, $0) }) else { continue }
            let written = try put(draft, result)
            _ = lock.isHeld
            return written
        }
        throw CommandFailure(
            .failed, "\(location.short(location.configPath)) kept changing while it was edited; nothing was written", hints: ["do it again"]
        )
    }

    private static func isStill(_ files: ConfigFiles, _ path: String) -> Bool {
        switch (files.original(path), FileSource().bytes(at: path)) {
        case (.success(let before), .success(let now)): before == now
        default: false
        }
    }

    /// The draft after the change, and what is to be told of it.
    private func prepare(_ change: (ConfigDraft) throws(CommandFailure) -> Void) throws(CommandFailure) -> (ConfigDraft, ConfigChange) {
        let draft = ConfigDraft(location, environment: environment)
        try change(draft)
        var result = ConfigChange(location: location, isDry: isDry)
        let changed = draft.files.edited.filter { path in
            guard let edit = draft.files.edits[path] else { return false }
            if case .success(let before?) = draft.files.original(path) { return before != edit.bytes }
            return true
        }
        guard !changed.isEmpty else {
            result.after = draft.settings
            return (draft, result)
        }
        try stamp(draft)
        switch ConfigDraft.read(location, draft.files, environment: environment) {
        case .success(let (settings, notes)):
            result.after = settings
            result.notes = notes.filter { note in note.path != "" && !draft.notes.contains { $0.text == note.text } }
        case .failure(let problems):
            // Lines move; what was said of which key does not.
            let before = Set((draft.problems?.problems ?? []).map { $0.path + "\n" + $0.found })
            let made = problems.problems.filter { !before.contains($0.path + "\n" + $0.found) }
            // Of so many that not all are told, one that goes lets another be seen, and one that comes is not seen.
            let hasFewer = draft.problems.map { $0.omitted > 0 && problems.count < $0.count } ?? false
            guard problems.count <= draft.problems?.count ?? 0, made.isEmpty || hasFewer else {
                let text = made.isEmpty ? problems.text : made.map(\.text).joined(separator: "\n")
                throw CommandFailure(.configuration, "nothing was written: the configuration would be refused\n" + text)
            }
            result.remaining = problems.problems
        }
        let mask = ConfigMask(settings: draft.settings)
        for path in changed {
            guard let edit = draft.files.edits[path] else { continue }
            let before: [UInt8]? = if case .success(let bytes) = draft.files.original(path) { bytes } else { nil }
            let diff = UnifiedDiff.lines(
                from: mask.lines(of: before ?? []), to: mask.lines(of: edit.bytes), path: location.short(path), isNew: before == nil)
            result.files.append(ConfigChange.File(path: path, diff: diff, isNew: before == nil))
        }
        return (draft, result)
    }

    /// Says when the file was written last, where it says so already.
    private func stamp(_ draft: ConfigDraft) throws(CommandFailure) {
        let path: [JSON5Document.Step] = [.key("meta"), .key("lastTouchedAt")]
        guard try draft.value(at: path)?.string != nil else { return }
        try draft.set(.string(LogTime.text(milliseconds: HostFacts.nowMilliseconds())), at: path)
    }

    private func put(_ draft: ConfigDraft, _ planned: ConfigChange) throws(CommandFailure) -> ConfigChange {
        var result = planned
        for index in result.files.indices {
            let path = result.files[index].path
            guard let edit = draft.files.edits[path] else { continue }
            try Self.stored { () throws(StoreProblem) in
                if case .success(let before?) = draft.files.original(path) {
                    result.files[index].backup = try ConfigBackups.keep(before, of: path)
                }
                try AtomicFile.write(edit.bytes, to: path, mode: Self.mode(of: path))
            }
            if HostFacts.isOpenToOthers(path), ConfigMask.holdsSecret(edit.document) { result.openFiles.append(path) }
        }
        result.writtenAt = result.files.isEmpty ? nil : HostFacts.nowMilliseconds()
        return result
    }

    /// As the file has it, links followed; 0600 for a new one.
    private static func mode(of path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt32(status.st_mode) & 0o777 : 0o600
    }

    /// A file for the lock alone, hidden beside the configuration; it stays.
    static func lockPath(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? "understudy.json"
        return "\(AtomicFile.folder(of: path))/.\(name).lock-understudy"
    }

    private static func stored(_ body: () throws(StoreProblem) -> Void) throws(CommandFailure) {
        do throws(StoreProblem) {
            try body()
        } catch {
            throw CommandFailure(.failed, error.description)
        }
    }
}

extension Flag {
    static let dryRun = Flag("dry-run", .toggle, "Show what would be written, and write nothing")
}
