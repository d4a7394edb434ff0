// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Testing

@testable import CLI

@Suite struct `The banner` {
    static let secret = Secret("ust_s3cr3t")
    static func banner(_ token: Banner.Token) -> Banner {
        Banner(
            version: "0.1.0", url: "http://127.0.0.1:7100", token: token,
            configuration: "none at ~/.understudy/understudy.json: rehearsal plays",
            stateFolder: "~/.understudy",
            chain: [
                .init(model: "rehearsal/star", credential: "none"),
                .init(model: "standby/understudy", credential: "none", note: "blocked for 38 s"),
            ])
    }

    @Test func `on a terminal is this, whole`() {
        #expect(
            Self.banner(.file(path: "/home/ada/.understudy/gateway.token", Self.secret)).text(showsToken: true, colour: false) == """
                understudy 0.1.0 is ready on http://127.0.0.1:7100

                  Config   none at ~/.understudy/understudy.json: rehearsal plays
                  State    ~/.understudy
                  Token    ust_s3cr3t  (kept in /home/ada/.understudy/gateway.token)
                  Serves   OpenAI at /v1 (chat, responses, embeddings), Anthropic at /v1/messages, Gemini at /v1beta
                  Chain    1  rehearsal/star      none
                           2  standby/understudy  none  (blocked for 38 s)

                Try it:

                curl -N http://127.0.0.1:7100/v1/chat/completions -H "Authorization: Bearer ust_s3cr3t" -H 'Content-Type: application/json' \
                -d '{"model":"default","stream":true,"messages":[{"role":"user","content":"Who is on stage tonight?"}]}'

                Then see what happened: understudy explain --last
                """)
    }

    @Test(arguments: [
        (Banner.Token.file(path: "/home/a da/gateway.token", secret), #"-H "Authorization: Bearer $(cat '/home/a da/gateway.token')""#),
        (.setting(path: "gateway.auth.token", secret), #"-H "Authorization: Bearer $UNDERSTUDY_GATEWAY_TOKEN""#),
        (.environment(variable: "OPENCLAW_GATEWAY_TOKEN", secret), #"-H "Authorization: Bearer $OPENCLAW_GATEWAY_TOKEN""#),
    ])
    func `shows no token where nobody looks, and its curl line finds it`(token: Banner.Token, header: String) {
        let text = Self.banner(token).text(showsToken: false, colour: false)
        #expect(!text.contains("s3cr3t"))
        #expect(text.contains(header))
        let asks = text.contains("Try it, with the value of gateway.auth.token in UNDERSTUDY_GATEWAY_TOKEN:\n")
        #expect(asks == header.contains("$UNDERSTUDY_GATEWAY_TOKEN"))
    }

    @Test func `is one document for programs, without the token`() {
        let document = Self.banner(.file(path: "/x", Self.secret)).json(processID: 7, isRestart: false)
        #expect(document["ready"] == true && document["url"] == "http://127.0.0.1:7100" && document["pid"] == 7)
        #expect(document["chain"]?[1]?["note"] == "blocked for 38 s" && document["chain"]?[0]?["note"] == .null)
        #expect(!document.description.contains("s3cr3t"))
    }

    @Test func `needs no header where no token is asked for`() {
        let text = Self.banner(.notNeeded).text(showsToken: true, colour: false)
        #expect(!text.contains("Authorization"))
        #expect(text.contains("Token    none needed"))
    }

    @Test func `makes a token of any characters one shell word`() {
        let line = Self.banner(.setting(path: "gateway.auth.token", Secret(#"a"b$c`d\e"#))).curl(showsToken: true)
        #expect(line.contains(#""Authorization: Bearer a\"b\$c\`d\\e""#))
    }

    @Test(arguments: [
        ("plain/path-1.json", "plain/path-1.json"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("", "''"), ("$(x)", "'$(x)'"),
    ])
    func `quotes words for the shell`(word: String, quoted: String) {
        #expect(Banner.quoted(word) == quoted)
    }

    @Test func `says warnings and an empty chain`() {
        var banner = Self.banner(.notNeeded)
        banner.chain = []
        banner.warnings = ["openai:backup has no key"]
        banner.hint = "There is another file.\n  understudy gateway run"
        let text = banner.text(showsToken: true, colour: false)
        #expect(
            text.contains(
                "\n  Chain    none: no model can be asked\n\n  Warning: openai:backup has no key\n\n  There is another file.\n    understudy"
            ))
    }
}
