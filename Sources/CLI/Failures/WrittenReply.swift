// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// A reply as people have it at hand: a body alone, or a whole HTTP response as `curl -i` prints it.
struct WrittenReply: Hashable, Sendable {
    /// `nil`: only the body is known.
    var status: Int?
    /// Names in lower case; of one that stands there twice the last counts.
    var headers: [String: String] = [:]
    var body: [UInt8]

    /// Bytes of a reply at most.
    static let limit = 4 << 20

    /// The last response of several: those before it are `100 Continue`, a proxy's, or redirects that curl followed.
    init(parsing bytes: [UInt8]) {
        var rest = bytes[...]
        while let head = Self.head(&rest) { (status, headers) = head }
        body = Array(rest)
    }

    /// Takes a status line and its fields from the front of `rest`.
    private static func head(_ rest: inout ArraySlice<UInt8>) -> (Int, [String: String])? {
        var ahead = rest.drop { $0 == 0x0A || $0 == 0x0D }
        guard ahead.starts(with: "HTTP/".utf8), let first = line(&ahead) else { return nil }
        let words = first.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let status = Int(words[1]), (100...999).contains(status) else { return nil }
        var headers: [String: String] = [:]
        while let text = line(&ahead), !text.isEmpty {
            guard headers.count < 256, let (name, value) = field(text) else { continue }
            headers[name] = value
        }
        rest = ahead
        return (status, headers)
    }

    private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard !rest.isEmpty else { return nil }
        let line = rest.prefix { $0 != 0x0A }
        rest = rest.dropFirst(line.count + 1)
        return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }

    /// `name: value` as a field of a head (RFC 9110 §5.5); `nil` for anything else.
    static func field(_ text: String) -> (name: String, value: String)? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = text[..<colon].lowercased()
        let isToken = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        let value = text[text.index(after: colon)...]
        let isText = value.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }
        guard isToken, isText else { return nil }
        let start = value.drop { $0 == " " || $0 == "\t" }
        var end = start
        while end.last == " " || end.last == "\t" { end.removeLast() }
        return (name, String(end))
    }

    /// What is wrong with a reply that claims success, or may: `nil` where it is whole. Read by the wire itself, so that nothing that a
    /// model said is judged.
    func trouble(_ context: ErrorContext, nowMilliseconds: Int64) -> ErrorObject? {
        let wire = WireKind.openaiCompletions.wire
        var fields = Headers()
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { fields.append(name, value) }
        guard isEventStream else {
            switch wire.readReply(
                status: status ?? 200, headers: fields, body: body, context: context, nowMilliseconds: nowMilliseconds)
            {
            case .good: return nil
            case .bad(let error): return error
            }
        }
        var reader = wire.makeStreamReader(context: context, nowMilliseconds: nowMilliseconds)
        var events = EventStreamReader(limit: Self.limit)
        var found: ErrorObject?
        func look(_ data: RawSpan, _ name: RawSpan) {
            if found == nil { found = reader.read(data: data, name: name).failure }
        }
        do throws(HTTPProblem) {
            try events.feed(body.span.bytes) { name, data, _ in look(data, name) }
        } catch {
            return ErrorReader(wire: wire.kind, context: context, nowMilliseconds: nowMilliseconds).fault(.malformed(error.message))
        }
        return found ?? reader.upstreamEnded()
    }

    var isEventStream: Bool {
        if let type = headers["content-type"] { return type.lowercased().hasPrefix("text/event-stream") }
        let start = body.drop { $0 <= 0x20 }
        return start.starts(with: "data:".utf8) || start.starts(with: "event:".utf8)
    }

    /// Whether the wire has to say if this is a failure at all.
    var maySucceed: Bool { status.map { (200..<300).contains($0) } ?? (isEventStream || looksLikeReply) }

    /// A body alone that has what a reply has, and no error.
    private var looksLikeReply: Bool {
        guard let value = try? JSONValue.parse(body), value["choices"]?.array != nil else { return false }
        return value["error"] == nil || value["error"] == .null
    }
}
