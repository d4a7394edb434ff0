// SPDX-License-Identifier: Apache-2.0
import HTTP
import TestSupport
import Testing

@Suite struct `A request head` {
    static let chat = wire(
        """
        POST /v1/chat/completions?beta=true&x HTTP/1.1
        Host: 127.0.0.1:7100
        User-Agent: OpenAI/Python 1.99.1
        Accept: application/json
        Authorization: Bearer abc
        Content-Type: application/json
        Content-Length: 2048
        X-Stainless-Lang: python


        """)

    static let fixtures: [[UInt8]] = [
        chat,
        wire("GET / HTTP/1.1\nHost: a\n\n"),
        wire("GET /a HTTP/1.0\n\n"),
        wire("OPTIONS * HTTP/1.1\nHost:\n\n"),
        wire("POST http://example.com:80/x?y HTTP/1.1\nhost: other\nTransfer-Encoding: chunked\nExpect: 100-continue\n\n"),
        wire("\nDELETE /v1/x HTTP/1.1\nHost: [::1]:7100\nConnection: close\n\n"),
    ]

    @Test func `is read whole`() throws {
        let (head, consumed) = try #require(try parse(Self.chat))
        #expect(consumed == Self.chat.count)
        #expect(head.method == .post && head.path == "/v1/chat/completions" && head.query == "beta=true&x" && head.minorVersion == 1)
        #expect(head.framing == .counted(2048) && head.keepAlive && !head.expectsContinue)
        #expect(head.headers.count == 7)
        #expect(head.headers.first("authorization") == "Bearer abc")
        #expect(head.headers.first("x-stainless-lang") == "python")
    }

    @Test(arguments: fixtures)
    func `is not complete before its last byte, and takes none of what follows`(fixture: [UInt8]) throws {
        for count in 0..<fixture.count { #expect(try parse(Array(fixture[..<count])) == nil) }
        let whole = try #require(try parse(fixture))
        #expect(whole.consumed == fixture.count)
        for next in ["GET / HTTP/1.1\r\n", "\r\n", "\n", "\u{0}\u{1}", "{}"] {
            let more = try #require(try parse(fixture + Array(next.utf8)))
            #expect(more.consumed == fixture.count && more.head.headers == whole.head.headers && more.head.path == whole.head.path)
        }
    }

    @Test(arguments: [
        ("GET", Method.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete), ("PATCH", .patch), ("OPTIONS", .options),
        ("get", .other("get")), ("GETS", .other("GETS")), ("M-SEARCH", .other("M-SEARCH")), ("PRI", .other("PRI")),
    ])
    func `names its method, case and all`(name: String, method: Method) throws {
        let head = try #require(try parse(wire("\(name) / HTTP/1.1\nHost: a\n\n"))).head
        #expect(head.method == method)
        #expect(head.method.text == name)
    }

    @Test(arguments: [
        ("/", "/", nil), ("/a/b%20c", "/a/b%20c", nil), ("/a?", "/a", ""), ("/a?b?c=d&e", "/a", "b?c=d&e"), ("//a", "//a", nil),
        ("/{a}|^", "/{a}|^", nil), ("/../x", "/../x", nil), ("http://h", "/", nil), ("HTTPS://h:1/p?q", "/p", "q"),
        ("http://h?q", "/", "q"),
    ])
    func `has the path and query of its target, as they came`(target: String, path: String, query: String?) throws {
        let head = try #require(try parse(wire("GET \(target) HTTP/1.1\nHost: x\n\n"))).head
        #expect(head.path == path && head.query == query)
    }

    @Test func `asks the host of an absolute target, whatever the field says`() throws {
        let head = try #require(try parse(wire("GET http://real.example:81/x HTTP/1.1\nHost: other\nA: b\n\n"))).head
        #expect(head.headers.all("host") == ["real.example:81"])
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: a\n\n", true), ("GET / HTTP/1.1\nHost: a\nConnection: close\n\n", false),
        ("GET / HTTP/1.1\nHost: a\nConnection: x, CLOSE\n\n", false),
        ("GET / HTTP/1.1\nHost: a\nConnection: x\nConnection: close\n\n", false),
        ("GET / HTTP/1.1\nHost: a\nConnection: closed\n\n", true), ("GET / HTTP/1.0\n\n", false),
        ("GET / HTTP/1.0\nConnection: keep-alive\n\n", true), ("GET / HTTP/1.0\nConnection: keep-alive, close\n\n", false),
        ("GET / HTTP/1.5\nHost: a\n\n", true),
    ])
    func `says whether the connection goes on`(text: String, goesOn: Bool) throws {
        #expect(try #require(try parse(wire(text))).head.keepAlive == goesOn)
    }

    @Test(arguments: [
        ("", BodyFraming.none, false), ("Content-Length: 0\n", .none, false), ("Content-Length: 7\n", .counted(7), false),
        ("Content-Length: 007\n", .counted(7), false), ("Transfer-Encoding: chunked\n", .chunked, false),
        ("transfer-encoding: Chunked\n", .chunked, false), ("Content-Length: 7\nExpect: 100-Continue\n", .counted(7), true),
        ("Expect: 100-continue\n", .none, false), ("Content-Length: 999999999999999\n", .counted(999_999_999_999_999), false),
    ])
    func `says where its body ends`(fields: String, framing: BodyFraming, waits: Bool) throws {
        let head = try #require(try parse(wire("POST / HTTP/1.1\nHost: a\n\(fields)\n"))).head
        #expect(head.framing == framing)
        #expect(head.expectsContinue == waits)
    }

    @Test func `does not wait for a continue under HTTP 1.0`() throws {
        let head = try #require(try parse(wire("POST / HTTP/1.0\nExpect: 100-continue\nContent-Length: 1\n\n"))).head
        #expect(!head.expectsContinue && head.framing == .counted(1))
    }

    // MARK: Limits

    @Test func `may be 32 KB long and not a byte more, however it comes`() throws {
        func head(of count: Int) -> [UInt8] {
            var text = "GET / HTTP/1.1\nHost: a\n"
            while text.utf8.count + text.count(where: { $0 == "\n" }) + 2 + 1007 <= count {
                text += "a: " + String(repeating: "x", count: 1000) + "\n"
            }
            let missing = count - (text.utf8.count + text.count(where: { $0 == "\n" }) + 2)
            return wire(text + "a: " + String(repeating: "y", count: missing - 5) + "\n\n")
        }
        let largest = head(of: 32 << 10)
        #expect(largest.count == 32 << 10)
        #expect(try #require(try parse(largest)).consumed == largest.count)
        let larger = head(of: (32 << 10) + 1)
        #expect(problem { _ = try parse(larger) }?.status == 431)
        #expect(problem { _ = try parse(larger) }?.code == "head_too_large")
        #expect(problem { _ = try parse(Array(larger.prefix(32 << 10))) }?.code == "head_too_large")
        #expect(problem { _ = try parse(Array(larger.prefix((32 << 10) - 1))) } == nil)
    }

    @Test(arguments: [(8192, nil), (8193, "target_too_long"), (9000, "target_too_long")])
    func `may have a request line of 8 KB`(count: Int, code: String?) {
        let line = "GET /" + String(repeating: "x", count: count - 14) + " HTTP/1.1"
        #expect(line.utf8.count == count)
        #expect(problem { _ = try parse(wire(line + "\nHost: a\n\n")) }?.code == code)
        if code != nil {
            #expect(problem { _ = try parse(Array(line.utf8) + [13]) }?.status ?? 414 == 414)
            #expect(problem { _ = try parse(Array(line.utf8) + Array("xxxxxxxx".utf8)) }?.status == 414)
        }
    }

    @Test(arguments: [(99, nil), (100, nil), (101, "too_many_fields")])
    func `may have a hundred fields`(count: Int, code: String?) {
        let text = "GET / HTTP/1.1\nHost: a\n" + String(repeating: "a: b\n", count: count - 1)
        #expect(problem { _ = try parse(wire(text + "\n")) }?.code == code)
        if code != nil { #expect(problem { _ = try parse(wire(text)) }?.status == 431, "known before the head ends") }
    }

    @Test func `may be held to smaller limits`() {
        let parser = RequestHeadParser(maxHeadBytes: 64, maxFields: 2)
        #expect(problem { _ = try parse(wire("GET / HTTP/1.1\nHost: a\nb: c\nd: e\n\n"), parser) }?.code == "too_many_fields")
        #expect(
            problem { _ = try parse(wire("GET / HTTP/1.1\nHost: a\nb: " + String(repeating: "c", count: 64) + "\n\n"), parser) }?.code
                == "head_too_large")
    }
}
