// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

@testable import CLI

/// `understudy failures classify`, as it is typed.
@Suite(.timeLimit(.minutes(5))) struct `Classifying by command` {
    static let binary = Result { () throws(BuiltBinary.Problem) in try BuiltBinary() }

    static func classify(_ words: [String], input: String = "", home: TemporaryHome? = nil) async throws -> BuiltBinary.Finished {
        try await binary.get().run(["failures", "classify"] + words, input: input, home: home)
    }

    @Test(
        arguments: [
            (["--provider", "cerebras", "--status", "402"], "billing", "status.402", "credential_model", [60, 120, 300, 600, 1800]),
            (["--status", "429", "--header", "retry-after: 20"], "rate_limit", "status.429", "credential_model", [20]),
            (
                ["--status", "429", "--header", "x-a: b", "--header", "Retry-After:20"], "rate_limit", "status.429", "credential_model",
                [20]
            ),
            (["--status", "401"], "auth", "status.401", "credential", [300, 3600]),
            (["--code", "invalid_grant"], "auth_permanent", "oauth.invalid_grant", "credential", []),
            (["--transport", "timeout"], "timeout", "timeout.first_token", "credential_model", [5, 30, 120]),
            (["--transport", "ENOTFOUND"], "network", "network.dns", "endpoint", [5, 30, 120]),
            (["--status", "400", "--body", #"{"error":{"code":"content_filter"}}"#], "content_policy", "code.policy", nil, nil),
            (["--status", "400", "--message", "max_tokens is odd"], "invalid_request", nil, nil, nil),
            (["--message", "Nobody ever said this before"], "unknown", "unknown", "credential_model", [30]),
        ] as [([String], String, String?, String?, [Int]?)])
    func `tells reason, rule and what is blocked`(
        words: [String], reason: String, rule: String?, scope: String?, seconds: [Int]?
    ) async throws {
        let finished = try await Self.classify(words + ["--json"])
        #expect(finished.status == 0, "\(finished.error)")
        let told = try JSONValue.parse(finished.out)
        #expect(told["reason"]?.string == reason, "\(finished.out)")
        if let rule { #expect(told["rule"]?.string == rule) }
        #expect(told["scope"]?.string == scope)
        #expect(told["blocks"]?["seconds"]?.array?.compactMap(\.int) == seconds)
        let text = try await Self.classify(words)
        #expect(text.out.hasPrefix("\(reason): "))
        for row in ["rule", "evidence", "again here?", "next credential?", "next model?", "blocked"] {
            #expect(text.out.contains("\n  \(row) "), "\(text.out)")
        }
    }

    @Test func `says a 402 without a body in words`() async throws {
        let finished = try await Self.classify(["--provider", "cerebras", "--status", "402"])
        #expect(
            finished.out == """
                billing: no money: a payment ends it
                  rule              status.402 (RFC 9110 §15.5.3: often without a body)
                  evidence          status 402, no body
                  again here?       no
                  next credential?  yes
                  next model?       yes
                  blocked           this model on this credential, 1 min; while it goes on 2
                                    min, 5 min, 10 min, 30 min; the whole credential, when a
                                    second model fails the same way

                """)
    }

    @Test func `takes the windows from the settings`() async throws {
        let home = try TemporaryHome()
        try home.write("{ failover: { blocks: { billing: [7, 9] } } }", to: ".understudy/understudy.json")
        let finished = try await Self.classify(["--status", "402", "--json"], home: home)
        #expect(try JSONValue.parse(finished.out)["blocks"]?["seconds"]?.array?.compactMap(\.int) == [7, 9])
        try home.write("{ nonsense", to: ".understudy/understudy.json")
        let without = try await Self.classify(["--status", "402", "--json"], home: home)
        #expect(without.status == 0)
        #expect(without.error.contains("built-in"))
    }

    // MARK: A reply on standard input

    @Test(
        arguments: [
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 429 \r\ncontent-type: application/json\r\nretry-after: 38\r\n\r\n"
                    + #"{"error":{"message":"Requests per minute limit exceeded"}}"#, "rate_limit", 38
            ),
            ("HTTP/1.1 402 Payment Required\ncontent-length: 0\n\n", "billing", nil),
            ("HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n<html>429 Too Many Requests</html>", "server_error", nil),
            (#"{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}"#, "quota", nil),
            ("402 insufficient credits", "billing", nil),
            (
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
                    + "data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\"}}\n\n", "overloaded", nil
            ),
            ("HTTP/1.1 200 OK\r\n\r\n{}", "malformed", nil),
        ] as [(String, String, Int?)])
    func `reads a body, or what curl -i prints`(input: String, reason: String, seconds: Int?) async throws {
        let finished = try await Self.classify(["--json"], input: input)
        #expect(finished.status == 0, "\(finished.error)")
        let told = try JSONValue.parse(finished.out)
        #expect(told["reason"]?.string == reason, "\(finished.out)")
        #expect(told["retryAfterSeconds"]?.int == seconds)
    }

    @Test(
        arguments: [
            #"{"choices":[{"index":0,"message":{"role":"assistant","content":"402 insufficient credits"},"finish_reason":"stop"}]}"#,
            "HTTP/1.1 200 OK\r\n\r\n"
                + #"{"choices":[{"index":0,"message":{"role":"assistant","content":"Error: 429"},"finish_reason":"stop"}]}"#,
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"billing error\"}}]}\n\n"
                + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        ])
    func `judges nothing that a model said`(reply: String) async throws {
        let finished = try await Self.classify([], input: reply)
        #expect(finished.status == 0)
        #expect(finished.out == "No failure: this is a whole reply. What a model says is never judged.\n")
        #expect(try JSONValue.parse(try await Self.classify(["--json"], input: reply).out)["reason"] == .null)
    }

    @Test func `takes flags for what a reply does not tell`() async throws {
        let finished = try await Self.classify(
            ["--status", "400", "--provider", "openrouter", "--json"],
            input: #"{"error":{"message":"your request did not allow prompt caching"}}"#)
        #expect(try JSONValue.parse(finished.out)["reason"]?.string == "format")
    }

    @Test(
        arguments: [
            (["--status", "99"], "--status takes a whole number from 100 to 999"), (["--header", "nonsense"], "--header takes a header"),
            (["--transport", "dsn"], "Did you mean dns?"), (["--body", "x", "--code", "y"], "--body is the whole reply"),
            (["--wire", "smoke"], "--wire takes one of"), (["a", "b"], "one word too many"), ([], "what it was given is empty"),
            (["/nowhere/at/all"], "/nowhere/at/all cannot be read"),
            (["--jsonl", "--provider", "openai"], "with --jsonl each line says it for itself, so --provider has no place"),
        ])
    func `refuses what makes no sense`(words: [String], message: String) async throws {
        let finished = try await Self.classify(words)
        #expect(finished.status == (words.first?.hasPrefix("/") == true ? 1 : 64))
        #expect(finished.error.contains(message), "\(finished.error)")
        #expect(finished.out.isEmpty)
    }

    // MARK: Lines

    @Test func `judges line after line, in order, and names the lines that are none`() async throws {
        let lines = [
            #"{"id":"a","status":402}"#, "", "nonsense", #"{"id":7,"status":503,"headers":{"retry-after":"2.5"}}"#, "[]",
            #"{"status":"x"}"#, String(repeating: "x", count: (1 << 20) + 1), #"{"id":"z","message":"what is this"}"#,
        ]
        let finished = try await Self.classify(["--jsonl"], input: lines.joined(separator: "\n"))
        #expect(finished.status == 1)
        let told = try finished.out.split(separator: "\n").map { try JSONValue.parse(String($0)) }
        #expect(told.map { $0["id"]?.string } == ["a", "7", "z"])
        #expect(told.map { $0["reason"]?.string } == ["billing", "overloaded", "unknown"])
        #expect(told.map { $0["scope"]?.string } == ["credential_model", "credential_model", "credential_model"])
        #expect(told[0]["retryAfterSeconds"] == .null)
        for number in [3, 5, 6, 7] { #expect(finished.error.contains("understudy: line \(number): "), "\(finished.error)") }
        #expect(finished.error.split(separator: "\n").count == 4)
    }

    @Test func `judges ten thousand lines in a few seconds`() async throws {
        let row = #"{"id":"n","provider":"openai","status":429,"message":"You exceeded your current quota, please check your plan"}"# + "\n"
        var finished: BuiltBinary.Finished?
        let time = try await ContinuousClock().measure {
            finished = try await Self.classify(["--jsonl"], input: String(repeating: row, count: 10_000))
        }
        #expect(finished?.status == 0)
        #expect(finished?.out.split(separator: "\n").count == 10_000)
        // A debug build on a crowded machine; a release build needs a tenth of it.
        #expect(time < .seconds(60))
    }

    @Test func `goes by the flags behind each other, and sees repeated ones`() throws {
        guard
            case .run(let invocation) = try ArgumentParser(list: .all).parse(
                ["failures", "classify", "--header", "a: 1", "--status", "400", "--header=b: 2"])
        else { return #expect(Bool(false), "no invocation") }
        #expect(invocation.texts(ClassifyCommand.header) == ["a: 1", "b: 2"])
        #expect(invocation.number(ClassifyCommand.status) == 400)
    }
}
