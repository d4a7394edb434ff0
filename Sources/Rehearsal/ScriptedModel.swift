// SPDX-License-Identifier: Apache-2.0
import JSON

/// A model small enough to be proven by: it calls tools, answers from what they gave, and refuses a conversation in which its own
/// calls, their ids or their results are not as they were.
///
/// Its models: `steps` calls `get_weather`, then `get_advice` with what came of it; `both` calls `get_weather` twice at once; `thinks`
/// does as `steps` and gives signatures to its thoughts, and says at the end whether they came back.
public enum ScriptedModel {
    public static let models = ["steps", "both", "thinks"]

    public static func answer(_ asked: AskedRequest) -> Script {
        let turns = AskedTurns(asked)
        let rounds = asked.model == "both" ? [both] : [first, second(turns)]
        var expected: [Saying.Call] = []
        for (round, calls) in rounds.enumerated() {
            if turns.results.count <= expected.count {
                if let fault = fault(turns, expected, asked) { return .refuses(asked, 400, fault) }
                guard turns.tools.contains("get_weather") else { return .refuses(asked, 400, "the tool get_weather is not offered") }
                guard turns.instructions.contains("stage") else { return .refuses(asked, 400, "the instructions are missing") }
                let signature = asked.model == "thinks" ? signatures[round] : ""
                let thinking = asked.model == "thinks" ? "A tool knows that." : ""
                return .answers(Saying("Let me see.", thinking: thinking, signature: signature, calls: named(calls, asked)), to: asked)
            }
            expected += named(calls, asked)
        }
        if let fault = fault(turns, expected, asked) { return .refuses(asked, 400, fault) }
        let told = asked.model == "both" ? turns.results.map(\.text).joined(separator: "; ") : turns.results.last?.text ?? ""
        return .answers(Saying("The tools say: \(told)." + kept(turns, asked)), to: asked)
    }

    private static let both = [("0", "get_weather", ["city": "Paris"]), ("1", "get_weather", ["city": "Rome"])] as [Planned]
    private static let first = [("0", "get_weather", ["city": "Paris"])] as [Planned]
    private static func second(_ turns: AskedTurns) -> [Planned] {
        [("1", "get_advice", ["weather": .string(turns.results.first?.text ?? "")])]
    }

    private typealias Planned = (number: String, name: String, arguments: JSONValue)

    /// Ids as each wire's providers make them; Google's older models make none.
    private static func named(_ calls: [Planned], _ asked: AskedRequest) -> [Saying.Call] {
        let prefix =
            switch asked.wire {
            case .chat, .responses: "call_"
            case .messages: "toolu_"
            case .google: ""
            }
        return calls.map { Saying.Call(id: prefix.isEmpty ? "" : "\(prefix)rehearsal\($0.number)", name: $0.name, arguments: $0.arguments) }
    }

    /// What is wrong with the history, in words; `nil`: it is as it was.
    private static func fault(_ turns: AskedTurns, _ expected: [Saying.Call], _ asked: AskedRequest) -> String? {
        guard turns.calls == expected else { return "the calls were \(expected), not \(turns.calls)" }
        guard turns.results.count == expected.count else { return "\(turns.results.count) results for \(expected.count) calls" }
        for (call, result) in zip(expected, turns.results) {
            if asked.wire == .google ? result.name != call.name : result.id != call.id { return "\(result) is no result of \(call)" }
        }
        return nil
    }

    /// Google's clients decode them: base64.
    private static let signatures = ["c2lnbmF0dXJlIDA=", "c2lnbmF0dXJlIDE="]

    private static func kept(_ turns: AskedTurns, _ asked: AskedRequest) -> String {
        guard asked.model == "thinks", asked.wire != .chat else { return "" }
        return turns.signatures == signatures ? " Signatures kept." : " Signatures lost: \(turns.signatures)."
    }
}
