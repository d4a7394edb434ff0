// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `understudy gateway run` without a configuration, on a free port, and the commands that ask it.
@Suite(.timeLimit(.minutes(5))) struct `A gateway and its commands` {
    struct Stage {
        var binary: BuiltBinary
        var home: TemporaryHome
        var gateway: RunningBinary
        var url: String
        var token: [String: String]

        init() async throws {
            binary = try BuiltBinary()
            home = try TemporaryHome()
            gateway = try binary.start(["gateway", "run", "--port", "0"], home: home)
            let ready = try await gateway.line(containing: "is ready on ")
            url = String(try #require(ready.split(separator: " ").last))
            _ = try await gateway.line(containing: "Then see what happened")
            let file = try #require(home.read(".understudy/gateway.token"))
            token = ["UNDERSTUDY_GATEWAY_TOKEN": String(file.filter { !$0.isWhitespace })]
        }

        func ask(_ words: [String]) async throws -> BuiltBinary.Finished {
            try await binary.run(words + ["--url", url], environment: token, home: home)
        }
    }

    @Test func `starts with a banner that shows no token to a pipe, and stops when told`() async throws {
        let stage = try await Stage()
        let banner = stage.gateway.output()
        let token = try #require(stage.token["UNDERSTUDY_GATEWAY_TOKEN"])
        #expect(banner.contains("  Config   none at ~/.understudy/understudy.json: the rehearsal provider plays\n"))
        #expect(banner.contains("  Chain    1  rehearsal/star"))
        let up = try await stage.ask(["gateway", "status"])
        #expect(up.status == 0)
        #expect(up.out.contains("Runtime: running (pid \(stage.gateway.processID), version 0.1.0, up "))
        #expect(up.out.contains("\nReady: yes\n"))
        let stopped = await stage.gateway.stop()
        #expect(stopped.ending == .exited(0))
        #expect(!stopped.out.contains(token) && !stopped.error.contains(token))
        #expect(try await stage.ask(["status"]).status == 1)
    }

    @Test func `that refuses the token is up all the same`() async throws {
        var stage = try await Stage()
        stage.token = ["UNDERSTUDY_GATEWAY_TOKEN": "wrong"]
        let status = try await stage.ask(["gateway", "status", "--json"])
        #expect(status.status == 0)
        let document = try JSONValue.parse(Array(status.out.utf8))
        #expect(document["up"] == true && document["ready"] == true)
        #expect(document["detail"]?.string?.contains("refused the token ($UNDERSTUDY_GATEWAY_TOKEN)") == true)
        let receipts = try await stage.ask(["receipts"])
        #expect(receipts.status == 1)
        #expect(receipts.error.contains("give its token: --token <token>, or in UNDERSTUDY_GATEWAY_TOKEN"))
    }

    @Test(.enabled("curl is on this machine") { access("/usr/bin/curl", X_OK) == 0 })
    func `answers the line that its banner shows, and explains it alive or dead`() async throws {
        let stage = try await Stage()
        let line = try await stage.gateway.line(containing: "curl -N")
        let pasted = try await BuiltBinary(program: "/bin/sh").run(["-c", line])
        #expect(pasted.status == 0, "\(pasted.error)")
        #expect(pasted.out.hasPrefix("data: ") && pasted.out.contains("data: [DONE]"))
        let failing = line.split(separator: #""default""#).joined(separator: #""rehearsal/402-no-body""#)
        #expect(try await BuiltBinary(program: "/bin/sh").run(["-c", failing]).status == 0)

        let listed = try await stage.ask(["receipts", "--json"])
        let receipts = try JSONValue.parse(Array(listed.out.utf8))
        #expect(receipts["source"] == "gateway")
        #expect(receipts["receipts"]?.array?.map { $0["requested_model"] } == ["rehearsal/402-no-body", "default"])
        let table = try await stage.ask(["receipts"])
        #expect(table.out.contains("rehearsal/402-no-body  answered by standby/understudy "))
        let all = ["rehearsal/402-no-body", "default"]
        let narrowed: [([String], [String])] = [
            (["--reason", "billing"], [all[0]]), (["--reason", "rate-limit"], []), (["--failed"], []), (["--limit", "1"], [all[0]]),
            (["--model", "understudy"], [all[0]]), (["--model", "default"], [all[1]]), (["--credential", "rehearsal:none"], all),
            (["--agent", "main", "--since", "1h"], all), (["--session", "none"], []),
            (["--before", try #require(receipts["receipts"]?[0]?["id"]?.string).lowercased()], [all[1]]),
        ]
        for (flags, wanted) in narrowed {
            let found = try JSONValue.parse(Array(try await stage.ask(["receipts", "--json"] + flags).out.utf8))
            #expect(found["receipts"]?.array?.map { $0["requested_model"]?.string } == wanted, "\(flags)")
        }
        let mistaken = try await stage.ask(["receipts", "--reason", "bill"])
        #expect(mistaken.status == 64)
        #expect(mistaken.error.contains("Did you mean \"billing\"?"))
        let explained = try await stage.ask(["explain", "--last"])
        #expect(explained.out.contains("402, no body"))
        #expect(explained.out.contains("billing · rule status.402 · this model on this key blocked "))
        #expect(try await stage.ask(["explain", "--reason", "billing"]).out == explained.out)
        #expect(try await stage.ask(["explain", "--last", "--failed"]).error.contains("No request fits."))

        _ = await stage.gateway.killNow()
        // So that no other gateway on this machine, which may have the usual port, is asked.
        try stage.home.write("{ gateway: { port: 1 } }", to: ".understudy/understudy.json")
        let kept = try await stage.binary.run(["explain", "--last"], home: stage.home)
        #expect(kept.out == explained.out)
        #expect(kept.error == "No gateway runs; this is what it kept in \(stage.home.path)/.understudy/understudy.sqlite.\n")
        let status = try await stage.binary.run(["models", "status"], home: stage.home)
        #expect(status.out.contains("\n- rehearsal/402-no-body with rehearsal:none is blocked until "))
        let id = try #require(receipts["receipts"]?[1]?["id"]?.string)
        let other = try await stage.binary.run(["explain", id.lowercased()], home: stage.home)
        #expect(other.out.hasPrefix("\(id)  agent main"))
        let unknown = try await stage.binary.run(["explain", String(repeating: "0", count: 26)], home: stage.home)
        #expect(unknown.status == 1)
    }
}
