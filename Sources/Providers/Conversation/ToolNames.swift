// SPDX-License-Identifier: Apache-2.0

/// Which names of tools the providers of a wire take: letters, digits, `_` and `-`, and what is said here.
public struct ToolNameRule: Hashable, Sendable {
    /// In bytes; all letters are ASCII.
    public var length: Int
    /// `.` and `:` too.
    public var takesDotsAndColons: Bool
    /// The first is a letter or `_`.
    public var beginsWithLetter: Bool

    public init(length: Int, takesDotsAndColons: Bool = false, beginsWithLetter: Bool = false) {
        self.length = length
        self.takesDotsAndColons = takesDotsAndColons
        self.beginsWithLetter = beginsWithLetter
    }

    func takes(_ name: String) -> Bool {
        let name = name.utf8
        guard let first = name.first, name.count <= length, !beginsWithLetter || Self.mayBegin(first) else { return false }
        return name.allSatisfy(takes)
    }

    fileprivate func takes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        case UInt8(ascii: "."), UInt8(ascii: ":"): takesDotsAndColons
        default: false
        }
    }

    fileprivate static func mayBegin(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

/// Names of a client's tools that its provider's wire refuses, made fit, and given back in what the provider answers.
///
/// A new name follows from the old one's text, so that it is the same in every turn; two that would meet are kept apart. The names of the
/// request's tools come first: whoever has the tools alone, as a reply's writer does, finds the same names.
struct ToolNames: Sendable {
    private let rule: ToolNameRule
    private var fitted = StableSpellings()
    /// The client's names by the provider's.
    private(set) var given: [String: String] = [:]

    init(_ tools: [Tool], fitting rule: ToolNameRule) {
        self.rule = rule
        var isUnfit = false
        for case .function(let function) in tools where !rule.takes(function.name) { isUnfit = true }
        guard isUnfit else { return }
        for case .function(let function) in tools where rule.takes(function.name) { fitted.keep(function.name) }
        for case .function(let function) in tools { given[fit(function.name)] = function.name }
    }

    /// The tools, the choice among them, and the calls and results of the history.
    mutating func fit(_ conversation: inout Conversation) {
        for place in conversation.tools.indices {
            guard case .function(var function) = conversation.tools[place], !rule.takes(function.name) else { continue }
            function.name = fit(function.name)
            conversation.tools[place] = .function(function)
        }
        switch conversation.toolChoice {
        case .tool(let name)?: conversation.toolChoice = .tool(fit(name))
        case .oneOf(let names, let required)?: conversation.toolChoice = .oneOf(names.map { fit($0) }, required: required)
        case .auto?, .none?, .required?, nil: break
        }
        for turn in conversation.turns.indices {
            for part in conversation.turns[turn].parts.indices {
                switch conversation.turns[turn].parts[part] {
                case .toolCall(var call) where !rule.takes(call.name):
                    call.name = fit(call.name)
                    conversation.turns[turn].parts[part] = .toolCall(call)
                case .toolResult(var result) where !result.name.isEmpty && !rule.takes(result.name):
                    result.name = fit(result.name)
                    conversation.turns[turn].parts[part] = .toolResult(result)
                default: break
                }
            }
        }
    }

    private mutating func fit(_ name: String) -> String {
        if rule.takes(name) { return name }
        let rule = rule
        return fitted.spelling(of: name) { Self.spell(name, $0, fitting: rule) }
    }

    /// As much of the name as can be read still, and a word that tells it from others that look alike then.
    private static func spell(_ name: String, _ salt: UInt64, fitting rule: ToolNameRule) -> String {
        let word = StableHash.word(name, salt: salt)
        var text: [UInt8] = []
        if rule.beginsWithLetter, let first = name.utf8.first, !ToolNameRule.mayBegin(first) { text.append(UInt8(ascii: "_")) }
        var isGap = false
        for byte in name.utf8 where text.count < rule.length - word.count - 1 {
            // A letter of another alphabet is several bytes.
            let takes = rule.takes(byte)
            if takes || !isGap { text.append(takes ? byte : UInt8(ascii: "_")) }
            isGap = !takes
        }
        text.append(UInt8(ascii: "_"))
        return String(decoding: text + word, as: UTF8.self)
    }
}

/// Gives calls the names that the client knows their tools by.
struct GivenToolNames: Sendable {
    private let names: [String: String]

    var isEmpty: Bool { names.isEmpty }

    init(_ tools: [Tool], fitting rule: ToolNameRule) { names = ToolNames(tools, fitting: rule).given }

    func giveBack(_ reply: inout ConversationReply) {
        guard !names.isEmpty else { return }
        for choice in reply.choices.indices {
            for part in reply.choices[choice].parts.indices {
                guard case .toolCall(var call) = reply.choices[choice].parts[part], let name = names[call.name] else { continue }
                call.name = name
                reply.choices[choice].parts[part] = .toolCall(call)
            }
        }
    }

    func giveBack(_ events: inout [ConversationEvent]) {
        guard !names.isEmpty else { return }
        for place in events.indices {
            guard case .toolCall(let call, let id, let name, let isFreeForm) = events[place].kind, let given = names[name] else { continue }
            events[place].kind = .toolCall(call: call, id: id, name: given, isFreeForm: isFreeForm)
        }
    }
}
