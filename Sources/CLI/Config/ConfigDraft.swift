// SPDX-License-Identifier: Apache-2.0
import Configuration
import JSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The settings while a command changes them: every edit goes to the file in which the value stands, and nothing is written yet.
struct ConfigDraft {
    typealias Step = JSON5Document.Step

    /// What a new file says on its first line.
    static let beginning = Array(
        "// Settings of Understudy. What may stand here: understudy config get --help, docs/configuration.md.\n{}\n".utf8)

    let location: ConfigLocation
    let environment: [String: String]
    /// As the files say it; `nil` if they have problems.
    let settings: Settings?
    let problems: SettingsProblems?
    let notes: [SettingsNote]
    let files: ConfigFiles

    init(_ location: ConfigLocation, environment: [String: String]) {
        self.location = location
        self.environment = environment
        files = ConfigFiles()
        let read = Self.read(location, files, environment: environment)
        switch read {
        case .success(let (settings, notes)): (self.settings, self.notes, problems) = (settings, notes, nil)
        case .failure(let found): (settings, notes, problems) = (nil, [], found)
        }
    }

    /// What the real reader makes of the files with all edits.
    static func read(
        _ location: ConfigLocation, _ files: ConfigFiles, environment: [String: String]
    ) -> Result<(Settings, [SettingsNote]), SettingsProblems> {
        do throws(SettingsProblems) {
            return .success(
                try SettingsReader.read(
                    path: location.configPath, source: files, environment: environment, stateFolder: location.stateFolder,
                    workingFolder: HostFacts.workingFolder()))
        } catch {
            return .failure(error)
        }
    }

    static func text(_ path: [Step]) -> String { SettingsSteps.text(of: path) }

    // MARK: Looking

    /// The value at the end of `path` as written, edits included.
    func value(at path: [Step]) throws(CommandFailure) -> JSONValue? { try places().value(at: path) }

    func places(of path: [Step]) throws(CommandFailure) -> [SettingsPlaces.Place] { try places().places(of: path) }

    private func places() throws(CommandFailure) -> SettingsPlaces {
        do throws(SettingsProblems) {
            return try SettingsPlaces(path: location.configPath, source: files, environment: environment)
        } catch {
            throw CommandFailure(
                .configuration, "the configuration cannot be read\n" + error.text,
                hints: ["a file that cannot be read is not changed: mend it first"])
        }
    }

    // MARK: Changing

    /// Sets a value where it stands, or beside its neighbours.
    func set(_ new: JSONValue, at path: [Step]) throws(CommandFailure) {
        let found = try places(of: path)
        guard found.count < 2 else { throw Self.severalFiles(path, found, location) }
        try edit(at: path, found.first) { edit, steps throws(JSON5EditProblem) in try edit.set(new, at: steps) }
    }

    /// Merges an object into the one that stands there, member by member: what it does not name stays.
    func merge(_ new: JSONObject, at path: [Step]) throws(CommandFailure) {
        if try value(at: path)?.object == nil { return try set(.object(new), at: path) }
        for member in new.members {
            let place = path + [.key(member.key)]
            if let object = member.value.object, try value(at: place)?.object != nil {
                try merge(object, at: place)
            } else {
                try set(member.value, at: place)
            }
        }
    }

    /// Puts a value behind the last of a list, which is made if it is missing.
    func append(_ new: JSONValue, to path: [Step]) throws(CommandFailure) {
        let found = try places(of: path)
        try edit(at: path, found.first) { edit, steps throws(JSON5EditProblem) in try edit.append(new, to: steps) }
    }

    /// Takes out what stands at the end of `path`, in every file that has a part of it.
    ///
    /// - Returns: `false` if nothing does.
    func remove(at path: [Step]) throws(CommandFailure) -> Bool {
        let found = try places(of: path)
        for place in found {
            guard !place.steps.isEmpty else { throw Self.wholeFile(path, place, location) }
            try edit(at: path, place) { edit, steps throws(JSON5EditProblem) in try edit.remove(at: steps) }
        }
        return !found.isEmpty
    }

    /// - Parameter place: Where it stands; `nil`: nowhere yet.
    private func edit(
        at path: [Step], _ place: SettingsPlaces.Place?,
        _ change: (inout JSON5Edit, [Step]) throws(JSON5EditProblem) -> Void
    ) throws(CommandFailure) {
        let (file, steps) = if let place { (place.file, place.steps) } else { try home(of: path) }
        if let place, let problem = Self.unwritable(file) {
            throw CommandFailure(
                .failed,
                "\(SettingsSteps.text(of: path)) stands in \(location.short(file)):\(place.line), which cannot be written: \(problem)")
        }
        try files.edit(file, orNew: Self.beginning) { edit throws(JSON5EditProblem) in try change(&edit, steps) }
    }

    /// The file in which a new value belongs: that of the object or list that it comes into, or of the nearest one around that.
    private func home(of path: [Step]) throws(CommandFailure) -> (file: String, steps: [Step]) {
        for depth in stride(from: path.count - 1, to: 0, by: -1) {
            guard let outer = try places(of: Array(path.prefix(depth))).first else { continue }
            if Self.unwritable(outer.file) == nil { return (outer.file, outer.steps + path.dropFirst(depth)) }
            break
        }
        return (location.configPath, path)
    }

    /// Why a file could not be replaced; `nil`: it can, or is not there yet.
    private static func unwritable(_ path: String) -> String? {
        guard HostFacts.exists(path), access(path, W_OK) != 0 else { return nil }
        return String(cString: strerror(errno))
    }

    private static func severalFiles(
        _ path: [Step], _ places: [SettingsPlaces.Place], _ location: ConfigLocation
    ) -> CommandFailure {
        let list = places.map { "\(location.short($0.file)):\($0.line)" }.joined(separator: ", ")
        return CommandFailure(
            .failed, "\(SettingsSteps.text(of: path)) is put together from several files (\(list)), so it cannot be replaced as a whole",
            hints: ["set what is in it one by one, or change those files by hand"])
    }

    private static func wholeFile(_ path: [Step], _ place: SettingsPlaces.Place, _ location: ConfigLocation) -> CommandFailure {
        CommandFailure(
            .failed, "\(SettingsSteps.text(of: path)) is the whole of \(location.short(place.file)), which is included",
            hints: ["take out the $include of it by hand"])
    }
}
