// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Relay
import Testing

@testable import CLI

@Suite struct `What came of probing` {
    static let targets = [
        ProbeTarget(
            provider: "cerebras", model: ModelRef(provider: "cerebras", model: "llama3.1-8b"), credential: "cerebras:manual", kind: .token,
            label: "cerebras:manual", source: .profile),
        ProbeTarget(
            provider: "openrouter", model: ModelRef(provider: "openrouter", model: "anthropic/claude-sonnet-4.5-with-a-long-name-indeed"),
            credential: "openrouter:somebody@example.com", kind: .apiKey, label: "", source: .env),
        ProbeTarget(provider: "openai", model: ModelRef(provider: "openai", model: "gpt-5"), label: "no credential"),
    ]

    static var results: [ProbeResult] {
        var fine = ProbeResult(targets[0], .ok)
        (fine.latency, fine.firstToken, fine.httpStatus) = (.milliseconds(1840), .milliseconds(612), 200)
        fine.receipt = "01JCE6T4Y4V4Q1S3BZ0Q2N8G5M"
        fine.cleared = ["ended: credential_model …, billing"]
        var dry = ProbeResult(targets[1], .billing, reasonCode: "billing", error: "402, no body")
        (dry.latency, dry.httpStatus, dry.rule, dry.reset) = (.milliseconds(52), 402, "status.402", .seconds(38))
        dry.receipt = "01JCE6T4Y4V4Q1S3BZ0Q2N8G5N"
        return [fine, dry, ProbeResult(targets[2], .unknown, reasonCode: "missing_credential", error: "no credential: set OPENAI_API_KEY")]
    }

    static func page(_ done: Int = 3, leftOut: Int = 0) -> ProbePage {
        var page = ProbePage(ProbeOrder())
        page.take(.begin(targets: targets, leftOut: leftOut, at: Timestamp(milliseconds: 1000)))
        for result in results.prefix(done) { page.take(.result(result)) }
        if done == 3 { page.take(.end(done: 3, at: Timestamp(milliseconds: 2900), took: .milliseconds(1900))) }
        return page
    }

    @Test func `is a table whose rows come one by one`() {
        let page = Self.page()
        let lines = [page.heading(width: nil, colour: false)] + Self.results.map { page.row($0, width: nil, colour: false) }
        #expect(
            lines.joined(separator: "\n")
                == """
                Model                                                         Profile                                    Status
                cerebras/llama3.1-8b                                          cerebras:manual (token)                    ok · 1.8s · first token 0.6s
                  ↳ a block is ended: credential_model …, billing
                openrouter/anthropic/claude-sonnet-4.5-with-a-long-name-indeed  openrouter:somebody@example.com (api_key)  billing · 52ms
                  ↳ 402, no body; free again in 38 s; understudy explain 01JCE6T4Y4V4Q1S3BZ0Q2N8G5N
                openai/gpt-5                                                  -                                          unknown (missing_credential)
                  ↳ no credential: set OPENAI_API_KEY
                """.replacing(
                    "Model                                                         Profile",
                    with: "Model                                                           Profile"
                )
                .replacing(
                    "llama3.1-8b                                          cere",
                    with: "llama3.1-8b                                            cere"
                )
                .replacing(
                    "gpt-5                                                  -  ",
                    with: "gpt-5                                                    -  "))
        #expect(page.summary(width: 400) == "Probed 3 targets in 1.9s\n" + ProbePage.caveat)
        #expect(page.status == .failed)
    }

    @Test(arguments: [80, 120]) func `fits the terminal`(width: Int) {
        let page = Self.page()
        let lines = ([page.heading(width: width, colour: false)] + Self.results.map { page.row($0, width: width, colour: false) })
            .flatMap { $0.split(separator: "\n") }
        #expect(lines.allSatisfy { TextWidth.columns(String($0)) <= width + 8 }, "\(lines)")
        #expect(lines.contains { $0.contains("billing · 52ms") })
    }

    @Test func `says what was left out, and what was not done`() {
        #expect(Self.page(leftOut: 7).summary(width: 200).contains("\n7 more were left out. Narrow them with --probe-provider"))
        var stopped = Self.page(1)
        stopped.interrupt(at: Timestamp(milliseconds: 3500))
        #expect(stopped.summary(width: 400).hasPrefix("Stopped: probed 1 of 3 targets in 2.5s\n"))
        #expect(stopped.status == .interrupted)
        #expect(ProbePage(ProbeOrder()).summary(width: 80) == "No probe targets." && ProbePage(ProbeOrder()).status == .failed)
    }

    @Test func `is what OpenClaw's programs look for`() throws {
        let document = Self.page().json
        #expect(try JSONValue.parse(JSONWriter.compact(document)) == document)
        #expect(document["startedAt"] == 1000 && document["finishedAt"] == 2900 && document["durationMs"] == 1900)
        #expect(document["totalTargets"] == 3)
        for name in ["provider", "profileIds", "timeoutMs", "concurrency", "maxTokens"] {
            #expect(document["options"]?[name] != nil, "\(name)")
        }
        let first = try #require(document["results"]?[0])
        #expect(first["model"] == "cerebras/llama3.1-8b" && first["profileId"] == "cerebras:manual" && first["status"] == "ok")
        #expect(first["latencyMs"] == 1840 && first["firstTokenMs"] == 612 && first["source"] == "profile" && first["mode"] == "token")
        #expect(document["results"]?[2]?["reasonCode"] == "missing_credential" && document["results"]?[2]?["latencyMs"] == .null)
    }

    @Test func `crosses a socket as lines and back`() throws {
        let events: [ProbeEvent] =
            [.begin(targets: Self.targets, leftOut: 2, at: Timestamp(milliseconds: 5))] + Self.results.map { .result($0) }
            + [.end(done: 3, at: Timestamp(milliseconds: 9), took: .milliseconds(4))]
        for event in events {
            #expect(ProbeEvent.read(event.line) == event)
        }
        for line in ["", "{}", "[]", #"{"type":"begin"}"#, #"{"type":"result"}"#, #"{"type":"later"}"#, "\u{0}"] {
            #expect(ProbeEvent.read(Array(line.utf8)) == nil, "\(line)")
        }
        let later = ProbeEvent.read(Array(#"{"type":"result","provider":"a","status":"never-heard"}"#.utf8))
        guard case .result(let result)? = later else { Issue.record("no result"); return }
        #expect(result.status == .unknown)
    }

    @Test(
        arguments: [
            ([], nil), (["--probe"], ProbeOrder()), (["--no-probe"], nil),
            (["--probe-profile", "a:1,a:2", "--probe-profile", " b:1 "], order { $0.credentials = ["a:1", "a:2", "b:1"] }),
            (["--probe-provider", "Cerebras"], order { $0.provider = "cerebras" }),
            (
                ["--probe-model", "a/b", "--probe-timeout", "2000"],
                order {
                    $0.models = ["a/b"]; $0.timeout = .seconds(2)
                }
            ),
            (
                ["--probe-all-models", "--probe-concurrency", "5"],
                order {
                    $0.allModels = true; $0.concurrency = 5
                }
            ),
            (["--probe", "--probe-max-tokens", "1"], order { $0.maxTokens = 1 }),
        ] as [([String], ProbeOrder?)])
    func `is ordered by flags`(words: [String], expected: ProbeOrder?) throws {
        guard case .run(let invocation) = try ArgumentParser(list: .all).parse(["models", "status"] + words) else {
            Issue.record("no command"); return
        }
        #expect(ProbeFlags.order(invocation, agent: nil) == expected)
    }

    static func order(_ change: (inout ProbeOrder) -> Void) -> ProbeOrder {
        var order = ProbeOrder()
        change(&order)
        return order
    }
}
