// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@testable import Providers

@Suite struct `A stream as one JSON array` {
    private func framed(_ pieces: [[UInt8]]) -> String {
        var framing = EventArrayFraming()
        var output: [UInt8] = []
        for piece in pieces { framing.write(piece.span.bytes, into: &output) }
        framing.end(into: &output)
        return output.text
    }

    @Test(arguments: [
        ("", "[]"), (": comment\n\n", "[]"), ("data: {\"a\":1}\n\n", #"[{"a":1}]"#),
        ("data: {\"a\":1}\r\n\r\ndata: {\"b\":2}\r\n\r\n", "[{\"a\":1},\r\n{\"b\":2}]"),
        ("data: {\"a\":1}\n\ndata: [DONE]\n\n", #"[{"a":1}]"#),
        ("data: [{\"a\":1}, {\"b\":2}]\n\ndata:  {}\n\n", "[{\"a\":1}, {\"b\":2},\r\n{}]"),
        ("data: {\"a\":\ndata: 1}\n\n", "[{\"a\":\n1}]"), ("data: []\n\ndata: 7\n\ndata: {\"a\":1}", #"[{"a":1}]"#),
        ("data: {\"a\":1}\n\ndata: {\"error\":{\"code\":503}}\n\n", "[{\"a\":1},\r\n{\"error\":{\"code\":503}}]"),
    ])
    func `has its events as elements, wherever it is cut`(stream: String, array: String) throws {
        let stream = bytes(stream)
        #expect(framed([stream]) == array)
        let value = try JSONValue.parse(array)
        // White space aside, of which a line feed that comes late makes some.
        for cut in stream.indices { #expect(try JSONValue.parse(framed([Array(stream[..<cut]), Array(stream[cut...])])) == value) }
    }

    @Test func `is parted by white space while an upstream is silent`() throws {
        let text = framed([bytes("data: {\"a\":1}\n\n: keep-alive\n\n"), google.keepAlive, bytes("data: {\"b\":2}\n\n")])
        #expect(try JSONValue.parse(text) == [["a": 1], [:], ["b": 2]])
    }
}
