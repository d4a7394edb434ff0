// SPDX-License-Identifier: Apache-2.0

/// What a model's name says of what it takes, where nothing else is known: `gemini-2.5-flash`, `models/gemini-3-pro-preview`.
struct GoogleModel {
    /// Of Gemini; `nil` for other models, and for names without one, which are the newest (`gemini-flash-latest`).
    let major: Int?
    let minor: Int
    private let name: String

    init(_ model: String) {
        name = model.lowercased()
        guard let place = name.utf8Range(of: "gemini-") else {
            (major, minor) = (name.contains("gemini") ? nil : 0, 0)
            return
        }
        let rest = name[place...]
        let digits = rest.prefix { $0.isNumber }
        major = Int(digits)
        let after = rest.dropFirst(digits.count)
        minor = after.first == "." ? Int(after.dropFirst().prefix { $0.isNumber }) ?? 0 : 0
    }

    /// Refuses a call of the current turn without a thought's signature, has levels of thinking and takes media in results
    /// (https://ai.google.dev/gemini-api/docs/gemini-3).
    var isThirdGeneration: Bool { major.map { $0 >= 3 } ?? true }

    /// Takes tools that Google runs and functions in one request (https://ai.google.dev/gemini-api/docs/tool-combination); older models
    /// take only the one or the other (vercel/ai#8258).
    var takesOwnToolsBesideFunctions: Bool { isThirdGeneration }

    /// Takes `thinkingConfig` (https://ai.google.dev/gemini-api/docs/thinking). Models that are none of Gemini's are not known not to.
    var thinks: Bool { major.map { $0 == 0 ? !name.contains("gemma") : $0 > 2 || ($0 == 2 && minor >= 5) } ?? true }

    /// Cannot be kept from thinking.
    var alwaysThinks: Bool { name.contains("pro") }

    /// The tokens of thinking that it takes, 0 and -1 aside, for the models that refuse others; `nil`: not known to refuse any
    /// (https://ai.google.dev/gemini-api/docs/thinking, "Thinking budgets"; checked 2026-11-21).
    var budgets: ClosedRange<Int>? {
        guard major == 2, minor == 5 else { return nil }
        if name.contains("pro") { return 128...32_768 }
        if name.contains("flash-lite") { return 512...24_576 }
        return name.contains("flash") ? 1...24_576 : nil
    }

    /// Takes a URL of the open web as `fileData` (https://ai.google.dev/gemini-api/docs/file-input-methods: not the family of 2.0).
    var takesURLs: Bool { major.map { $0 == 0 || $0 > 2 || ($0 == 2 && minor >= 5) } ?? true }
}

extension String {
    /// The place after `text`, if it is in this.
    fileprivate func utf8Range(of text: String) -> String.Index? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
