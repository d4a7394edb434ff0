// SPDX-License-Identifier: Apache-2.0

/// What a model's name says of what it takes (docs/wire/anthropic-messages.md, "Models"). Other makers' models on this wire, and names
/// that say nothing, are taken to be as Claude 4.5 is; a repair mends what turns out wrong.
struct MessagesModel: Equatable {
    /// 45 of `claude-sonnet-4-5`, 30 of `claude-3-opus`, 50 of `claude-opus-5`; `nil`: no Claude, or an unknown one.
    let generation: Int?
    /// Mythos and Fable think whether they are told to or not.
    let alwaysThinks: Bool

    init(_ name: String) {
        let name = name.lowercased()
        alwaysThinks = name.split { !$0.isLetter }.contains { $0 == "mythos" || $0 == "fable" }
        let isClaude = MessagesModel.range(of: "claude", in: name)
        generation = isClaude.map { MessagesModel.generation(of: name[$0...]) ?? 50 }
    }

    /// The first number of one digit or two, with the one behind it: dates are longer.
    private static func generation(of name: Substring) -> Int? {
        let pieces = name.split { !$0.isLetter && !$0.isNumber }
        for (place, piece) in pieces.enumerated() {
            guard piece.count <= 2, let major = Int(piece), major < 30 else { continue }
            let minor = place + 1 < pieces.count && pieces[place + 1].count == 1 ? Int(pieces[place + 1]) ?? 0 : 0
            return major * 10 + minor
        }
        return nil
    }

    private static func range(of part: String, in text: String) -> String.Index? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(part) { return start }
            start = text.index(after: start)
        }
        return nil
    }

    private var orNewer: Int { generation ?? 45 }

    /// Knows `thinking`: since Claude 3.7.
    var thinks: Bool { orNewer >= 37 }
    /// Thinks as long as it wants (`adaptive`), guided by an effort; a budget is its predecessors' way, refused since 4.7.
    var isAdaptive: Bool { orNewer >= 46 }
    /// Knows the effort `xhigh`.
    var takesExtraHighEffort: Bool { orNewer >= 47 }
    /// Goes on from a last message of its own: until 4.5.
    var takesPrefill: Bool { orNewer < 46 }
    /// `temperature`, `top_p` and `top_k` are gone since 4.7.
    var takesSampling: Bool { orNewer < 47 }
    /// `temperature` and `top_p` exclude each other since 4.1.
    var takesTemperatureWithTopP: Bool { (generation ?? 0) < 41 }
    /// `output_config.format` and `strict` tools: since 4.5, and Opus 4.1.
    var takesSchemas: Bool { generation.map { $0 >= 41 } ?? true }
    /// Instructions in the middle of the conversation: since Opus 4.8.
    var takesLaterInstructions: Bool { generation.map { $0 >= 48 } ?? false }

    /// Tokens of a reply at most, where that is below what is asked for otherwise.
    var replyLimit: Int? {
        switch generation {
        case 30?: 4096
        case 35?: 8192
        case 40?, 41?: 32_000
        default: nil
        }
    }
}
