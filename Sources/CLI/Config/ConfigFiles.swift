// SPDX-License-Identifier: Apache-2.0
import Configuration
import JSON

/// Settings' files as they were read first, with edits that are not written yet: what one change looks at from its beginning to its end.
///
/// A class since `SettingsSource` remembers what it reads; it lives for one change and never leaves it.
final class ConfigFiles: SettingsSource {
    private let disk = FileSource()
    private var found: [String: Result<[UInt8]?, FileProblem>] = [:]
    private(set) var edits: [String: JSON5Edit] = [:]
    /// In the order of their first edit.
    private(set) var edited: [String] = []

    func bytes(at path: String) -> Result<[UInt8]?, FileProblem> {
        if let edit = edits[path] { return .success(edit.bytes) }
        return original(path)
    }

    func resolved(_ path: String) -> String { disk.resolved(path) }

    /// As it was before all edits.
    func original(_ path: String) -> Result<[UInt8]?, FileProblem> {
        if let known = found[path] { return known }
        let result = disk.bytes(at: path)
        found[path] = result
        return result
    }

    /// - Parameter missing: What a file begins with that is not there yet.
    func edit(
        _ path: String, orNew missing: [UInt8], _ change: (inout JSON5Edit) throws(JSON5EditProblem) -> Void
    ) throws(CommandFailure) {
        var edit: JSON5Edit
        if let known = edits[path] {
            edit = known
        } else {
            switch original(path) {
            case .failure(let problem): throw CommandFailure(.configuration, "\(path): the file \(problem.text)")
            case .success(let bytes):
                do throws(JSONProblem) {
                    edit = try JSON5Edit(bytes ?? missing)
                } catch {
                    throw CommandFailure(
                        .configuration, "\(path):\(error.line):\(error.column): \(error.message).",
                        hints: ["a file that cannot be read is not changed: mend it first"])
                }
            }
        }
        do throws(JSON5EditProblem) {
            try change(&edit)
        } catch {
            throw CommandFailure(error == .mangled ? .internalFault : .failed, "\(path) was not changed: \(error.text)")
        }
        if edits[path] == nil { edited.append(path) }
        edits[path] = edit
    }
}
