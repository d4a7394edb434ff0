// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import TestSupport

@testable import Providers

/// Replies and streams that a provider could give.
enum RandomReply {
    static func head(_ random: inout SplitMix64) -> ReplyHead { ReplyHead(id: "reply-1", model: "someone-1", created: 1_795_262_400) }

    static func usage(_ random: inout SplitMix64) -> Usage {
        let input = Int.random(in: 10...5000, using: &random)
        return Usage(
            inputTokens: input, outputTokens: Int.random(in: 50...900, using: &random),
            cachedTokens: random.chance(50) ? Int.random(in: 0...input / 2, using: &random) : nil,
            cacheWriteTokens: random.chance(20) ? Int.random(in: 0...input / 2, using: &random) : nil,
            reasoningTokens: random.chance(30) ? Int.random(in: 0...50, using: &random) : nil)
    }

    static func parts(_ random: inout SplitMix64) -> [Part] {
        var parts: [Part] = []
        if random.chance(40) { parts.append(.thinking(Thinking(random.words()))) }
        if random.chance(70) { parts.append(.text(random.words())) }
        for place in 0..<(random.chance(50) ? Int.random(in: 1...3, using: &random) : 0) {
            let arguments = random.chance(10) ? "" : JSONWriter.string(.object(random.object()))
            parts.append(.toolCall(ToolCall(id: "call_\(place)abcdefgh", name: random.name(), arguments: arguments)))
        }
        return parts
    }

    static func finish(of parts: [Part], _ random: inout SplitMix64) -> Finish {
        let calls = parts.contains { if case .toolCall = $0 { true } else { false } }
        return calls ? .toolCalls : random.pick([.stop, .stop, .length])
    }

    static func make(using random: inout SplitMix64) -> ConversationReply {
        let said = parts(&random)
        return ConversationReply(
            head: head(&random), choices: [.init(said, finish: finish(of: said, &random))], usage: usage(&random))
    }

    /// A stream: text in pieces, calls one after another or mixed, a boundary here and there.
    static func events(using random: inout SplitMix64) -> [ConversationEvent] {
        let said = parts(&random)
        var events = [ConversationEvent(.head(head(&random)))]
        var calls: [[ConversationEvent]] = []
        for part in said {
            switch part {
            case .text(let text): events += pieces(text.text, &random).map { ConversationEvent(.text($0)) }
            case .thinking(let thinking):
                events += pieces(thinking.text, &random).map { ConversationEvent(.thinking($0)) }
                if random.chance(30) { events.append(ConversationEvent(.boundary)) }
            case .toolCall(let call):
                let place = calls.count
                var told = [ConversationEvent(.toolCall(call: place, id: call.id, name: call.name, isFreeForm: false))]
                let state = ProviderState(maker: Maker(provider: "p", wire: .googleGenerativeAI), payload: "c2ln")
                if random.chance(20) { told.append(ConversationEvent(.toolCallState(call: place, state))) }
                told += pieces(call.arguments, &random).map { ConversationEvent(.toolArguments(call: place, $0)) }
                calls.append(told)
            default: break
            }
        }
        events += random.chance(60) ? calls.flatMap(\.self) : mixed(calls, &random)
        if random.chance(50) { events.append(ConversationEvent(.usage(Usage(inputTokens: 3, outputTokens: 1)))) }
        events.append(ConversationEvent(.finish(finish(of: said, &random))))
        events.append(ConversationEvent(.usage(usage(&random))))
        return events
    }

    /// Cut between scalars, so that what a person sees as one letter may come in two.
    private static func pieces(_ text: String, _ random: inout SplitMix64) -> [String] {
        var pieces: [String] = []
        var piece = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            piece.append(scalar)
            if random.chance(20) {
                pieces.append(String(piece))
                piece = String.UnicodeScalarView()
            }
        }
        if !piece.isEmpty { pieces.append(String(piece)) }
        return pieces
    }

    /// Calls begin in order; their arguments come as they like.
    private static func mixed(_ calls: [[ConversationEvent]], _ random: inout SplitMix64) -> [ConversationEvent] {
        var rest = calls.map { $0[...] }
        var begun = 0
        var events: [ConversationEvent] = []
        while rest.contains(where: { !$0.isEmpty }) {
            let open = rest.indices.filter { !rest[$0].isEmpty && $0 <= begun }
            let place = random.pick(Array(open))
            if place == begun { begun += 1 }
            events.append(rest[place].removeFirst())
        }
        return events
    }
}
