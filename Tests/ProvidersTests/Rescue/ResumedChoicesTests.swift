// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

/// Chat Completions and Google: their events name their reply each.
@Suite struct `A stream of choices or candidates that others go on with` {
    static let streams = Vector.all.filter { $0.isStream && ($0.dialect == .chat || $0.dialect == .gemini) }

    @Test(arguments: streams)
    func `keeps its name and its time, and names who speaks`(vector: Vector) throws {
        for count in 1...60 {
            guard let cut = CutReply(vector.response, vector.dialect, after: count) else { break }
            if cut.reader.said.obstacle != nil || !cut.hasSpoken { continue }
            let sent = SeenEvent.events(cut.sent).map(\.json)
            // Azure's first has no choice and no id.
            let first = try #require(sent.first { $0[vector.dialect == .chat ? "choices" : "candidates"]?[0] != nil })
            let whole = try cut.resumed(by: [.cut, .text])
            let rest = SeenEvent.events(String(whole.stream.dropFirst(cut.sent.count))).filter { $0.data != "[DONE]" }.map(\.json)
            #expect(rest.count > 2)
            for event in rest {
                if vector.dialect == .chat {
                    #expect(event["id"] == first["id"] && event["created"] == first["created"], "\(vector): \(event)")
                    #expect(event["system_fingerprint"] == nil && event["choices"]?[0]?["delta"]?["role"] == nil)
                } else {
                    #expect(event["responseId"] == first["responseId"], "\(vector): \(event)")
                }
            }
            let models = rest.compactMap { $0[vector.dialect == .chat ? "model" : "modelVersion"]?.string }
            #expect(models.first == "fourth" && models.last == "second" && models.count == rest.count, "\(vector): \(models)")
        }
    }

    @Test func `is cut behind hundreds of events`() {
        let cuts = Self.streams.map { vector in (1...).prefix { CutReply(vector.response, vector.dialect, after: $0) != nil }.count }
        #expect(cuts.reduce(0, +) > 400)
    }

    /// A writer that has written the part before itself.
    @Test(arguments: [Dialect.chat, .gemini])
    func `goes on in its writer's hands`(dialect: Dialect) throws {
        let context = try CrossedReply(pair: Pair(client: dialect, provider: .anthropic)).context(streaming: true)
        var writer = dialect.wire.translation.makeEventWriter(to: context)
        var output: [UInt8] = []
        writer.write(ConversationEvent(.head(ReplyHead(id: "x", model: "first", created: nil))), into: &output)
        writer.write(ConversationEvent(.text("Zebras ")), into: &output)
        writer.goOn(as: "asked")
        writer.write(ConversationEvent(.text("graze")), into: &output)
        writer.write(ConversationEvent(.head(ReplyHead(id: "y", model: "told", created: 7, serviceTier: "priority"))), into: &output)
        writer.write(ConversationEvent(.text(".")), into: &output)
        writer.write(ConversationEvent(.finish(.stop(sequence: nil))), into: &output)
        writer.end(into: &output)
        let seen = SeenReply(stream: output.text, dialect)
        #expect(seen.text == "Zebras graze." && seen.finish == "stop")
        #expect(StreamGrammar.faults(in: output.text, dialect).isEmpty)
        let events = SeenEvent.events(output.text).filter { $0.data != "[DONE]" }.map(\.json)
        var models = events.compactMap { $0[dialect == .chat ? "model" : "modelVersion"]?.string }
        if dialect == .chat {
            #expect(Set(events.map { $0["created"]?.int }) == [context.created] && events.allSatisfy { $0["service_tier"] == nil })
            // Its role.
            models.removeFirst()
        }
        #expect(models.prefix(3) == ["first", "asked", "told"] && models.last == "told")
    }

    @Test func `numbers thoughts behind those that were told`() throws {
        var reader = Dialect.chat.reader()
        let delta = #"{"id":"c","choices":[{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.text","text":"hm","index":4}]}}]}"#
        _ = reader.read(data: bytes(delta).span.bytes, name: bytes("").span.bytes)
        let context = try CrossedReply(pair: Pair(client: .chat, provider: .anthropic)).context(streaming: true)
        var writer = reader.makeWriter(goingOnTo: context)
        var output: [UInt8] = []
        writer.write(ConversationEvent(.thinking("Anew.")), into: &output)
        let state = ProviderState(maker: Dialect.anthropic.maker, payload: "c2ln")
        writer.write(ConversationEvent(.thinkingState(state)), into: &output)
        #expect(output.text.contains(#""index":5"#))
    }

    @Test func `counts places of sources from its beginning`() throws {
        var reader = Dialect.gemini.reader()
        let event = #"{"candidates":[{"content":{"parts":[{"text":"日本 "}]},"index":0}],"responseId":"g"}"#
        _ = reader.read(data: bytes(event).span.bytes, name: bytes("").span.bytes)
        let context = try CrossedReply(pair: Pair(client: .gemini, provider: .anthropic)).context(streaming: true)
        var writer = reader.makeWriter(goingOnTo: context)
        var output: [UInt8] = []
        writer.write(ConversationEvent(.text("zebras")), into: &output)
        writer.write(ConversationEvent(.citation(Citation(url: "https://example.com", start: 3, end: 9))), into: &output)
        writer.end(into: &output)
        // Seven bytes before it, and six of its own.
        let support = SeenEvent.events(output.text).last?.json["candidates"]?[0]?["groundingMetadata"]?["groundingSupports"]?[0]
        #expect(support?["segment"]?["startIndex"]?.int == 7 && support?["segment"]?["endIndex"]?.int == 13)
    }
}
