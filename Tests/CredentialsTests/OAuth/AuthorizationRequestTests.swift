// SPDX-License-Identifier: Apache-2.0
import Credentials
import HTTP
import Providers
import TestSupport
import Testing

@Suite struct `A login in a browser` {
    static func request() throws -> AuthorizationRequest {
        var descriptor = LoginDescriptor(provider: "acme", source: "a test")
        descriptor.clientID = "an id & more"
        descriptor.authorizeURL = "https://acme.example/authorize"
        descriptor.tokenURL = "https://acme.example/token"
        descriptor.scopes = ["a", "b:c"]
        descriptor.authorizeParameters = [LoginDescriptor.Parameter("prompt", "consent")]
        descriptor.redirectHost = "localhost"
        descriptor.redirectPath = "/back"
        return try #require(AuthorizationRequest(descriptor, port: 1455, state: "0123456789abcdef0123"))
    }

    @Test func `sends what RFC 6749 and RFC 7636 want`() throws {
        let url = try Self.request().url
        #expect(url.hasPrefix("https://acme.example/authorize?response_type=code&client_id=an%20id%20%26%20more&"))
        #expect(url.contains("&redirect_uri=http%3A%2F%2Flocalhost%3A1455%2Fback&"))
        #expect(url.contains("&code_challenge_method=S256&state=0123456789abcdef0123&scope=a%20b%3Ac&prompt=consent"))
    }

    @Test func `keeps its verifier from the address, and never uses one twice`() throws {
        let pairs = (0..<100).map { _ in PKCE() }
        #expect(Set(pairs.map(\.verifier)).count == 100)
        #expect(pairs.allSatisfy { $0.verifier.text.utf8.count == 43 && $0.challenge.utf8.count == 43 && $0.challenge != $0.verifier.text })
        #expect(Set((0..<100).map { _ in PKCE.state() }).count == 100)
    }

    @Test(arguments: [
        ("http://localhost:1455/back?code=c1&state=0123456789abcdef0123", "c1"),
        ("  http://localhost:1455/back?state=0123456789abcdef0123&code=c%2F1+x#x \n", "c/1 x"),
        ("code=c1&state=0123456789abcdef0123", "c1"), ("4/0Ab_c-d.e", "4/0Ab_c-d.e"), ("c1#0123456789abcdef0123", "c1"),
    ])
    func `takes what a person pastes`(text: String, code: String) throws {
        #expect(try Self.request().code(pasted: text).text == code)
    }

    @Test(arguments: [
        "", "  ", "http://localhost:1455/back", "http://localhost:1455/back?code=c1", "http://localhost:1455/back?code=c1&state=another",
        "http://localhost:1455/back?state=0123456789abcdef0123",
        "http://localhost:1455/back?error=access_denied&state=0123456789abcdef0123",
        "c1#another", "two words", "é", String(repeating: "a", count: 20_000), "http://h/?code=%zz&state=%", "code=",
    ])
    func `takes nothing else`(text: String) throws {
        let request = try Self.request()
        #expect(throws: AuthorizationRequest.Problem.self) { try request.code(pasted: text) }
    }
}
