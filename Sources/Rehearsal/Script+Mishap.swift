// SPDX-License-Identifier: Apache-2.0
import JSON

/// What goes wrong within a stream that began well.
public enum Mishap: Sendable {
    /// After so much of the text, in characters, this happens instead of the rest.
    case then([Script.Act], afterPercent: Int)
    /// An event of the text comes cut in half, and all others come whole.
    case garbled(atPercent: Int)
    /// All comes but the event that says no more than that it is over.
    ///
    /// - Parameter closes: The reply ends all the same; else the connection stays open.
    case unterminated(closes: Bool)
}

extension Script {
    /// A stream in the shape of the wire that was asked, in which something goes wrong.
    ///
    /// - Parameter pace: Between two events.
    public static func streams(_ saying: Saying, to asked: AskedRequest, pace: Duration, _ mishap: Mishap) -> Script {
        var acts: [Act] = [.begin(status: 200, headers: eventStream)]
        func say(_ events: some Sequence<[UInt8]>) {
            for event in events {
                if pace > .zero { acts.append(.wait(pace)) }
                acts.append(.bytes(event))
            }
        }
        switch mishap {
        case .then(let others, let percent):
            var begun = saying
            begun.text = String(saying.text.prefix(saying.text.count * percent / 100))
            let events = events(of: begun, for: asked)
            say(events.prefix((events.lastIndex { isWord($0) } ?? events.count - 1) + 1))
            // What was said before is on its way by then.
            acts.append(.wait(.milliseconds(20)))
            acts += others
        case .garbled(let percent):
            var events = events(of: saying, for: asked)
            let words = events.indices.filter { isWord(events[$0]) }
            if let place = words.dropFirst(words.count * percent / 100).first {
                events[place] = Array(events[place].prefix(events[place].count * 2 / 3)) + [10, 10]
            }
            say(events)
            acts.append(.end)
        case .unterminated(let closes):
            var events = events(of: saying, for: asked)
            if asked.wire == .chat || asked.wire == .messages { events.removeLast() }
            say(events)
            acts.append(closes ? .end : .stall)
        }
        return Script(acts)
    }

    /// Whether an event brings a piece of the answer's text.
    private static func isWord(_ event: [UInt8]) -> Bool {
        let lines = event.split(separator: UInt8(ascii: "\n"))
        guard let line = lines.last, line.starts(with: "data: ".utf8), let data = try? JSONValue.parse(Array(line.dropFirst(6))) else {
            return false
        }
        let part = (data["response"] ?? data)["candidates"]?[0]?["content"]?["parts"]?[0]
        let text =
            data["choices"]?[0]?["delta"]?["content"] ?? part?["text"]
            ?? (data["type"]?.string == "response.output_text.delta" ? data["delta"] : data["delta"]?["text"])
        return text?.string?.isEmpty == false && part?["thought"] == nil
    }
}
