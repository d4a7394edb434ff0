// SPDX-License-Identifier: Apache-2.0
import HTTP
import TestSupport
import Testing

/// What two readers in a row could read as two different requests, or as none.
@Suite struct `A head that is not beyond doubt` {
    @Test(arguments: [
        "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\n", "\nGET / HTTP/1.1\r\n", "\r\n\nGET",
        "\rGET / HTTP/1.1",
        "GET / HTTP/1.1\r\nA: b\r\nC: d\n",
    ])
    func `is refused for a bare line feed, before its end`(text: String) {
        #expect(problem { _ = try parse(Array(text.utf8)) }?.code == "bad_line_end")
    }

    @Test(arguments: [
        "GET / HTTP/1.1\rHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX\r: y\r\n\r\n",
    ])
    func `is refused for a bare carriage return`(text: String) {
        #expect(problem { _ = try parse(Array(text.utf8)) }?.status == 400)
    }

    @Test(arguments: [
        ("GET  / HTTP/1.1", "bad_request_line"), ("GET /  HTTP/1.1", "bad_request_line"), (" GET / HTTP/1.1", "bad_request_line"),
        ("GET / HTTP/1.1 ", "bad_request_line"), ("GET\t/ HTTP/1.1", "bad_request_line"), ("GET /", "bad_request_line"),
        ("GET", "bad_request_line"), ("GET / HTTP/1.1 HTTP/1.1", "bad_request_line"), ("GET /a b HTTP/1.1", "bad_request_line"),
        ("GET / http/1.1", "bad_request_line"), ("GET / HTTP/1", "bad_request_line"), ("GET / HTTP/1.10", "bad_request_line"),
        ("GET / HTTP/1,1", "bad_request_line"), ("GET / XTTP/1.1", "bad_request_line"), ("G(T / HTTP/1.1", "bad_request_line"),
        ("GÉT / HTTP/1.1", "bad_request_line"), ("GET / HTTP/2.0", "http_version"), ("GET / HTTP/0.9", "http_version"),
        ("PRI * HTTP/2.0", "http_version"), ("CONNECT a:443 HTTP/1.1", "unknown_method"),
        ("AVERYLONGMETHODTHATNOBODYCOULDMEAN / HTTP/1.1", "unknown_method"), ("GET a HTTP/1.1", "bad_target"),
        ("GET * HTTP/1.1", "bad_target"),
        ("GET ?a HTTP/1.1", "bad_target"), ("GET /a#b HTTP/1.1", "bad_target"), ("GET /ä HTTP/1.1", "bad_target"),
        ("GET /\u{7F} HTTP/1.1", "bad_target"),
        ("GET /\"x\" HTTP/1.1", "bad_target"), ("GET /\\x HTTP/1.1", "bad_target"), ("GET /<x> HTTP/1.1", "bad_target"),
        ("GET ftp://h/ HTTP/1.1", "bad_target"), ("GET http:/h HTTP/1.1", "bad_target"), ("GET http:///x HTTP/1.1", "bad_target"),
        ("GET http://me:pw@h/ HTTP/1.1", "bad_host"), ("GET /\u{0} HTTP/1.1", "bad_target"),
    ])
    func `is refused for its first line`(line: String, code: String) throws {
        let problem = try #require(problem { _ = try parse(wire("\(line)\nHost: a\n\n")) })
        #expect(problem.code == code)
        #expect(problem.status == (code == "http_version" ? 505 : code == "unknown_method" ? 501 : 400))
    }

    @Test(arguments: ["\u{16}\u{3}\u{1}", " ", "{", "\u{0}", "\"", "\u{FF}"])
    func `is refused at its first byte if that begins no method`(text: String) {
        #expect(problem { _ = try parse(Array(text.utf8)) }?.code == "bad_request_line")
    }

    @Test(arguments: [
        ("X : y", "bad_field"), ("X\t: y", "bad_field"), (": y", "bad_field"), ("X", "bad_field"), ("X Y: z", "bad_field"),
        ("X;: z", "bad_field"),
        ("Ü: z", "bad_field"), ("X: \u{0}", "bad_field"), ("X: a\u{8}b", "bad_field"), ("X: \u{7F}", "bad_field"),
        (" X: y", "folded_field"),
        ("\tX: y", "folded_field"), ("A: b\n c", "folded_field"), ("Content-Length : 5", "bad_field"),
        ("Transfer-Encoding : chunked", "bad_field"),
        ("Transfer-Encoding\u{0B}: chunked", "bad_field"), ("Transfer-Encoding: \u{0B}chunked", "bad_field"),
    ])
    func `is refused for a field that is not well-formed`(line: String, code: String) {
        let heads = ["GET / HTTP/1.1\nHost: a\n\(line)\n\n", "GET / HTTP/1.1\n\(line)\nHost: a\n\n"]
        for head in heads { #expect(problem { _ = try parse(wire(head)) }?.code == code) }
    }

    @Test(arguments: [
        ("Content-Length: 5\nTransfer-Encoding: chunked", "ambiguous_framing"),
        ("Transfer-Encoding: chunked\nContent-Length: 5", "ambiguous_framing"),
        ("Content-Length: 0\nTransfer-Encoding: chunked", "ambiguous_framing"),
        ("Content-Length: 5\nContent-Length: 6", "ambiguous_framing"),
        ("Content-Length: 5\nContent-Length: 5", "ambiguous_framing"), ("content-length: 5\nCONTENT-LENGTH: 5", "ambiguous_framing"),
        ("Transfer-Encoding: chunked\nTransfer-Encoding: chunked", "ambiguous_framing"), ("Content-Length: 5, 5", "bad_content_length"),
        ("Content-Length: +5", "bad_content_length"), ("Content-Length: -5", "bad_content_length"),
        ("Content-Length: 0x5", "bad_content_length"),
        ("Content-Length: 5.0", "bad_content_length"), ("Content-Length: 5 5", "bad_content_length"),
        ("Content-Length:", "bad_content_length"),
        ("Content-Length: ٥", "bad_content_length"), ("Content-Length: 5;", "bad_content_length"),
        ("Content-Length: 18446744073709551621", "body_too_large"), ("Content-Length: 9999999999999999", "body_too_large"),
        ("Transfer-Encoding: gzip", "unknown_transfer_coding"), ("Transfer-Encoding: gzip, chunked", "unknown_transfer_coding"),
        ("Transfer-Encoding: chunked, gzip", "unknown_transfer_coding"), ("Transfer-Encoding: chunked, chunked", "unknown_transfer_coding"),
        ("Transfer-Encoding: identity", "unknown_transfer_coding"), ("Transfer-Encoding: xchunked", "unknown_transfer_coding"),
        ("Transfer-Encoding: chunked;q=1", "unknown_transfer_coding"), ("Transfer-Encoding:", "unknown_transfer_coding"),
        ("Transfer-Encoding: \"chunked\"", "unknown_transfer_coding"),
        ("Transfer-Encoding: chunked\nTransfer-Encoding: identity", "ambiguous_framing"),
        ("Expect: 200-ok", "unknown_expectation"),
    ])
    func `is refused for the end of its body`(fields: String, code: String) throws {
        let problem = try #require(problem { _ = try parse(wire("POST / HTTP/1.1\nHost: a\n\(fields)\n\n")) })
        #expect(problem.code == code)
        #expect(problem.status == ["unknown_transfer_coding": 501, "body_too_large": 413, "unknown_expectation": 417][code] ?? 400)
    }

    @Test func `is refused for chunks under HTTP 1.0`() {
        #expect(problem { _ = try parse(wire("POST / HTTP/1.0\nTransfer-Encoding: chunked\n\n")) }?.code == "ambiguous_framing")
    }

    @Test(arguments: [
        "GET / HTTP/1.1\nA: b\n\n", "GET / HTTP/1.1\nHost: a\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\nhost: b\n\n",
        "GET / HTTP/1.0\nHost: a\nHost: b\n\n",
        "GET / HTTP/1.1\nHost: a, b\n\n", "GET / HTTP/1.1\nHost: a b\n\n", "GET / HTTP/1.1\nHost: u@a\n\n", "GET / HTTP/1.1\nHost: a/b\n\n",
        "GET / HTTP/1.1\nHost: http://a\n\n", "GET / HTTP/1.1\nHost: ä\n\n", "GET http://a/ HTTP/1.1\nA: b\n\n",
    ])
    func `is refused for its host`(text: String) {
        #expect(problem { _ = try parse(wire(text)) }?.code == "bad_host")
    }

    /// Whatever is done to a head: it is refused, incomplete, or reads the same when it is sent on.
    @Test(arguments: UInt64(0)..<60)
    func `reads the same again, if it was read at all`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("\r\n :,;\t\0/?#aA0-\u{7F}".utf8) + [0xFF]
        for _ in 0..<200 {
            var bytes = `A request head`.fixtures.randomElement(using: &random)!
            for _ in 0...Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[place] = alphabet.randomElement(using: &random)!
                case 1: bytes.insert(alphabet.randomElement(using: &random)!, at: place)
                default: bytes.remove(at: place)
                }
            }
            guard let (head, consumed) = (try? parse(bytes)) ?? nil else { continue }
            #expect(consumed <= bytes.count)
            #expect(String(decoding: bytes[..<consumed], as: UTF8.self).hasSuffix("\r\n\r\n"))
            let target = head.path + (head.query.map { "?" + $0 } ?? "")
            var again = Array("\(head.method.text) \(target) HTTP/1.\(head.minorVersion)\r\n".utf8)
            head.headers.serialize(into: &again)
            let second = try #require(try parse(again + [13, 10])).head
            #expect(
                second.headers == head.headers && second.framing == head.framing && second.path == head.path && second.query == head.query)
            #expect(second.method == head.method && second.keepAlive == head.keepAlive && second.expectsContinue == head.expectsContinue)
        }
    }
}
