// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing

@Suite struct `Header fields` {
    static let sample: Headers = [
        "Content-Type": "text/plain", "Accept": "a", "X-Empty": "", "accept": "b, c", "CONNECTION": "Keep-Alive , TE",
    ]

    /// Adds a line as a client library hands it out.
    private func take(_ line: [UInt8], into headers: inout Headers) -> Bool { headers.append(line: line.span.bytes) }

    @Test(arguments: ["content-type", "Content-Type", "CONTENT-TYPE"])
    func `are found whatever the case of the name`(name: String) {
        #expect(Self.sample[name] == "text/plain")
        #expect(Self.sample.all(name) == ["text/plain"])
    }

    @Test func `give the first value, all values, and none for a name that is missing`() {
        #expect(Self.sample.first("accept") == "a")
        #expect(Self.sample.all("Accept") == ["a", "b, c"])
        #expect(Self.sample.first("x-empty") == "")
        #expect(Self.sample.first("accep") == nil)
        #expect(Self.sample.first("accept-") == nil)
        #expect(Self.sample[""] == nil)
        #expect(Self.sample.contains("accept") && !Self.sample.contains("cookie"))
        let (accept, cookie) = (Self.sample.withFirst("accept") { text($0) }, Self.sample.withFirst("cookie") { text($0) })
        #expect(accept == "a" && cookie == nil)
    }

    @Test(arguments: [
        ("keep-alive", true), ("te", true), ("keep", false), ("alive", false), ("keep-alive , te", false), ("", false),
    ])
    func `know the tokens of a list`(token: String, isThere: Bool) {
        // `hasToken` takes literals: a name is known when the code is written.
        let found =
            switch token {
            case "keep-alive": Self.sample.hasToken("Keep-alive", in: "connection")
            case "te": Self.sample.hasToken("te", in: "Connection")
            case "keep": Self.sample.hasToken("keep", in: "connection")
            case "alive": Self.sample.hasToken("alive", in: "connection")
            case "": Self.sample.hasToken("", in: "connection")
            default: Self.sample.hasToken("keep-alive , te", in: "connection")
            }
        #expect(found == isThere)
        #expect(Self.sample.hasToken("c", in: "accept"))
    }

    @Test func `are sent in order, as they were written`() {
        var output = Array(">".utf8)
        Self.sample.serialize(into: &output)
        let sent = "Content-Type: text/plain\r\nAccept: a\r\nX-Empty: \r\naccept: b, c\r\nCONNECTION: Keep-Alive , TE\r\n"
        #expect(String(decoding: output, as: UTF8.self) == ">" + sent)
    }

    @Test func `lose every field of a name, and keep the others readable`() {
        var headers = Self.sample
        headers.remove("ACCEPT")
        #expect(headers == ["content-type": "text/plain", "x-empty": "", "connection": "Keep-Alive , TE"])
        #expect(headers.first("connection") == "Keep-Alive , TE")
        headers.remove("missing")
        #expect(headers.count == 3)
        headers.set("Content-Type", "image/png")
        #expect(headers.all("content-type") == ["image/png"])
        headers["x-empty"] = nil
        headers["new"] = "1"
        #expect(headers == ["connection": "Keep-Alive , TE", "content-type": "image/png", "new": "1"])
    }

    @Test func `take over the fields of others`() {
        var headers: Headers = ["a": "1"]
        headers.append(["b": "2", "a": "3"] as Headers)
        #expect(headers.all("a") == ["1", "3"])
        headers.remove("b")
        #expect(headers == ["a": "1", "a": "3"])
    }

    @Test(arguments: [
        ("name", "x\r\nInjected: 1"), ("name", "x\ny"), ("name", "x\ry"), ("name", "x\0y"), ("name", "x\u{7F}"), ("name", "\u{1B}[2J"),
        ("na me", "x"), ("name:", "x"), ("", "x"), ("näme", "x"), ("na\r\nme", "x"), ("\"name\"", "x"), ("name\0", "x"),
    ])
    func `refuse what would not be one field`(name: String, value: String) {
        var headers: Headers = ["before": "1"]
        let (wasAdded, wasSet) = (headers.append(name, value), headers.set(name, value))
        #expect(!wasAdded && !wasSet)
        #expect(headers == ["before": "1"])
        var output: [UInt8] = []
        headers.serialize(into: &output)
        #expect(String(decoding: output, as: UTF8.self) == "before: 1\r\n")
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func `take every byte where the grammar has it, and no other`(byte: UInt8) {
        let isToken =
            "!#$%&'*+-.^_`|~".utf8.contains(byte) || (byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter) || (48...57).contains(byte)
        var headers = Headers()
        let isName = take(Array("a".utf8) + [byte] + Array(": v".utf8), into: &headers)
        #expect(isName == (isToken || byte == 0x3A))
        headers = Headers()
        // Nine bytes before and after, so that it stands in a word that is looked at as a whole, and then at the end.
        let isValue = byte == 9 || byte == 0x20 || (byte > 0x20 && byte != 0x7F)
        for line in [Array("a: 123456789".utf8) + [byte] + Array("123456789".utf8), Array("a: 1".utf8) + [byte, 0x31]] {
            let wasTaken = take(line, into: &headers)
            #expect(wasTaken == isValue)
        }
        #expect(headers.count == (isValue ? 2 : 0))
    }

    @Test(arguments: [
        ("Name: value\r\n", "Name", "value"), ("Name: value", "Name", "value"), ("Name:value\n", "Name", "value"),
        ("N: \t v v \t \r\n", "N", "v v"),
        ("N:\r\n", "N", ""), ("N: a:b\r\n", "N", "a:b"), ("N: grüße\r\n", "N", "grüße"),
    ])
    func `are read from lines`(line: String, name: String, value: String) {
        var headers = Headers()
        let wasTaken = take(Array(line.utf8), into: &headers)
        #expect(wasTaken && headers == [name: value])
        #expect(headers[name] == value)
    }

    @Test(arguments: [
        "", "\r\n", "no colon", ": no name", " folded", " folded: 1", "\tx: 1", "a b: c", "HTTP/1.1 200 OK", "x : 1", "a: b\r\nc: d",
        "a: b\r\r\n",
        "a: \u{1}",
    ])
    func `do not take lines that are no fields`(line: String) {
        var headers: Headers = ["kept": "1"]
        let wasTaken = take(Array(line.utf8), into: &headers)
        #expect(!wasTaken && headers == ["kept": "1"])
    }

    @Test func `are bounded`() {
        var headers = Headers()
        let big = String(repeating: "x", count: 1000)
        for _ in 0..<2000 { headers.append("big", big) }
        var output: [UInt8] = []
        headers.serialize(into: &output)
        #expect(output.count <= Headers.maxBytes && headers.count == Headers.maxBytes / 1007)
        let all = headers
        headers.append(all)
        #expect(headers == all)
        let wasTaken = take([UInt8](repeating: 0x61, count: Headers.maxBytes), into: &headers)
        #expect(!wasTaken)
    }

    @Test func `are equal by name, value and order`() {
        #expect(["A": "x"] as Headers == ["a": "x"])
        #expect((["A": "x"] as Headers).hashValue == (["a": "x"] as Headers).hashValue)
        #expect(["a": "x"] as Headers != ["a": "X"])
        #expect(["a": "1", "b": "2"] as Headers != ["b": "2", "a": "1"])
        #expect(["a": "1"] as Headers != ["a": "1", "a": "1"])
        var lines = Headers()
        let wasTaken = take(Array("a:   x \r\n".utf8), into: &lines)
        #expect(wasTaken && lines == ["a": "x"])
    }

    @Test(arguments: [
        "authorization", "Authorization", "X-API-Key", "x-goog-api-key", "api-key", "Cookie", "Set-Cookie", "proxy-authorization",
    ])
    func `never print what lets somebody in`(name: String) {
        let headers: Headers = ["host": "here", name: "Bearer hunter2-hunter2"]
        var dumped = ""
        dump(headers, to: &dumped)
        for printed in [headers.description, headers.debugDescription, "\(headers)", String(reflecting: headers), dumped] {
            #expect(!printed.contains("hunter2"))
            #expect(printed.contains("<secret>") && printed.contains("here"))
        }
        #expect(!dumped.contains("104"))  // the bytes of "hunter2" begin with it
    }
}
