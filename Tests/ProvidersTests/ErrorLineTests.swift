// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

@Suite struct `An error as somebody wrote it down` {
    static func object(_ line: String) throws -> ErrorObject { try ErrorLine(parsing: bytes(line)).object(nowMilliseconds: now) }

    @Test func `is read from its body as a reply would be`() throws {
        let line =
            #"{"provider":"groq","status":429,"headers":{"Retry-After":"7"},"body":"{\"error\":{\"message\":\"Slow.\",\"code\":\"x\"}}"}"#
        let object = try Self.object(line)
        let real = chat.readError(
            status: 429, headers: ["Retry-After": "7"], body: bytes(#"{"error":{"message":"Slow.","code":"x"}}"#),
            context: ErrorContext(provider: "groq", model: "any"), nowMilliseconds: now)
        #expect(object == real)
        #expect(object.reset == .seconds(7))
    }

    @Test func `is made of what there is where it has no body`() throws {
        let named = try Self.object(#"{"status":400,"code":"c","type":"t","message":"m","body":null}"#)
        #expect((named.code, named.type, named.message) == ("c", "t", "m"))
        let prose = try Self.object(#"{"status":null,"message":"got status: 429. {\"error\":{\"code\":\"slow\"}}"}"#)
        #expect(prose.code == "slow")
        #expect(prose.status == nil && !prose.insideSuccess)
        #expect(try Self.object(#"{"status":402}"#).bodyIsEmpty)
    }

    @Test func `keeps what the body does not tell`() throws {
        let object = try Self.object(#"{"status":402,"code":402,"param":"model","body":{"detail":"No."}}"#)
        #expect(object.code == "402")
        #expect(object.message == "No.")
        #expect(object.namesMember == "model")
    }

    @Test func `is judged by the status alone if its body is a page`() throws {
        let object = try Self.object(#"{"status":502,"code":"insufficient_quota","body":"<html>rate limit</html>"}"#)
        #expect(object.isHTML && object.code == nil && object.message == nil)
        #expect(try Self.object(#"{"status":200,"body":"<!doctype html>"}"#).insideSuccess)
    }

    @Test(arguments: TransportFault.names + ["ECONNRESET", "ENOTFOUND"])
    func `may be no reply at all`(name: String) throws {
        #expect(try Self.object(#"{"transport":"\#(name)"}"#).transport != nil)
    }

    @Test(
        arguments: [
            ("", "not JSON"), ("{", "not JSON"), ("[]", "no JSON object"), (#"{"status":"x"}"#, "`status`"), (#"{"status":7}"#, "`status`"),
            (#"{"status":4000000000000000000000}"#, "`status`"), (#"{"code":[1]}"#, "`code`"), (#"{"body":true}"#, "`body`"),
            (#"{"wire":"carrier-pigeon"}"#, "openai-completions"), (#"{"transport":"gone"}"#, "refused"), (#"{"headers":[]}"#, "`headers`"),
            (#"{"headers":{"a":{}}}"#, "`headers.a`"), (String(repeating: "[", count: 100), "not JSON"),
        ])
    func `is refused in words that name the member`(line: String, words: String) {
        let problem = #expect(throws: ErrorLineProblem.self) { try ErrorLine(parsing: bytes(line)) }
        #expect(problem?.message.contains(words) == true)
    }

    @Test func `is refused beyond a megabyte`() {
        let line = #"{"message":""# + String(repeating: "x", count: ErrorLine.limit) + #""}"#
        #expect(throws: ErrorLineProblem.self) { try ErrorLine(parsing: bytes(line)) }
    }

    @Test func `is answered by one line`() throws {
        let line = try ErrorLine(parsing: bytes(#"{"id":"a","status":429,"headers":{"retry-after-ms":1500}}"#))
        let verdict = line.verdict(Classifier.classify(line.object(nowMilliseconds: now)))
        #expect(
            verdict.json.description
                == #"{"id":"a","reason":"rate_limit","scope":"credential_model","rule":"status.429","retryAfterSeconds":1.5}"#)
        let other = try ErrorLine(parsing: bytes(#"{"status":400}"#))
        #expect(
            other.verdict(Classifier.classify(other.object(nowMilliseconds: now))).json.description
                == #"{"id":null,"reason":"unknown","scope":null,"rule":"unknown","retryAfterSeconds":null}"#)
    }
}
