// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

@testable import Rehearsal

/// What an upstream of the matrix does instead of answering.
enum MatrixFault: Hashable, Sendable, CustomStringConvertible {
    /// Nobody accepts connections.
    case refused
    case resetBeforeHead
    /// After so many events; of a whole reply, at its half. `0`: right behind the head.
    case closed(after: Int)
    case reset(after: Int)
    /// The body ends as HTTP wants it, and the reply is not over.
    case ended(after: Int)
    case stalled(after: Int)
    /// An event is cut in half; a whole reply is.
    case garbled(after: Int)
    /// An error where an event, or the reply, should be.
    case error(after: Int)
    /// All but the event that says only that it is over.
    case unterminated
    /// 200 with nothing in it.
    case empty
    /// Less than its `Content-Length`.
    case short(after: Int)
    /// A compressed body that ends within its coding.
    case cutGzip(after: Int)
    /// A few bytes at a time.
    case drips

    var description: String {
        switch self {
        case .refused: "refused"
        case .resetBeforeHead: "reset before the head"
        case .closed(let after): "closed after \(after)"
        case .reset(let after): "reset after \(after)"
        case .ended(let after): "ended after \(after)"
        case .stalled(let after): "stalled after \(after)"
        case .garbled(let after): "garbled after \(after)"
        case .error(let after): "an error after \(after)"
        case .unterminated: "no terminator"
        case .empty: "empty"
        case .short(let after): "short after \(after)"
        case .cutGzip(let after): "gzip cut after \(after)"
        case .drips: "drips"
        }
    }

    /// Events that come whole; `nil`: all that matter.
    var events: Int? {
        switch self {
        case .refused, .resetBeforeHead, .empty: 0
        case .closed(let after), .reset(let after), .ended(let after), .stalled(let after), .garbled(let after), .error(let after),
            .short(let after), .cutGzip(let after):
            after
        case .unterminated, .drips: nil
        }
    }

    /// Needs an endpoint of its own, since it says something of the endpoint.
    var isOfNetwork: Bool {
        switch self {
        case .refused, .resetBeforeHead, .reset: true
        default: false
        }
    }

    /// How much arrives before it is not certain: a reset may take back what is on its way.
    var isReset: Bool { if case .reset = self { true } else { false } }

    /// A stream of which nothing, or not all, comes.
    func stream(_ events: [[UInt8]], _ wire: PlayedWire) -> Script {
        let begin = Script.Act.begin(status: 200, headers: Script.eventStream)
        func said(_ count: Int) -> [Script.Act] { events.prefix(max(0, count)).map { .bytes($0) } }
        switch self {
        case .refused: return Script([.cut])
        case .resetBeforeHead: return Script([.reset])
        case .closed(let after): return Script([begin] + said(after) + [.cut])
        // What was said before is on its way by then.
        case .reset(let after): return Script([begin] + said(after) + [.wait(.milliseconds(30)), .reset])
        case .ended(let after): return Script([begin] + said(after) + [.end])
        case .stalled(let after): return Script([begin] + said(after) + [.stall])
        case .garbled(let after):
            guard events.indices.contains(after) else { return Script([begin] + said(after) + [.end]) }
            let half = Array(events[after].prefix(events[after].count * 2 / 3)) + [10, 10]
            return Script([begin] + said(after) + [.bytes(half)] + events.dropFirst(after + 1).map { .bytes($0) } + [.end])
        case .error(let after): return Script([begin] + said(after) + [.bytes(Self.errorEvent(wire, number: after)), .end])
        case .unterminated: return Script([begin] + said(events.count - (wire == .chat || wire == .messages ? 1 : 0)) + [.end])
        case .empty: return Script([begin, .end])
        case .short(let after): return Self.short(events.prefix(after).flatMap { $0 }, of: events.joined().count, "text/event-stream")
        case .cutGzip(let after): return Self.gzip(Array(events.prefix(after).joined()), "text/event-stream")
        case .drips: return Script([begin] + Self.dripping(Array(events.joined()), by: 61) + [.end])
        }
    }

    /// A whole reply of which nothing, or half, comes.
    func reply(_ body: [UInt8], _ wire: PlayedWire) -> Script {
        let begin = Script.Act.begin(status: 200, headers: Script.json)
        let half = Array(body.prefix(body.count / 2))
        func part(_ after: Int) -> [Script.Act] { after == 0 ? [] : [.bytes(half)] }
        switch self {
        case .refused: return Script([.cut])
        case .resetBeforeHead: return Script([.reset])
        case .closed(let after): return Script([begin] + part(after) + [.cut])
        case .reset(let after): return Script([begin] + part(after) + [.wait(.milliseconds(30)), .reset])
        case .ended(let after): return Script([begin] + part(after) + [.end])
        case .stalled(let after): return Script([begin] + part(after) + [.stall])
        case .garbled: return Script([.answer(status: 200, headers: Script.json, body: half + [0])])
        case .error: return Script([.answer(status: 200, headers: Script.json, body: Self.error(wire))])
        case .unterminated: return Script([.answer(status: 200, headers: Script.json, body: body)])
        case .empty: return Script([.answer(status: 200, headers: Script.json, body: [])])
        case .short(let after): return Self.short(after == 0 ? [] : half, of: body.count, "application/json")
        case .cutGzip: return Self.gzip(half, "application/json")
        case .drips: return Script([begin] + Self.dripping(body, by: 61) + [.end])
        }
    }

    private static func dripping(_ bytes: [UInt8], by size: Int) -> [Script.Act] {
        stride(from: 0, to: bytes.count, by: size).flatMap { start -> [Script.Act] in
            [.bytes(Array(bytes[start..<min(start + size, bytes.count)])), .wait(.milliseconds(1))]
        }
    }

    private static func short(_ bytes: [UInt8], of length: Int, _ type: String) -> Script {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(length + 1)\r\n\r\n"
        return Script([.raw(Array(head.utf8) + bytes), .cut])
    }

    /// RFC 1952 with RFC 1951's stored blocks, of which the last is missing.
    private static func gzip(_ bytes: [UInt8], _ type: String) -> Script {
        let headers: Headers = ["content-type": type, "content-encoding": "gzip"]
        var body: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
        if !bytes.isEmpty {
            let (low, high) = (UInt8(bytes.count & 0xFF), UInt8(bytes.count >> 8))
            body += [0, low, high, ~low, ~high] + bytes
        }
        return Script([.begin(status: 200, headers: headers), .bytes(body), .end])
    }

    // MARK: Errors

    private static func errorEvent(_ wire: PlayedWire, number: Int) -> [UInt8] {
        switch wire {
        case .chat, .gemini: Array("data: ".utf8) + error(wire) + [10, 10]
        case .messages: Array("event: error\ndata: ".utf8) + error(wire) + [10, 10]
        case .responses:
            Script.event(
                "error",
                [
                    "type": "error", "sequence_number": Script.number(number), "code": "server_error",
                    "message": "The server had an error.", "param": nil,
                ])
        }
    }

    /// As the wire's providers write it (docs/wire/, "Errors").
    private static func error(_ wire: PlayedWire) -> [UInt8] {
        let error: JSONValue =
            switch wire {
            case .chat, .responses:
                ["error": ["message": "The server had an error.", "type": "server_error", "param": nil, "code": nil]]
            case .messages: ["type": "error", "error": ["type": "api_error", "message": "Internal server error"]]
            case .gemini: ["error": ["code": 500, "message": "An internal error has occurred.", "status": "INTERNAL"]]
            }
        return JSONWriter.compact(error)
    }
}
