// SPDX-License-Identifier: Apache-2.0

/// Which repair a refusal asks for, by the member that it names and by its words. Only asked of `format` failures; what it names and the
/// request does not have is dropped by whoever knows the request.
enum RepairHints {
    /// - Returns: The repair, and whether what it mends lies in the request alone; `nil`: none that is known.
    static func hint(for error: ErrorObject) -> (repair: Repair, isOfRequest: Bool)? {
        let message = String((error.message ?? "").prefix(4096)).lowercased()
        // The member as the wire knows it: `temperature`, or `messages[0].role` of a part of one.
        let member = (error.namesMember ?? "").lowercased()
        let isCacheMark = member.contains("cache_control") || message.contains("cache_control")
        if !isCacheMark, let rename = limit(member, message) { return (rename, false) }
        for rule in Rules.repairs where rule.matches(message, member: member) {
            switch rule.outcome {
            case .repair(let repair): return (repair, rule.isOfRequest)
            case .nothing: return nil
            case .limitTokens:
                guard let repair = Repair.limitingTokens(message) else { continue }
                return (repair, rule.isOfRequest)
            case .limitEffort:
                // Where the member as such is refused, the next lines say what follows.
                guard !message.contains("parameter"), let repair = Repair.limitingEffort(message, member: member) else { continue }
                return (repair, rule.isOfRequest)
            case .dropNamed:
                let named = Repair.dropping(root(of: member)) ?? named(in: message, among: Repair.droppable).flatMap(Repair.dropping)
                return named.map { ($0, rule.isOfRequest) }
            }
        }
        return nil
    }

    private static let (old, new) = ("max_tokens", "max_completion_tokens")

    /// The name that is refused comes first, or alone: `'max_tokens' is not supported …. Use 'max_completion_tokens' instead.`
    private static func limit(_ member: String, _ message: String) -> Repair? {
        if member == old && message.contains(new) { return .renameMember(from: old, to: new) }
        if member == new { return .renameMember(from: new, to: old) }
        guard member.isEmpty, let first = named(in: message, among: [old, new]) else { return nil }
        if first == new { return .renameMember(from: new, to: old) }
        return message.contains(new) ? .renameMember(from: old, to: new) : nil
    }

    // MARK: Names in words

    /// The first of `names` that stands in quotes, behind a word that means a member, or as the path of what was refused. Many of them are
    /// words like any other.
    private static func named(in message: String, among names: Set<String>) -> String? {
        var before = ""
        let parts = message.split { $0.isWhitespace || $0 == "," }
        for (place, part) in parts.enumerated() {
            let bare = part.bare
            let name = root(of: bare)
            let isQuoted = part.count > bare.count && part.contains { "'\"`‘“".contains($0) }
            let isPath = part.hasPrefix("#/") || bare.hasPrefix("parameter.") || bare.hasPrefix("body.")
            let isRefused = part.last == ":" && place + 1 < parts.count && parts[place + 1] == "extra"
            if names.contains(name), isQuoted || isPath || isRefused || meaning.contains(before) { return name }
            before = bare
        }
        return nil
    }

    private static let meaning: Set<String> = [
        "parameter", "parameters", "parameter(s", "argument", "arguments", "supplied", "field", "member", "property", "key",
    ]

    /// `reasoning` of `reasoning.effort`, `body.reasoning` and `parameter.reasoning`.
    private static func root(of path: String) -> String {
        let steps = path.split { $0 == "." || $0 == "[" || $0 == "/" }
        let first = steps.first.map(String.init) ?? ""
        return ["body", "parameter"].contains(first) && steps.count > 1 ? String(steps[1]) : first
    }
}

extension Substring {
    /// Without the signs around a name.
    fileprivate var bare: String {
        func isPart(_ letter: Character) -> Bool { letter == "_" || letter.isLetter || letter.isNumber }
        guard let first = firstIndex(where: isPart), let last = lastIndex(where: isPart) else { return "" }
        return String(self[first...last])
    }
}
