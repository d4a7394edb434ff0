// SPDX-License-Identifier: Apache-2.0
import JSON

@testable import Providers

extension SeenRequest {
    /// - Parameter lost: What the crossing said it could not carry is not compared, and nothing else is left out.
    func differences(from other: SeenRequest, lost: [Feature]) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ name: String, _ excuses: [Feature], _ mine: Value, _ theirs: Value) {
            if mine == theirs || excuses.contains(where: lost.contains) { return }
            found.append("\(name): \(String(describing: mine).prefix(700)) | \(String(describing: theirs).prefix(700))")
        }
        compare("system", [], system, other.system)
        let (mine, theirs) = (SeenTurn.inOneOrder(turns), SeenTurn.inOneOrder(other.turns))
        if SeenTurn.partial.contains(where: lost.contains) || theirs.contains(where: \.isWordyElsewhere) {
            found += SeenTurn.missing(of: theirs, in: mine, lost: lost)
        } else {
            compare("turns", [], mine, theirs)
        }
        compare("tools", [.foreignTools, .allowedTools], callable, other.callable)
        compare("choice", [.allowedTools], choice ?? "auto", other.choice ?? "auto")
        compare("max tokens", [], maxTokens ?? other.maxTokens, other.maxTokens ?? maxTokens)
        compare("temperature", [.temperature], temperature, other.temperature)
        // All there is: 1 says nothing.
        compare("top p", [.topP], topP == 1 ? nil : topP, other.topP == 1 ? nil : other.topP)
        compare("top k", [.topK], topK, other.topK)
        compare("seed", [.seed], seed, other.seed)
        compare("stop", [.stopSequences], stop, other.stop)
        compare("format", [.jsonSchema, .jsonObject], format, other.format)
        // As long as the model wants: what most do by themselves.
        if other.budget != -1 { compare("thinks", [.reasoning, .reasoningBudget], thinks, other.thinks) }
        compare("streams", [], streams ?? other.streams, other.streams ?? streams)
        compare("user", [.user], user, other.user)
        compare("metadata", [.metadata], metadata, other.metadata)
        compare("tier", [.serviceTier], plainTier, dialect == .anthropic && other.tier == "priority" ? nil : other.plainTier)
        compare("n", [.choices], choices, other.choices)
        compare("logprobs", [.logprobs, .topLogprobs], likelihoods, other.likelihoods)
        if let difference = effortDifference(from: other), ![.reasoning, .reasoningBudget].contains(where: lost.contains) {
            found.append(difference)
        }
        return found
    }

    private var callable: [SeenTool] {
        tools.filter { onlyTools.isEmpty || onlyTools.contains($0.name) }.sorted { $0.name < $1.name }
    }

    private var plainTier: String? { tier == "auto" ? nil : tier }

    /// How long to think, by Google's own table for its OpenAI-compatible endpoint where one side has words and the other tokens
    /// (ai.google.dev/gemini-api/docs/openai, "Thinking"; read on 2026-11-21).
    private func effortDifference(from other: SeenRequest) -> String? {
        func words(_ request: SeenRequest) -> String { "\(request.effort ?? "–") \(request.budget.map(String.init) ?? "–")" }
        let told = "effort: \(words(self)) | \(words(other))"
        switch (other.effort, other.budget, effort, budget) {
        case (nil, nil, nil, nil), (nil, .some(-1), _, _): return nil
        // Nobody asked for a length: a wire that needs one gets its usual.
        case (nil, nil, nil, _?): return other.thinks == nil ? told : nil
        case (nil, nil, _, _): return other.thinks == nil ? told : nil
        case (let asked?, _, let word?, _): return asked == word ? nil : told
        case (let asked?, _, nil, let tokens?): return Self.tokens[asked] == tokens ? nil : told
        case (nil, let asked?, _, let tokens?): return asked == tokens ? nil : told
        case (nil, 0?, let word, nil): return word == nil || word == "none" ? nil : told
        case ("none"?, _, nil, nil): return nil
        default: return told
        }
    }

    private static let tokens = ["none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24_576, "xhigh": 32_768, "max": 32_768]
}

extension SeenTurn {
    /// What makes a turn less than it was.
    static let partial: [Feature] = [
        .foreignParts, .documents, .documentURL, .imageURL, .fileID, .toolResultImages, .audioInput, .videoInput,
    ]

    /// Turns with what not every wire can order in one order: results before what else a user says, calls behind what else a model says;
    /// and without the words that some wires want before a model's first.
    static func inOneOrder(_ turns: [SeenTurn]) -> [SeenTurn] {
        var ordered = turns.map { turn in
            func moves(_ piece: Piece) -> Bool {
                switch piece {
                case .result: turn.isUser
                case .call: !turn.isUser
                case .text, .media, .other: false
                }
            }
            var result = SeenTurn(isUser: turn.isUser)
            let (moved, stays) = (turn.pieces.filter(moves), turn.pieces.filter { !moves($0) })
            for piece in turn.isUser ? moved + stays : stays + moved {
                if case .text(let text) = piece, case .text(let before)? = result.pieces.last {
                    result.pieces[result.pieces.count - 1] = .text(before + text)
                } else {
                    result.pieces.append(piece)
                }
            }
            return result
        }
        if ordered.first == SeenTurn(isUser: true, pieces: [.text("…")]) { ordered.removeFirst() }
        return ordered
    }

    /// Elsewhere it has words more: of pages found their addresses, of what a tool showed whose it is.
    var isWordyElsewhere: Bool {
        let shown = pieces.contains { piece in
            if case .media = piece { return true }
            return false
        }
        let answered = pieces.contains { piece in
            if case .result = piece { return true }
            return false
        }
        return pieces.contains(.other("search_result")) || shown && answered
    }

    /// What of `asked` is not in `seen`, where some parts were lost: all but those has to be there, in order.
    static func missing(of asked: [SeenTurn], in seen: [SeenTurn], lost: [Feature]) -> [String] {
        // A turn of nothing but what was lost may be gone, and its neighbours one.
        let pieces = seen.flatMap { turn in turn.pieces.map { (turn.isUser, $0) } }
        var missing: [String] = []
        var place = 0
        var offset = 0
        for turn in asked {
            for piece in turn.pieces where !isExcused(piece, lost) {
                var found = false
                var (next, from) = (place, offset)
                while next < pieces.count, !found {
                    let (isUser, candidate) = pieces[next]
                    if isUser == turn.isUser, let end = holds(candidate, piece, from: from) {
                        found = true
                        (place, offset) = (end == 0 ? next + 1 : next, end)
                    }
                    (next, from) = (next + 1, 0)
                }
                if !found { missing.append("turns: lost without a word: \(String(describing: piece).prefix(300))") }
            }
        }
        return missing
    }

    /// - Returns: Where to go on in `candidate`, 0 for behind it; `nil` if it does not hold `piece`.
    private static func holds(_ candidate: Piece, _ piece: Piece, from offset: Int) -> Int? {
        switch (candidate, piece) {
        case (.text(let whole), .text(let part)):
            let bytes = Array(whole.utf8)
            let wanted = Array(part.utf8)
            guard offset + wanted.count <= bytes.count else { return nil }
            for start in offset...(bytes.count - wanted.count) where bytes[start..<start + wanted.count].elementsEqual(wanted) {
                return start + wanted.count
            }
            return nil
        // A page found is a part of the result elsewhere.
        case (.result(_, .string(let words)), .text(let part)): return words.contains(part) ? 1 : nil
        case (.result(let call, let given), .result(let asked, let wanted)):
            guard call == asked else { return nil }
            if given == wanted { return 1 }
            if let words = given.string, let part = wanted.string { return words.contains(part) ? 1 : nil }
            return nil
        default: return candidate == piece ? 0 : nil
        }
    }

    private static func isExcused(_ piece: Piece, _ lost: [Feature]) -> Bool {
        switch piece {
        case .other(let name): lost.contains(.foreignParts) || name == "search_result"
        case .media(let source) where source.hasPrefix("file"): lost.contains(.fileID)
        case .media(let source) where source.hasPrefix("http") || source.hasPrefix("gs:"):
            [.imageURL, .documentURL, .fileID, .videoInput, .audioInput].contains(where: lost.contains)
        case .media(let source) where source.hasPrefix("JVBER"): lost.contains(.documents)
        case .media: [.audioInput, .videoInput, .documents].contains(where: lost.contains)
        case .text, .call, .result: false
        }
    }
}
