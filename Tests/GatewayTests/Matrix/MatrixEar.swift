// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

@testable import Rehearsal

/// A client of each wire that takes nothing amiss silently.
enum MatrixEar {
    static func hear(_ stream: [UInt8], _ wire: PlayedWire) -> Heard {
        var listener: any StreamListener =
            switch wire {
            case .chat: ChatListener()
            case .responses: ResponsesListener()
            case .messages: MessagesListener()
            case .gemini: GoogleListener()
            }
        var events = EventStreamReader()
        do throws(HTTPProblem) {
            try events.feed(stream.span.bytes) { _, data, name in
                guard data.byteCount > 0 else { return }
                let text = Self.text(data)
                listener.hear(try? JSONValue.parse(text), text: text, name: Self.text(name))
            }
        } catch {
            listener.heard.fault(error.message)
        }
        if events.hasPartial { listener.heard.fault("the stream ends within an event") }
        listener.heard.status = 200
        listener.ended()
        return listener.heard
    }

    static func hear(reply body: [UInt8], status: Int, _ wire: PlayedWire) -> Heard {
        let kind = WireKind(rawValue: wire.rawValue) ?? .openaiCompletions
        return Heard(reply: (try? JSONValue.parse(body.span.bytes)) ?? .null, status: status, on: kind)
    }

    private static func text(_ bytes: RawSpan) -> String { bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}
