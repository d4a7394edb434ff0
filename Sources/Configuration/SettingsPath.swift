// SPDX-License-Identifier: Apache-2.0
import HTTP

/// Where a setting is, as messages show it: `models.providers.openai.models[0].id`, `agents.defaults.models["openai/gpt-5.4"]`.
struct SettingsPath: Hashable {
    private(set) var text = ""

    func member(_ name: String) -> SettingsPath {
        let isPlain = !name.isEmpty && name.utf8.count <= 80 && name.utf8.allSatisfy(Self.isPlain)
        var path = self
        if isPlain {
            path.text += text.isEmpty ? name : ".\(name)"
        } else {
            path.text += "[\(Shown.name(name))]"
        }
        return path
    }

    func element(_ index: Int) -> SettingsPath {
        var path = self
        path.text += "[\(index)]"
        return path
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "$"): true
        default: false
        }
    }
}

/// What stands in a file as messages may show it: short, on one line, and without what looks like a key.
enum Shown {
    private static let redactor = Redactor(secrets: [])

    static func name(_ text: String) -> String { quoted(text) }

    static func quoted(_ text: String) -> String {
        let clean = String(
            String.UnicodeScalarView(text.unicodeScalars.prefix(200).map { $0.properties.generalCategory == .control ? "?" : $0 }))
        let shown = redactor.redact(clean, limit: 60)
        return "\"\(shown)\(clean.utf8.count > 60 ? "…" : "")\""
    }
}
