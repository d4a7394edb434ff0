// SPDX-License-Identifier: Apache-2.0
import Configuration
import HTTP
import JSON

/// A configuration file's lines as they may be shown: secrets masked, wherever they stand.
struct ConfigMask {
    /// One line: what it says, and what is shown of it.
    struct Line: Hashable, Sendable {
        var text: [UInt8]
        var shown: String
    }

    private let redactor: Redactor

    /// - Parameter settings: Whose keys are known by value too; `nil`: by place and shape alone.
    init(settings: Settings?) {
        redactor = Redactor(secrets: settings.map { Array($0.configuredKeys.values) } ?? [])
    }

    func lines(of file: [UInt8]) -> [Line] {
        guard !file.isEmpty else { return [] }
        var shown = file
        var masks: [String] = []
        if let document = try? JSON5Document(file) {
            for secret in document.texts.reversed() where SettingsKeys.isSecret(secret.path) {
                // Its lines stay lines: a text may go on over several.
                let breaks = file[secret.range].count { $0 == 0x0A }
                let isNone = Self.isVariable(secret.text) && breaks == 0
                masks.append(isNone ? String(decoding: file[secret.range], as: UTF8.self) : "\"\(Secret(secret.text).masked)\"")
                shown.replaceSubrange(secret.range, with: Self.mark.utf8 + Array(repeating: 0x0A, count: breaks))
            }
        }
        let texts = Self.split(file)
        let masked = Self.split(shown)
        return texts.indices.map { index in
            Line(text: Array(texts[index]), shown: index < masked.count ? visible(masked[index], &masks) : "")
        }
    }

    /// Whether a secret stands in a file itself, and not only where one is.
    static func holdsSecret(_ file: JSON5Document) -> Bool {
        file.texts.contains { !$0.text.isEmpty && SettingsKeys.isSecret($0.path) && !isVariable($0.text) }
    }

    /// Stands for what is where a secret belongs while what is around it is looked at: a character that nobody writes.
    private static let mark = "\u{F8FE}"

    /// A value as JSON for a terminal, secrets masked.
    func value(_ value: JSONValue, at path: [JSON5Document.Step]) -> JSONValue {
        switch value {
        case .string(let text) where SettingsKeys.isSecret(path) && !Self.isVariable(text): .string(Secret(text).masked)
        case .string(let text):
            Self.isVariable(text) || text.isEmpty ? value : .string(redactor.redact(text, limit: max(text.utf8.count * 2, 64)))
        case .array(let elements):
            .array(elements.enumerated().map { self.value($0.element, at: path + [.index($0.offset)]) })
        case .object(let object):
            .object(JSONObject(object.members.map { ($0.key, self.value($0.value, at: path + [.key($0.key)])) }))
        default: value
        }
    }

    /// Spaces at the line's beginning stay as they are; the redactor makes one line of everything.
    ///
    /// - Parameter masks: What stands for secrets, the last of the file first.
    private func visible(_ line: ArraySlice<UInt8>, _ masks: inout [String]) -> String {
        let text = String(decoding: line, as: UTF8.self)
        let indent = text.prefix { $0 == " " || $0 == "\t" }
        let pieces = text.dropFirst(indent.count).split(separator: Character(Self.mark), omittingEmptySubsequences: false)
        var shown = String(indent)
        for (index, piece) in pieces.enumerated() {
            if index > 0 { shown += masks.popLast() ?? "" }
            shown += redactor.redact(String(piece), limit: 2000)
        }
        return shown
    }

    /// Without their ends; CR LF is one.
    private static func split(_ file: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = file.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// `${NAME}` alone says where a secret is, and not which.
    static func isVariable(_ text: String) -> Bool { text.hasPrefix("${") && SecretReference.variable(in: text) != nil }
}
