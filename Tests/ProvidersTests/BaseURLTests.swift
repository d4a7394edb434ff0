// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Providers

@Suite struct `A base URL` {
    @Test(arguments: [
        ("https://api.openai.com/v1", "https://api.openai.com:443", "/v1", "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/v1/", "https://api.openai.com:443", "/v1", "https://api.openai.com/v1/chat/completions"),
        ("HTTPS://API.Example.COM:443", "https://api.example.com:443", "", "https://api.example.com/chat/completions"),
        ("http://127.0.0.1:8000//", "http://127.0.0.1:8000", "", "http://127.0.0.1:8000/chat/completions"),
        ("http://[::1]:8080/v1", "http://[::1]:8080", "/v1", "http://[::1]:8080/v1/chat/completions"),
        ("http://[fe80::1]", "http://[fe80::1]:80", "", "http://[fe80::1]/chat/completions"),
        ("http://my_host/a/b", "http://my_host:80", "/a/b", "http://my_host/a/b/chat/completions"),
    ])
    func `has an endpoint and takes paths`(text: String, endpoint: String, path: String, whole: String) throws {
        let url = try #require(BaseURL(text))
        #expect(url.endpoint == EndpointID(rawValue: endpoint))
        #expect(url.path == path)
        #expect(url.appending("/chat/completions") == whole)
        #expect(BaseURL(url.description) == url)
    }

    @Test(arguments: [
        "", "api.openai.com", "ftp://x", "https://", "https:///v1", "https://user@host/v1", "https://user:pw@host", "https://h/v1?key=1",
        "https://h/#a",
        "https://h:0", "https://h:65536", "https://h:", "https://h:80a", "https://h:+80", "https://h ost", "https://hé", "https://h\n",
        "https://h\\v1",
        "https://[::1", "https://[]", "https://[::1]x", "https://[h]", "//h", "https:/h", "https://.h", "https://h:1:2", "https://h/\u{7F}",
        "https://" + String(repeating: "h", count: 300), "https://h/" + String(repeating: "p", count: 2048),
    ])
    func `is refused unless it is one`(text: String) {
        #expect(BaseURL(text) == nil)
    }

    @Test(arguments: [
        "localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "10.0.0.1", "192.168.1.1", "172.16.0.1", "172.31.255.255", "169.254.1.1",
        "100.64.0.1",
        "0.0.0.0", "[::1]", "[::]", "[fc00::1]", "[fd12::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "ollama", "nas.local", "gpu.internal",
        "box.lan",
        "host.docker.internal", "a.home.arpa",
    ])
    func `is local on this machine and in private networks`(host: String) throws {
        #expect(try #require(BaseURL("http://\(host)")).isLocal)
    }

    @Test(arguments: [
        "api.openai.com", "10.example.com", "127.0.0.1.nip.io", "172.15.0.1", "172.32.0.1", "100.128.0.1", "8.8.8.8", "[2001:db8::1]",
        "[::ffff:8.8.8.8]", "localhost.example.com", "localexample.com", "192.168.1.256", "in-addr.arpa", "[fec0::1]",
    ])
    func `is not local elsewhere`(host: String) throws {
        #expect(try !#require(BaseURL("http://\(host)")).isLocal)
    }
}

@Suite struct `Time limits` {
    @Test func `are narrowed place by place, and say by whom`() {
        var wide = TimeLimits()
        wide.idle = .seconds(30)
        wide.connect = .seconds(2)
        var narrow = TimeLimits()
        narrow.idle = .seconds(5)
        let limits = TimeLimits.Resolved.standard.narrowed(by: wide, setBy: "timeouts").narrowed(by: narrow, setBy: "groq")
        #expect(limits[.idle] == .init(.seconds(5), setBy: "groq"))
        #expect(limits[.connect] == .init(.seconds(2), setBy: "timeouts"))
        #expect(limits[.plain] == .init(.seconds(300), setBy: "built in"))
        #expect(limits.narrowed(by: TimeLimits(), setBy: "nobody") == limits)
    }

    @Test(arguments: [
        (TimeLimits.Phase.connect, 10), (.firstToken, 12), (.reasoningFirstToken, 60), (.localFirstToken, 120), (.idle, 60), (.plain, 300),
        (.request, 600),
    ])
    func `are built in for each phase, and each can be set`(phase: TimeLimits.Phase, seconds: Int) {
        #expect(TimeLimits.Resolved.standard[phase].length == .seconds(seconds))
        var limits = TimeLimits()
        #expect(limits.isEmpty && limits[phase] == nil)
        limits[phase] = .seconds(1)
        #expect(!limits.isEmpty && limits[phase] == .seconds(1))
        #expect(TimeLimits.Phase.allCases.count { limits[$0] != nil } == 1)
        let resolved = TimeLimits.Resolved.standard.narrowed(by: limits, setBy: "me")
        #expect(TimeLimits.Phase.allCases.filter { resolved[$0].setBy == "me" } == [phase])
    }
}
