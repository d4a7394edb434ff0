// SPDX-License-Identifier: Apache-2.0

/// Which repair a refusal asks for, by the member that it names and by its words. Only asked of `format` failures; what it names and the
/// request does not have is dropped by whoever knows the request.
enum RepairHints {
    static func repair(for error: ErrorObject) -> Repair? {
        let words = Words(error.message ?? "")
        // The member as the wire knows it: `temperature`, or `messages[0].role` of a part of one.
        let member = error.namesMember ?? ""
        if words.hold("prompt caching") || words.hold("cache_control") || words.hold("cache control") || member.contains("cache_control") {
            // Too many are the client's affair; the route takes them.
            return words.hold("maximum of") ? nil : .dropCacheMarkers
        }
        if let rename = limit(member, words) { return rename }
        if words.hold("developer"),
            words.hold("role") || words.hold("unknown variant") || words.hold("is not one of") || member.hasSuffix("role")
        {
            return .renameRole(from: "developer", to: "system")
        }
        if let ids = toolCallIDs(member, words) { return ids }
        // A value of it is refused, and another one would be taken: the next request may have one.
        if words.hold("supported values are") { return nil }
        return Repair.dropping(member) ?? words.named(among: Repair.droppable).flatMap(Repair.dropping)
    }

    private static let (old, new) = ("max_tokens", "max_completion_tokens")

    /// The name that is refused comes first, or alone: `'max_tokens' is not supported …. Use 'max_completion_tokens' instead.`
    private static func limit(_ member: String, _ words: Words) -> Repair? {
        if member == old && words.hold(new) { return .renameMember(from: old, to: new) }
        if member == new { return .renameMember(from: new, to: old) }
        guard member.isEmpty, let first = words.named(among: [old, new]) else { return nil }
        if first == new { return .renameMember(from: new, to: old) }
        return words.hold(new) ? .renameMember(from: old, to: new) : nil
    }

    /// Ids that are spelled wrong, as Mistral (`Tool call id was … but must be a-z, A-Z, 0-9, with a length of 9.`) and OpenAI
    /// (`Invalid 'messages[2].tool_calls[0].id': string too long.`) say it. A call without its result is another matter.
    private static func toolCallIDs(_ member: String, _ words: Words) -> Repair? {
        let isNamed =
            words.hold("tool call id") || words.hold("tool_call_id") || words.hold("tool_use.id") || words.hold("].id")
            || member.hasSuffix("tool_call_id") || (member.contains("tool_calls") && member.hasSuffix("id"))
        let isSpelling =
            words.hold("length") || words.hold("too long") || words.hold("pattern") || words.hold("a-z") || words.hold("alphanumeric")
        guard isNamed && isSpelling else { return nil }
        return .normaliseToolCallIDs(exactly: words.hold("length of 9") ? 9 : nil)
    }

    /// A message in lower case; at most 4 KB.
    private struct Words {
        let text: String

        init(_ message: String) { text = String(message.prefix(4096)).lowercased() }

        func hold(_ phrase: String) -> Bool { text.contains(phrase) }

        /// The first of `names` that stands in quotes, or behind a word that means a member. Many of them are words like any other.
        func named(among names: Set<String>) -> String? {
            var before = ""
            for part in text.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
                let name = part.trimmed
                let isQuoted = part.count > name.count && part.contains { "'\"`‘“".contains($0) }
                if names.contains(name), isQuoted || Words.means.contains(before) { return name }
                before = name
            }
            return nil
        }

        private static let means: Set<String> = [
            "parameter", "parameters", "argument", "arguments", "supplied", "field", "member", "property", "key",
        ]
    }
}

extension Substring {
    /// Without the signs around a name.
    fileprivate var trimmed: String {
        func isPart(_ letter: Character) -> Bool { letter == "_" || letter.isLetter || letter.isNumber }
        guard let first = firstIndex(where: isPart), let last = lastIndex(where: isPart) else { return "" }
        return String(self[first...last])
    }
}
