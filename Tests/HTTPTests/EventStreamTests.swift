// SPDX-License-Identifier: Apache-2.0
import HTTP
import TestSupport
import Testing

@Suite struct `An event stream` {
    struct Event: Hashable, Sendable {
        var data: String
        var name = ""
    }

    /// What is read from `pieces`: the events, the bytes they came in, and whether something is left.
    private func read(_ pieces: [[UInt8]], limit: Int = 1 << 20, finishes: Bool = false) throws -> (
        events: [Event], raw: [UInt8], hasPartial: Bool
    ) {
        var reader = EventStreamReader(limit: limit)
        var events: [Event] = []
        var raw: [UInt8] = []
        func keep(_ part: RawSpan, _ data: RawSpan, _ name: RawSpan) {
            raw += bytes(part)
            if data.byteCount > 0 { events.append(Event(data: text(data), name: text(name))) }
        }
        for piece in pieces { try reader.feed(piece.span.bytes) { keep($0, $1, $2) } }
        if finishes { reader.finish { keep($0, $1, $2) } }
        return (events, raw, reader.hasPartial)
    }

    static let streams: [(text: String, events: [Event])] = [
        ("data: a\n\n", [Event(data: "a")]),
        ("data:a\n\ndata:  b\n\n", [Event(data: "a"), Event(data: " b")]),
        ("data: a\ndata: b\ndata\ndata: c\n\n", [Event(data: "a\nb\n\nc")]),
        ("event: ping\ndata: {}\n\ndata: x\n\n", [Event(data: "{}", name: "ping"), Event(data: "x")]),
        ("event: a\nevent: b\nid: 7\nretry: 10\ndata: x\nunknown: y\n\n", [Event(data: "x", name: "b")]),
        (": comment\n\ndata: x\n\n:\n\n", [Event(data: "x")]),
        (": one\n: two\ndata: x\n: three\n\n", [Event(data: "x")]),
        ("\n\n\ndata: x\n\n\n\n", [Event(data: "x")]),
        ("\u{FEFF}data: x\n\ndata: y\n\n", [Event(data: "x"), Event(data: "y")]),
        ("\u{FEFF}\ndata: x\n\n", [Event(data: "x")]),
        ("data: \u{FEFF}x\n\n\u{FEFF}data: y\n\n", [Event(data: "\u{FEFF}x")]),
        ("data\n\nevent: lonely\n\ndata: x\n\n", [Event(data: "x")]),
        ("Data: no\ndatax: no\ndata : no\n data: no\ndata: yes\n\n", [Event(data: "yes")]),
        ("data: größer 🎭\nevent: café\n\n", [Event(data: "größer 🎭", name: "café")]),
        (
            #"data: {"choices":[{"delta":{"content":"a\nb"}}]}"# + "\n\ndata: [DONE]\n\n",
            [
                Event(data: #"{"choices":[{"delta":{"content":"a\nb"}}]}"#), Event(data: "[DONE]"),
            ]
        ),
    ]

    @Test(arguments: streams, ["\n", "\r\n", "\r"])
    func `is read the same in any two pieces and byte by byte, whatever its lines end in`(
        stream: (text: String, events: [Event]), lineEnd: String
    ) throws {
        let bytes = Array(stream.text.replacing("\n", with: lineEnd).replacing("\\" + lineEnd, with: "\\n").utf8)
        for split in 0...bytes.count {
            let result = try read([Array(bytes[..<split]), [], Array(bytes[split...])])
            #expect(result.events == stream.events, "split at \(split)")
            #expect(result.raw == bytes && !result.hasPartial, "split at \(split)")
        }
        let single = try read(bytes.map { [$0] })
        #expect(single.events == stream.events && single.raw == bytes)
    }

    /// Lines, ends and splits by chance, held against the standard's algorithm, taken literally.
    @Test(arguments: UInt64(0)..<150)
    func `is read as the standard says`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let lines = [
            "data: a", "data:b", "data", "data: ", "event: e", "event", ":c", "x: y", "", "", "", "id: 1", "data: \u{FEFF}", "datadata: z",
        ]
        var stream = seed % 3 == 0 ? "\u{FEFF}" : ""
        for _ in 0..<30 {
            stream += lines.randomElement(using: &random)! + ["\n", "\r", "\r\n"].randomElement(using: &random)!
        }
        let bytes = Array(stream.utf8)
        let result = try read(bytes.pieces(using: &random))
        #expect(result.events == Self.reference(stream))
        #expect(bytes.starts(with: result.raw))
        #expect(result.hasPartial == (result.raw.count < bytes.count))
        #expect(try read(bytes.pieces(using: &random), finishes: true).raw == bytes)
    }

    /// WHATWG HTML §9.2.6, step by step; events without data are left out, as clients do.
    private static func reference(_ stream: String) -> [Event] {
        var scalars = Array(stream.unicodeScalars)
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            if scalars[index] == "\r" || scalars[index] == "\n" {
                lines.append(String(line))
                line = String.UnicodeScalarView()
                if scalars[index] == "\r", index + 1 < scalars.count, scalars[index + 1] == "\n" { index += 1 }
            } else {
                line.append(scalars[index])
            }
            index += 1
        }
        var events: [Event] = []
        var (data, name) = ("", "")
        for line in lines {
            guard !line.isEmpty else {
                if !data.isEmpty, data != "\n" { events.append(Event(data: String(data.dropLast()), name: name)) }
                (data, name) = ("", "")
                continue
            }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            var value = parts.count > 1 ? parts[1] : ""
            if value.hasPrefix(" ") { value = value.dropFirst() }
            if parts[0] == "data" { data += value + "\n" }
            if parts[0] == "event" { name = String(value) }
        }
        return events
    }

    @Test func `hands out whole events where they lie`() throws {
        let stream = Array("data: one\n\nevent: e\ndata: two\n\n".utf8)
        try stream.withUnsafeBytes { whole in
            let begin = UInt(bitPattern: whole.baseAddress)
            var reader = EventStreamReader()
            var places: [Int] = []
            try reader.feed(whole.bytes) { raw, data, name in
                for part in [raw.withUnsafeBytes { $0.baseAddress }, data.withUnsafeBytes { $0.baseAddress }] {
                    places.append(Int(UInt(bitPattern: part) - begin))
                }
            }
            #expect(places == [0, 6, 11, 26])
        }
    }

    @Test func `gives its unfinished end when asked, and only then`() throws {
        let open = try read([Array("data: a\n\nevent: e\ndata: b".utf8)])
        #expect(open.events == [Event(data: "a")] && open.hasPartial)
        let ended = try read([Array("data: a\n\nevent: e\nda".utf8), Array("ta: b\ndata: c".utf8)], finishes: true)
        #expect(ended.events == [Event(data: "a"), Event(data: "b\nc", name: "e")] && !ended.hasPartial)
        #expect(try read([Array("data: a\n\n".utf8)], finishes: true).events == [Event(data: "a")])
        #expect(try read([], finishes: true).events.isEmpty)
    }

    @Test(arguments: [1, 3, 50])
    func `may not have an event beyond its limit, however it comes`(size: Int) throws {
        let fits = Array(("data: " + String(repeating: "x", count: 12) + "\n\n").utf8)
        let exceeds = Array(("data: " + String(repeating: "x", count: 13) + "\n\n").utf8)
        func cut(_ bytes: [UInt8]) -> [[UInt8]] {
            stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        }
        #expect(try read(cut(fits + fits), limit: 20).events.count == 2)
        #expect(
            problem { _ = try read(cut(exceeds), limit: 20) }
                == HTTPProblem(status: 502, code: "event_too_large", message: "An event of the stream is larger than 20 bytes."))
        #expect(problem { _ = try read([[UInt8](repeating: 0x61, count: 21)], limit: 20) }?.code == "event_too_large")
    }

    @Test(arguments: ["x", "", "a\nb", "a\r\nb\rc", "\n", "\r", "a\n\nb", "data: x", "ü\u{2028}"])
    func `comes back from what is written`(data: String) throws {
        var output: [UInt8] = []
        EventStreamWriter.comment("keep-alive", into: &output)
        EventStreamWriter.event(data: Array(data.utf8).span.bytes, name: "message_stop", into: &output)
        EventStreamWriter.event(data: Array("last".utf8).span.bytes, into: &output)
        let events = try read([output]).events
        let joined = data.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        #expect(events == (joined.isEmpty ? [] : [Event(data: joined, name: "message_stop")]) + [Event(data: "last")])
    }

    @Test func `is written with an event's name before its data`() {
        var output: [UInt8] = []
        EventStreamWriter.event(data: Array("a\nb".utf8).span.bytes, name: "error", into: &output)
        EventStreamWriter.comment("ping", into: &output)
        #expect(String(decoding: output, as: UTF8.self) == "event: error\ndata: a\ndata: b\n\n: ping\n\n")
    }
}
