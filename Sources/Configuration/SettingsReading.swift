// SPDX-License-Identifier: Apache-2.0
import JSON

/// One reading of the settings: the files seen so far, the variables, and everything there is to say.
///
/// A class since every cursor reports to it; it lives for one call and never leaves it.
final class SettingsReading {
    struct File {
        var path: String
        /// `nil` when it could not be read; that has been told.
        var document: JSON5Document?
    }

    let source: any SettingsSource
    /// The folder that includes may not leave, and others that `UNDERSTUDY_INCLUDE_ROOTS` adds. Resolved.
    let includeRoots: [String]
    /// What `${NAME}` stands for.
    var variables: [String: String]
    /// Where references to secrets lead.
    var secrets = SecretsSettings()
    var files: [File] = []
    /// Paths read or looked for, in order.
    private(set) var paths: [String] = []
    /// Includes followed, which are bounded since a few files could ask for millions.
    var includes = 0
    private(set) var notes: [SettingsNote] = []
    /// OpenClaw's keys that stand in sections of ours and are not looked at.
    private(set) var kept: [String] = []
    private var problems: [(rank: Int, problem: SettingsProblem)] = []
    private var omitted = 0

    init(source: any SettingsSource, includeRoots: [String], variables: [String: String]) {
        self.source = source
        self.includeRoots = includeRoots
        self.variables = variables
    }

    // MARK: Files

    func bytes(at path: String) -> Result<[UInt8]?, FileProblem> {
        if !paths.contains(path) { paths.append(path) }
        let result = source.bytes(at: path)
        if case .success(let bytes?) = result, bytes.count > SettingsReader.fileLimit {
            return .failure(.tooBig(limit: SettingsReader.fileLimit))
        }
        return result
    }

    /// Reads bytes as JSON5 and remembers the file.
    ///
    /// - Returns: Its index in `files`.
    func add(_ path: String, bytes: [UInt8]) -> Int {
        files.append(File(path: path, document: nil))
        let index = files.count - 1
        do throws(JSONProblem) {
            files[index].document = try JSON5Document(bytes, limits: JSONLimits(depth: 64, bytes: SettingsReader.fileLimit))
        } catch {
            if bytes.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
                report(SettingsProblem(file: path, found: "the file is empty", expected: "write {} for the defaults"), file: index)
            } else {
                report(SettingsProblem(file: path, line: error.line, column: error.column, found: error.message), file: index)
            }
        }
        return index
    }

    /// A file's whole value; `nil` if it could not be read.
    func root(of file: Int, trail: [Int]) -> SettingsValue.Layer? {
        files[file].document.map { SettingsValue.Layer(value: $0.value, file: file, steps: [], trail: trail + [file]) }
    }

    // MARK: Problems and notes

    var hasProblems: Bool { !problems.isEmpty }
    /// Whether another problem would only be counted, so that nobody need look for its place or for what was meant.
    var isFull: Bool { problems.count >= SettingsProblems.limit }

    var collected: SettingsProblems {
        let sorted = problems.sorted {
            ($0.rank, $0.problem.line ?? 0, $0.problem.column ?? 0) < ($1.rank, $1.problem.line ?? 0, $1.problem.column ?? 0)
        }
        return SettingsProblems(sorted.map(\.problem), omitted: omitted, files: paths)
    }

    /// - Parameter file: Ranks it among the others; those that stand in no file come last.
    func report(_ problem: SettingsProblem, file: Int = .max) {
        guard !problems.contains(where: { $0.problem == problem }) else { return }
        guard !isFull else {
            omitted += 1
            return
        }
        problems.append((file, problem))
    }

    /// Counts a problem that will not be told.
    func omit() { omitted += 1 }

    /// Reports something at a value, or with `atName` at the name of the member that holds it.
    func report(
        at layer: SettingsValue.Layer, atName: Bool = false, path: SettingsPath, found: String, expected: String = "",
        nearest: String? = nil
    ) {
        // Finding the place costs a pass over the file, so it is looked for only if it will be told.
        guard !isFull else {
            omitted += 1
            return
        }
        let document = files[layer.file].document
        let place = atName ? document?.position(of: layer.steps) : document?.valuePosition(of: layer.steps)
        report(
            SettingsProblem(
                file: files[layer.file].path, line: place?.line, column: place?.column, path: path.text, found: found, expected: expected,
                nearest: nearest),
            file: layer.file)
    }

    func note(_ note: SettingsNote) {
        if notes.count < SettingsNote.limit, !notes.contains(note) { notes.append(note) }
    }

    func note(at layer: SettingsValue.Layer, path: SettingsPath, _ text: String) {
        guard notes.count < SettingsNote.limit else { return }
        let line = files[layer.file].document?.valuePosition(of: layer.steps)?.line
        note(SettingsNote(file: files[layer.file].path, line: line, path: path.text, text: text))
    }

    func keep(_ path: SettingsPath) { kept.append(path.text) }
}
