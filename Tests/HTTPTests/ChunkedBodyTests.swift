// SPDX-License-Identifier: Apache-2.0
import HTTP
import TestSupport
import Testing

@Suite struct `A chunked body` {
    /// Decodes `pieces` one after another, as a connection does: what is left of the last one is not the body's.
    private func decode(_ pieces: [[UInt8]], limit: Int = 1 << 20) throws -> (body: String, left: String, isComplete: Bool) {
        var decoder = ChunkedDecoder(limit: limit)
        var output: [UInt8] = []
        var left: [UInt8] = []
        for piece in pieces {
            let consumed = try decoder.decode(piece.span.bytes, into: &output)
            left += piece[consumed...]
            #expect(consumed == piece.count || decoder.isComplete)
        }
        return (String(decoding: output, as: UTF8.self), String(decoding: left, as: UTF8.self), decoder.isComplete)
    }

    static let good: [(text: String, body: String)] = [
        ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"), ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"),
        ("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"), ("005\r\nhe\r\no\r\n000\r\n\r\n", "he\r\no"),
        ("3;name=value\r\nabc\r\n0;x\r\n\r\n", "abc"), ("3 ; a = \"b c\"\r\nabc\r\n0\r\n\r\n", "abc"),
        ("3\r\nabc\r\n0\r\nTrailer: 1\r\nB:\r\n\r\n", "abc"),
    ]

    @Test(arguments: good)
    func `is the same in any two pieces, byte by byte, and with a request behind it`(text: String, body: String) throws {
        let bytes = Array(text.utf8)
        for split in 0...bytes.count {
            let result = try decode([Array(bytes[..<split]), Array(bytes[split...])])
            #expect(result.body == body && result.isComplete && result.left.isEmpty)
        }
        let single = try decode(bytes.map { [$0] })
        #expect(single.body == body && single.isComplete)
        let pipelined = try decode([bytes + Array("GET / HTTP/1.1".utf8)])
        #expect(pipelined.body == body && pipelined.left == "GET / HTTP/1.1")
        for count in 0..<bytes.count { #expect(try decode([Array(bytes[..<count])]).isComplete == false) }
    }

    @Test(arguments: [
        "\r\n", "\n", ";\r\n", "g\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\na", "1 2\r\n", "1\t\r\n", "1\n", "1\ra", "1;\n",
        "1;\ra", "1;a\u{0}",
        "1;\u{8}", "123456789\r\n", "000000001\r\n", "ffffffffffffffffff\r\n", "1\r\nab", "1\r\na\n", "1\r\na\rb", "1\r\na\r\n\r\n",
        "0\r\na", "0\n",
        "0\r\n\n", "0\r\n\ra", "0\r\nno colon\r\n", "0\r\n: a\r\n", "0\r\n folded: a\r\n", "0\r\na : b\r\n", "0\r\na: \u{1}\r\n",
        "0\r\na: b\n",
        "0\r\na: b\rc", "1\r\n\u{0}\u{0}",
    ])
    func `is refused when it is malformed, in one piece or many`(text: String) {
        let bytes = Array((text + "\r\n\r\n").utf8)
        #expect(problem { _ = try decode([bytes]) }?.code ?? "none" == "bad_chunk")
        #expect(problem { _ = try decode(bytes.map { [$0] }) }?.code ?? "none" == "bad_chunk")
    }

    @Test(arguments: [
        ("4\r\nabcd\r\n", nil), ("5\r\n", 413), ("2\r\nab\r\n2\r\ncd\r\n1\r\n", 413), ("ffffffff\r\n", 413), ("2\r\nab\r\n3\r\n", 413),
    ])
    func `is refused at the size line that goes beyond the limit`(text: String, status: Int?) {
        #expect(problem { _ = try decode([Array(text.utf8)], limit: 4) }?.status == status)
    }

    @Test(arguments: ["1;" + String(repeating: "x", count: 1000) + "\r\na\r\n", "0\r\n" + String(repeating: "a: b\r\n", count: 10_000)])
    func `may not bring much that nobody reads`(part: String) {
        let many = [[UInt8]](repeating: Array(part.utf8), count: 20)
        #expect(problem { _ = try decode(many) }?.code == "trailers_too_large")
    }

    @Test(arguments: UInt64(0)..<20)
    func `comes back from its encoding`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var encoded: [UInt8] = []
        var body: [UInt8] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let size = [0, 1, 9, 10, 15, 16, 17, 255, 256, 4095, 4096, 70_000].randomElement(using: &random)!
            let chunk = (0..<size).map { _ in UInt8.random(in: 32...126, using: &random) }
            ChunkedEncoder.chunk(chunk.span.bytes, into: &encoded)
            body += chunk
        }
        ChunkedEncoder.end(into: &encoded)
        let result = try decode(encoded.pieces(using: &random))
        #expect(result.body == String(decoding: body, as: UTF8.self) && result.isComplete)
    }

    @Test(arguments: [(1, "1"), (15, "f"), (16, "10"), (255, "ff"), (256, "100"), (65_536, "10000")])
    func `is written with sizes in hexadecimal`(count: Int, size: String) {
        var output: [UInt8] = []
        ChunkedEncoder.chunk([UInt8](repeating: 0x61, count: count).span.bytes, into: &output)
        #expect(output == Array("\(size)\r\n".utf8) + [UInt8](repeating: 0x61, count: count) + [13, 10])
    }

    @Test func `does not end with an empty chunk`() {
        var output: [UInt8] = []
        ChunkedEncoder.chunk(RawSpan(), into: &output)
        #expect(output.isEmpty)
    }
}
