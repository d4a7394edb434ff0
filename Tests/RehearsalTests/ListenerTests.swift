// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Providers
import Testing

@testable import Rehearsal

/// Clients that read streams strictly: what a provider's own stream says, and what is wrong with streams that have been tampered with.
@Suite struct `A strict client` {
    static let wires: [(wire: AskedRequest.Wire, path: String)] = [
        (.chat, "/v1/chat/completions"), (.responses, "/v1/responses"), (.messages, "/v1/messages"),
        (.google, "/v1beta/models/m:streamGenerateContent"),
    ]

    static func asked(_ wire: AskedRequest.Wire) -> AskedRequest {
        AskedRequest(path: wires.first { $0.wire == wire }?.path ?? "", model: "m", streaming: true)
    }

    static func events(_ saying: Saying, _ wire: AskedRequest.Wire) -> [[UInt8]] { Script.events(of: saying, for: asked(wire)) }

    static func listener(_ wire: AskedRequest.Wire) -> any StreamListener {
        switch wire {
        case .chat: ChatListener()
        case .responses: ResponsesListener()
        case .messages: MessagesListener()
        case .google: GoogleListener()
        }
    }

    static func hear(_ events: [[UInt8]], _ wire: AskedRequest.Wire) -> Heard {
        var listener = listener(wire)
        var reader = EventStreamReader()
        for event in events {
            try? reader.feed(event.span.bytes) { _, data, name in
                let text = data.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                guard !text.isEmpty else { return }
                listener.hear(try? JSONValue.parse(text), text: text, name: name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
            }
        }
        listener.ended()
        return listener.heard
    }

    @Test(arguments: wires.map(\.wire))
    func `finds nothing wrong with a provider's own stream`(wire: AskedRequest.Wire) {
        let heard = Self.hear(Self.events(Saying("One, two, three.", thinking: "Count.", signature: "c2ln"), wire), wire)
        #expect(heard.faults.isEmpty)
        #expect(heard.text == "One, two, three.")
        #expect(heard.isWhole && heard.seemsFinished)
        #expect(heard.models == ["m"])
        #expect(heard.usage?.inputTokens == 12 && heard.usage?.outputTokens ?? 0 > 2)
    }

    /// What is done to a stream, and a piece of what has to be said of it.
    enum Harm: String, CaseIterable, Sendable {
        case lacksEnd, lacksFinish, saysTwice, goesOnBehindEnd, garbled, swapsTwo, changesID
    }

    static let harms: [(AskedRequest.Wire, Harm, String?)] = [
        // `nil`: not a fault, but no end either.
        (.chat, .lacksEnd, nil), (.chat, .lacksFinish, "[DONE] with no finish_reason"), (.chat, .goesOnBehindEnd, "behind [DONE]"),
        (.chat, .garbled, "no JSON object"), (.chat, .changesID, "id changes"),
        (.messages, .lacksEnd, nil), (.messages, .lacksFinish, "message_stop with no stop_reason"),
        (.messages, .goesOnBehindEnd, "behind message_stop"), (.messages, .garbled, "no JSON object"),
        (.messages, .saysTwice, "a second message_start"), (.messages, .swapsTwo, "before message_start"),
        (.responses, .lacksEnd, nil), (.responses, .saysTwice, "where 1 is next"), (.responses, .goesOnBehindEnd, "behind the end"),
        (.responses, .garbled, "no JSON object"), (.responses, .swapsTwo, "where 0 is next"), (.responses, .changesID, "id changes"),
        (.google, .lacksEnd, nil), (.google, .goesOnBehindEnd, "text behind the finishReason"), (.google, .garbled, "no JSON object"),
        (.google, .changesID, "responseId changes"),
    ]

    @Test(arguments: harms)
    func `says what is wrong with one that was tampered with`(wire: AskedRequest.Wire, harm: Harm, wanted: String?) {
        var events = Self.events(Saying("One, two, three."), wire)
        let word = events.firstIndex { String(decoding: $0, as: UTF8.self).contains("two") } ?? 0
        switch harm {
        case .lacksEnd: events.removeLast()
        case .lacksFinish: events.remove(at: events.count - 2)
        case .saysTwice: events.insert(events[0], at: 1)
        case .goesOnBehindEnd: events.append(events[word])
        case .garbled: events[word] = Array(events[word].dropLast(6)) + [10, 10]
        case .swapsTwo: events.swapAt(0, 2)
        case .changesID:
            let last = events.count - (wire == .chat ? 2 : 1)
            let text = String(decoding: events[last], as: UTF8.self).replacing("rehearsal", with: "other")
            events[last] = Array(text.utf8)
        }
        let heard = Self.hear(events, wire)
        if let wanted {
            #expect(heard.faults.contains { $0.contains(wanted) }, "\(heard.faults)")
        } else {
            #expect(heard.faults.isEmpty, "\(heard.faults)")
            #expect(!heard.isWhole && !heard.seemsFinished)
        }
    }

    static let errors: [(AskedRequest.Wire, String)] = [
        (.chat, #"data: {"error":{"message":"broke"}}"#),
        (.messages, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"broke\"}}"),
        (.responses, "event: error\ndata: {\"type\":\"error\",\"sequence_number\":5,\"message\":\"broke\"}"),
        (.google, #"data: {"error":{"code":500,"message":"broke","status":"INTERNAL"}}"#),
    ]

    @Test(arguments: errors)
    func `takes an error event for what it is`(wire: AskedRequest.Wire, event: String) {
        let events = Self.events(Saying("One, two, three."), wire).prefix(5) + [Array((event + "\n\n").utf8)]
        let heard = Self.hear(Array(events), wire)
        #expect(heard.error == "broke")
        #expect(!heard.isWhole && heard.faults.isEmpty, "\(heard.faults)")
    }

    @Test(arguments: [40, 60, 100], wires.map(\.wire))
    func `hears so much of a stream that is cut`(percent: Int, wire: AskedRequest.Wire) {
        let script = Script.streams(Saying(DrillLine.text), to: Self.asked(wire), pace: .zero, .then([.cut], afterPercent: percent))
        let heard = Self.hear(script.acts.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }, wire)
        #expect(heard.text == String(DrillLine.text.prefix(DrillLine.text.count * percent / 100)))
        #expect(!heard.isWhole)
        guard case .cut? = script.acts.last else {
            Issue.record("it is not cut")
            return
        }
    }
}
