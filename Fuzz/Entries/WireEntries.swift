// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

extension FuzzEntry {
    /// Three for each wire: its requests, its whole replies, its streams.
    static let wires = WireKind.allCases.flatMap { kind in
        [
            FuzzEntry(name: "request-\(kind.rawValue)") { Self.request($0, kind) },
            FuzzEntry(name: "reply-\(kind.rawValue)") { Self.reply($0, kind) },
            FuzzEntry(name: "stream-\(kind.rawValue)") { Self.stream($0, kind) },
        ]
    }

    private static let repairs: [Repair] = [
        .dropCacheMarkers, .dropMember("temperature"), .renameMember(from: "max_tokens", to: "max_completion_tokens"),
        .renameRole(from: "developer", to: "system"), .normaliseToolCallIDs(exactly: 9), .dropThoughts, .limitEffort(to: ["low"]),
        .signCalls,
        .plainSchemas, .alternateRoles, .limitStops(to: 1),
    ]

    /// What goes up, and what goes across, is JSON; so is whatever a repair makes of it.
    private static func request(_ body: [UInt8], _ kind: WireKind) {
        let wire = kind.wire
        guard let index = try? JSONIndex(scanning: body.span.bytes) else { return }
        for operation in Operation.allCases {
            guard let shape = try? wire.facts(operation, body: body, index: index, target: PathFacts(model: "m", streaming: true)) else {
                continue
            }
            promise(shape.choices >= 1 && shape.estimatedTokens >= 0, "a shape that cannot be")
            let passed = wire.passthrough(body: body, index: index, model: "m", params: nil)
            isJSON(passed, "passed through")
            for repair in repairs { if let repaired = wire.repaired(passed, by: repair) { isJSON(repaired, "repaired by \(repair.code)") } }
            for retention in CacheRetention.allCases {
                if let marked = wire.marked(passed, for: retention, placing: true) { isJSON(marked, "marked") }
            }
            if let bare = wire.withoutSeals(passed) { isJSON(bare, "without seals") }
            guard operation == .generate, let read = try? wire.translation.readRequest(body, index: index, shape: shape) else { continue }
            for other in WireKind.allCases {
                var losses = Losses()
                let target = RequestTarget(provider: "p", model: "m")
                isJSON(other.wire.translation.writeRequest(read, for: target, losses: &losses), "written for \(other)")
            }
        }
    }

    /// A reply that was judged good can be told to clients of each wire, as JSON.
    private static func reply(_ body: [UInt8], _ kind: WireKind) {
        let wire = kind.wire
        let context = ErrorContext(provider: "p", model: "m")
        _ = wire.readError(status: 400, headers: [:], body: body, context: context, nowMilliseconds: 0)
        guard case .good = wire.readReply(status: 200, headers: [:], body: body, context: context, nowMilliseconds: 0),
            let reply = wire.translation.readReply(body, maker: Maker(provider: "p", wire: kind))
        else { return }
        promise(!reply.choices.isEmpty, "a good reply without a choice")
        for other in WireKind.allCases {
            guard let asked = Asked.of(other) else { continue }
            isJSON(other.wire.translation.writeReply(reply, to: asked), "told to \(other)")
        }
    }

    /// A stream is judged without a crash, the same whatever its pieces, and each event for a client of another wire is JSON.
    private static func stream(_ body: [UInt8], _ kind: WireKind) {
        for other in WireKind.allCases {
            guard let asked = Asked.of(other) else { continue }
            let whole = crossed(body, kind, other, asked, by: max(1, body.count))
            if body.count < 2000 { promise(whole == crossed(body, kind, other, asked, by: 1), "another stream when it comes byte by byte") }
            guard let whole else { continue }
            var reader = EventStreamReader(limit: 64 << 20)
            try? reader.feed(whole.span.bytes) { _, data, _ in
                let text = Self.array(data)
                if !text.isEmpty, text != Array("[DONE]".utf8) { isJSON(text, "an event to \(other)") }
            }
        }
    }

    /// - Returns: What the client got; `nil` if the stream was refused somewhere.
    private static func crossed(_ body: [UInt8], _ kind: WireKind, _ other: WireKind, _ asked: ReplyContext, by step: Int) -> [UInt8]? {
        var events = EventStreamReader(limit: 1 << 20)
        var judge = kind.wire.makeStreamReader(context: ErrorContext(provider: "p", model: "m"), nowMilliseconds: 0)
        var crossing = Crossing(from: other.wire, to: kind.wire, of: Maker(provider: "p", wire: kind)).stream(to: asked)
        var output: [UInt8] = []
        var isGood = true
        func take(_ data: RawSpan, _ name: RawSpan) {
            if data.byteCount == 0 || !isGood { return }
            let event = judge.read(data: data, name: name)
            if event.failure != nil {
                isGood = false
            } else if (try? JSONIndex(scanning: data)) != nil {
                crossing.take(data: data, name: name, into: &output)
            }
        }
        for start in stride(from: 0, to: body.count, by: step) {
            let piece = Array(body[start..<min(body.count, start + step)])
            guard (try? events.feed(piece.span.bytes, { _, data, name in take(data, name) })) != nil else { return nil }
        }
        events.finish { _, data, name in take(data, name) }
        _ = judge.upstreamEnded()
        guard isGood else { return nil }
        crossing.end(into: &output)
        return output
    }

    private static func isJSON(_ bytes: [UInt8], _ what: String) {
        promise((try? JSONValue.parse(bytes)) != nil, "no JSON: \(what): \(String(decoding: bytes.prefix(2000), as: UTF8.self))")
    }

    /// A small request of each wire that clients are served on, for its replies' writers.
    private enum Asked {
        static let all: [WireKind: ReplyContext] = {
            let body = Array(
                #"{"model":"m","max_tokens":9,"input":"hi","messages":[{"role":"user","content":"hi"}],"contents":[{"parts":[{"text":"hi"}]}]}"#
                    .utf8)
            var all: [WireKind: ReplyContext] = [:]
            guard let index = try? JSONIndex(scanning: body.span.bytes) else { return all }
            for kind in WireKind.allCases {
                var request = Conversation()
                request.streaming = true
                all[kind] = ReplyContext(id: "01JCE", created: 1, model: "m", request: request, body: body, index: index)
            }
            return all
        }()

        static func of(_ kind: WireKind) -> ReplyContext? { all[kind] }
    }
}
