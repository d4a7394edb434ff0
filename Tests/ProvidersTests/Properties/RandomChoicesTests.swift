// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

@testable import Providers

/// Two replies to one request, whose pieces come by turns: on the two wires that have several.
@Suite struct `A stream of two choices of any kind` {
    static let dialects = [Dialect.chat, .gemini]
    static let pairs = dialects.flatMap { client in
        dialects.flatMap { provider in (UInt64(0)..<60).map { (Pair(client: client, provider: provider), $0) } }
    }

    /// Both in one, each in its own order; the first one's head and usage are the reply's.
    static func mixed(_ first: [ConversationEvent], _ second: [ConversationEvent], _ random: inout SplitMix64) -> [ConversationEvent] {
        func isOfReply(_ event: ConversationEvent) -> Bool {
            switch event.kind {
            case .head, .usage: true
            default: false
            }
        }
        var rest = [
            first.filter { !isOfReply($0) }[...],
            second.filter { !isOfReply($0) }.map { ConversationEvent($0.kind, choice: 1) }[...],
        ]
        var events = first.filter { if case .head = $0.kind { true } else { false } }
        while let place = rest.indices.filter({ !rest[$0].isEmpty }).randomElement(using: &random) {
            events.append(rest[place].removeFirst())
        }
        return events + first.filter { if case .usage = $0.kind { true } else { false } }
    }

    /// What one of the choices says, as a stream of its own.
    static func alone(_ choice: Int, of stream: String, _ dialect: Dialect) -> String {
        let name = dialect == .chat ? "choices" : "candidates"
        return SeenEvent.events(stream).map { event in
            guard var object = event.json.object, let all = object[name]?.array else { return "data: \(event.data)\n\n" }
            let own = all.filter { $0["index"]?.int ?? 0 == choice }.compactMap(\.object).map { object in
                var object = object
                object["index"] = 0
                return JSONValue.object(object)
            }
            object[name] = .array(own)
            return "data: \(JSONWriter.string(.object(object)))\n\n"
        }.joined()
    }

    @Test(arguments: pairs)
    func `keeps each apart`(pair: Pair, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let (first, second) = (RandomReply.events(using: &random), RandomReply.events(using: &random))
        let written = try `A reply of any kind`.stream(Self.mixed(first, second, &random), to: pair.provider)
        let text = pair.client == pair.provider ? written : try CrossedReply(pair: pair).stream(written)
        let faults = StreamGrammar.faults(in: text, pair.client)
        #expect(faults.isEmpty, "\(faults)\n\(text)")
        for (choice, events) in [first, second].enumerated() {
            let seen = SeenReply(stream: Self.alone(choice, of: text, pair.client), pair.client)
            var wanted = SeenReply(events)
            (wanted.input, wanted.output, wanted.cached) = (seen.input, seen.output, seen.cached)
            let differences = seen.differences(from: wanted)
            #expect(differences.isEmpty, "\(choice): \(differences)\n\(text)")
        }
    }
}
