// SPDX-License-Identifier: Apache-2.0

/// Images and files of a tool's result. A message of role `tool` takes text alone, so they stand in a user message behind the results,
/// each result's after a line that names its call. The line is how they find back.
enum ChatToolMedia {
    static func label(_ callID: String) -> String { "\(prefix)\(callID):" }

    private static let prefix = "Attachments of the result of tool call "

    /// Moves what such a message holds back into the results that it belongs to.
    ///
    /// - Parameters:
    ///   - parts: A user message's. What belongs to no result stays.
    ///   - turn: The results before it.
    /// - Returns: Whether there was any.
    static func moveBack(_ parts: inout [Part], to turn: inout Turn) -> Bool {
        var moved = 0
        while moved < parts.count, let place = result(named: parts[moved], in: turn), case .toolResult(var result) = turn.parts[place] {
            var end = moved + 1
            while end < parts.count, case .media = parts[end] { end += 1 }
            guard end > moved + 1 else { break }
            result.parts += parts[moved + 1..<end]
            turn.parts[place] = .toolResult(result)
            moved = end
        }
        parts.removeFirst(moved)
        return moved > 0
    }

    private static func result(named part: Part, in turn: Turn) -> Int? {
        guard case .text(let text) = part, text.text.utf8.starts(with: prefix.utf8) else { return nil }
        return turn.parts.firstIndex { part in
            if case .toolResult(let result) = part { return text.text == label(result.callID) }
            return false
        }
    }
}
