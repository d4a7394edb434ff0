// SPDX-License-Identifier: Apache-2.0
import HTTP
import Testing

@testable import CLI

@Suite struct `The gateway's address` {
    static let local = GatewayAddress.Local(
        runningURL: nil, settingsURL: "http://127.0.0.1:8080", settingsToken: Secret("from-settings"), fileToken: Secret("from-file"),
        tokenFile: "~/.understudy/gateway.token")

    struct Row: Sendable {
        var url: String?
        var token: String?
        var environment: [String: String] = [:]
        var local = `The gateway's address`.local
        var expectedURL: String
        var expectedToken: String?
        var origin: String
    }

    @Test(arguments: [
        Row(expectedURL: "http://127.0.0.1:8080", expectedToken: "from-settings", origin: "gateway.auth.token"),
        Row(
            local: .init(fileToken: Secret("from-file"), tokenFile: "~/t"), expectedURL: "http://127.0.0.1:7100",
            expectedToken: "from-file",
            origin: "~/t"),
        Row(
            local: .init(runningURL: "http://127.0.0.1:9", settingsURL: "http://127.0.0.1:8080", tokenFile: "~/t"),
            expectedURL: "http://127.0.0.1:9", expectedToken: nil, origin: "there is none in ~/t"),
        Row(
            environment: ["UNDERSTUDY_GATEWAY_TOKEN": "ours", "OPENCLAW_GATEWAY_TOKEN": "theirs"], expectedURL: "http://127.0.0.1:8080",
            expectedToken: "ours", origin: "$UNDERSTUDY_GATEWAY_TOKEN"),
        Row(
            environment: ["UNDERSTUDY_GATEWAY_TOKEN": "", "OPENCLAW_GATEWAY_TOKEN": "theirs"], expectedURL: "http://127.0.0.1:8080",
            expectedToken: "theirs", origin: "$OPENCLAW_GATEWAY_TOKEN"),
        Row(
            token: "typed", environment: ["UNDERSTUDY_GATEWAY_TOKEN": "ours"], expectedURL: "http://127.0.0.1:8080", expectedToken: "typed",
            origin: "--token"),
        Row(url: "10.0.0.5:7100/", expectedURL: "http://10.0.0.5:7100", expectedToken: nil, origin: "none is given with --url"),
        Row(
            url: "https://gw.example/", environment: ["UNDERSTUDY_GATEWAY_TOKEN": "ours"], expectedURL: "https://gw.example",
            expectedToken: "ours", origin: "$UNDERSTUDY_GATEWAY_TOKEN"),
    ])
    func `and token come from the command line, the environment, then this machine's files`(row: Row) {
        let address = GatewayAddress.choose(url: row.url, token: row.token, environment: row.environment, local: row.local)
        #expect(address.url == row.expectedURL)
        #expect(address.token == row.expectedToken.map { Secret($0) })
        #expect(address.tokenOrigin == row.origin)
        #expect(address.isRemote == (row.url != nil))
    }

    @Test func `is called a guess where nothing says what it is`() {
        func guess(_ change: (inout GatewayAddress.Local) -> Void, url: String? = nil) -> String? {
            var local = GatewayAddress.Local(tokenFile: "~/t")
            change(&local)
            return GatewayAddress.choose(url: url, token: nil, environment: [:], local: local).guess
        }
        #expect(guess { _ in } == nil)
        #expect(guess { $0.settingsAreBroken = true }?.contains("understudy config validate") == true)
        #expect(guess({ $0.settingsAreBroken = true }, url: "10.0.0.5") == nil)
        #expect(
            guess {
                $0.settingsAreBroken = true
                $0.runningURL = "http://127.0.0.1:9"
            } == nil)
    }

    @Test func `never shows a file's token to an address that was typed`() {
        let address = GatewayAddress.choose(url: "http://evil.example", token: nil, environment: [:], local: Self.local)
        #expect(address.token == nil)
    }
}

@Suite struct `A query for receipts` {
    @Test(arguments: [
        ("openai/gpt-5", "openai%2Fgpt-5"), ("a b&c=d", "a%20b%26c%3Dd"), ("Ünï", "%C3%9Cn%C3%AF"), ("a-._~Z9", "a-._~Z9"), ("", ""),
    ])
    func `escapes what a URL cannot hold`(text: String, escaped: String) {
        #expect(ReceiptsReader.percentEncoded(text) == escaped)
    }

    @Test func `says how to do without a variable whose token is refused`() {
        let local = GatewayAddress.Local(runningURL: "http://127.0.0.1:7100", fileToken: Secret("from the file"), tokenFile: "~/token")
        let stale = GatewayAddress.choose(url: nil, token: nil, environment: ["UNDERSTUDY_GATEWAY_TOKEN": "old"], local: local)
        #expect(stale.tokenHint == "unset UNDERSTUDY_GATEWAY_TOKEN, and the token of this machine's gateway is used")
        #expect(GatewayAddress.choose(url: nil, token: nil, environment: [:], local: local).tokenHint.contains("--state-dir"))
    }
}
