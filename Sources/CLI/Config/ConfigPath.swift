// SPDX-License-Identifier: Apache-2.0
import Configuration
import JSON

/// The path that somebody typed behind `config get`, `set` or `unset`.
enum ConfigPath {
    static let word = Command.Parameter(
        name: "path", summary: "such as gateway.port, agents.list[0].model or agents.defaults.models[\"groq/x\"].alias")

    /// - Returns: The steps in the settings as they are.
    static func read(_ text: String, in draft: ConfigDraft) throws(CommandFailure) -> [JSON5Document.Step] {
        guard let typed = SettingsSteps(text) else {
            throw CommandFailure(
                .usage, "\"\(SafeText.line(String(text.prefix(200))))\" is no path",
                hints: ["names apart by points, others in brackets and quotes: agents.defaults.models[\"groq/x\"].alias"])
        }
        guard let whole = try draft.value(at: []) else { return typed.resolved { _ in nil } }
        return typed.resolved { whole.at($0) }
    }

    /// - Throws: If there is no such key, with the one that was probably meant.
    @discardableResult
    static func key(at path: [JSON5Document.Step]) throws(CommandFailure) -> KnownKey {
        do throws(UnknownKey) {
            return try SettingsKeys.lookUp(path)
        } catch {
            var hints: [String] = []
            if error.nearest == nil, !error.known.isEmpty { hints.append("known there: \(error.known.joined(separator: ", "))") }
            throw CommandFailure(
                .failed, "\(error.path) is no setting.\(error.nearest.map { " Did you mean \($0)?" } ?? "")", hints: hints)
        }
    }
}
