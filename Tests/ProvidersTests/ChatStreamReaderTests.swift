// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

@Suite struct `An event of a chat stream` {
    @Test(
        arguments: [
            (#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#, []),
            (#"{"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}"#, []),
            (#"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#, .content),
            (#"{"choices":[{"delta":{"content":"no index"}}]}"#, .content),
            (#"{"choices":[{"index":0,"delta":{"refusal":"No."}}]}"#, .content),
            (#"{"choices":[{"index":0,"delta":{"content":"","reasoning_content":"Hm"}}]}"#, .reasoning),
            (#"{"choices":[{"index":0,"delta":{"reasoning":"Hm"}}]}"#, .reasoning),
            (#"{"choices":[{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.text"}]}}]}"#, .reasoning),
            (#"{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[]}]}}]}"#, .reasoning),
            (#"{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"Hi"}]}}]}"#, .content),
            (#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]}"#, .toolCall),
            (#"{"choices":[{"index":0,"delta":{"tool_calls":[]}}]}"#, []),
            (#"{"choices":[{"index":0,"delta":{"function_call":{"name":"f"}}}]}"#, .toolCall),
            (#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#, .finish),
            (
                #"{"choices":[{"index":0,"delta":{"content":"."},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"#,
                [.content, .finish, .usage]
            ),
            (#"{"choices":[{"index":0,"message":{"content":"whole"},"finish_reason":""}]}"#, .content),
            (#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#, .usage),
            (#"{"choices":null,"usage":{"prompt_tokens":3,"completion_tokens":4}}"#, .usage),
            (#"{"choices":[],"prompt_filter_results":[]}"#, []),
            (#"{"type":"ping"}"#, []),
            (#"{"choices":[{"index":0,"delta":{"content":"x"}}],"error":null}"#, .content),
            (#"{"choices":[{"index":0,"delta":{"content":"x"}}],"base_resp":{"status_code":0,"status_msg":""}}"#, .content),
            (" [DONE] ", .done),
            ("", []),
        ] as [(String, StreamEvent.Marks)])
    func `is what its delta says`(data: String, marks: StreamEvent.Marks) {
        let event = event(data)
        #expect(event.marks == marks)
        #expect(event.failure == nil)
        #expect(event.isSpoken == !marks.isDisjoint(with: [.content, .reasoning, .toolCall]))
    }

    @Test(
        arguments: [
            (#"{"error":{"message":"Overloaded","type":"overloaded_error","code":529}}"#, "", "Overloaded", "529", 529),
            (#"{"error":"quota exceeded"}"#, "", "quota exceeded", nil, nil),
            (#"{"message":"slow down","code":"rate_limit_exceeded"}"#, "error", "slow down", "rate_limit_exceeded", nil),
            ("plain words", "error", "plain words", nil, nil),
            (#"{"object":"error","message":"no such model","code":404}"#, "", "no such model", "404", 404),
            (#"{"detail":"Unauthorized"}"#, "", "Unauthorized", nil, nil),
            (#"{"choices":[],"base_resp":{"status_code":1002,"status_msg":"rate limit"}}"#, "", "rate limit", "1002", nil),
            (#"{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#, "", "finish_reason: error", "error", nil),
            (
                #"{"choices":[{"index":0,"delta":{},"finish_reason":"error","error":{"code":502,"message":"Upstream died"}}]}"#, "",
                "Upstream died", "502", 502
            ),
            (
                #"{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"insufficient_system_resource"}]}"#, "",
                "finish_reason: insufficient_system_resource", "insufficient_system_resource", nil
            ),
        ] as [(String, String, String, String?, Int?)])
    func `is an error wherever the provider hides it`(data: String, name: String, message: String, code: String?, status: Int?) throws {
        let event = event(data, named: name)
        let failure = try #require(event.failure)
        #expect(event.marks == .failure)
        #expect(failure.message == message)
        #expect(failure.code == code)
        #expect(failure.status == status)
        #expect(failure.insideSuccess)
        #expect(failure.provider == context.provider && failure.model == context.model && failure.wire == "openai-completions")
    }

    @Test(arguments: [
        "{", "{}{}", "[1]", "null", "7", #""text""#, "<html>", "{\"choices\":[{\"delta\":{\"content\":\"\u{1}\"}}]}",
        #"{"choices":{}}"#, #"{"choices":"x"}"#, #"{"choices":[7]}"#, #"{"choices":[{"delta":"x"}]}"#,
        #"{"choices":[{"delta":{},"finish_reason":1}]}"#,
        #"{"choices":[{"index":-1,"delta":{}}]}"#, #"{"choices":[{"index":128,"delta":{}}]}"#, #"{"choices":[{"index":"a","delta":{}}]}"#,
        String(repeating: "[", count: 10_000),
    ])
    func `that breaks the grammar is a failure`(data: String) throws {
        let failure = try #require(event(data).failure)
        guard case .malformed? = failure.transport else {
            Issue.record("\(data.prefix(40)) was read as \(failure)")
            return
        }
    }
}

@Suite struct `A chat stream` {
    struct Recording: Sendable, CustomTestStringConvertible {
        var file: String
        var finish: String
        var usage: [Int?]
        var content: String
        var marks: (content: Int, reasoning: Int, toolCall: Int)
        var testDescription: String { file }
    }

    static let recordings = [
        Recording(
            file: "openai-plain.sse", finish: "stop", usage: [14, 8, 0], content: "The capital of Mexico is Mexico City.", marks: (8, 0, 0)),
        Recording(file: "openai-parallel-tools.sse", finish: "tool_calls", usage: [364, 40, 0], content: "", marks: (0, 0, 4)),
        Recording(
            file: "openai-length.sse", finish: "length", usage: [],
            content: "The meaning of life is a profound and philosophical question that has been contemplated by", marks: (15, 0, 0)),
        Recording(file: "ollama-thinking-tool.sse", finish: "tool_calls", usage: [169, 55, nil], content: "", marks: (0, 15, 1)),
        Recording(file: "groq-thinking-tool.sse", finish: "tool_calls", usage: [304, 49, nil], content: "", marks: (0, 6, 1)),
        Recording(file: "mistral-thinking.sse", finish: "stop", usage: [10, 63, 5], content: " 4 \\]\n\n${answer}", marks: (6, 4, 0)),
        Recording(file: "azure-filtered.sse", finish: "stop", usage: [], content: "Why did 😄", marks: (3, 0, 0)),
        Recording(file: "deepseek-thinking.sse", finish: "stop", usage: [17, 47, 0], content: "391.", marks: (2, 3, 0)),
    ]

    @Test(arguments: recordings)
    func `that a provider sent is understood`(recording: Recording) throws {
        let outcome = try StreamOutcome([Fixture.bytes(recording.file)[...]])
        #expect(outcome.failures.isEmpty)
        #expect(outcome.end == nil && outcome.isProven)
        #expect(outcome.finish == recording.finish)
        #expect(outcome.usage.map { [$0.inputTokens, $0.outputTokens, $0.cachedTokens] } ?? [] == recording.usage)
        #expect(outcome.count(.content) == recording.marks.content)
        #expect(outcome.count(.reasoning) == recording.marks.reasoning)
        #expect(outcome.count(.toolCall) == recording.marks.toolCall)
        #expect(outcome.count(.finish) == 1 && outcome.count(.done) == 1)
    }

    /// The events marked as content hold the whole text, and the others none of it: told by a reader that shares no code.
    @Test(arguments: recordings)
    func `has its text in the events marked as content`(recording: Recording) throws {
        var stream = reader()
        var text = ""
        for line in try Fixture.bytes(recording.file).text.split(separator: "\n") where line.hasPrefix("data: ") {
            let data = String(line.dropFirst(6))
            let event = stream.read(data: bytes(data).span.bytes, name: bytes("").span.bytes)
            let delta = try? JSONValue.parse(data)["choices"]?[0]?["delta"]
            let said = delta?["content"]?.string ?? ""
            #expect(event.marks.contains(.content) == !said.isEmpty)
            text += said
        }
        #expect(text == recording.content)
    }

    @Test(arguments: ["openai-plain.sse", "ollama-thinking-tool.sse", "mistral-thinking.sse"])
    func `reads the same whatever its pieces`(file: String) throws {
        let whole = try Fixture.bytes(file)
        let expected = try StreamOutcome([whole[...]])
        for split in 0...whole.count {
            #expect(try StreamOutcome([whole[..<split], whole[split...]]) == expected, "split at \(split)")
        }
        #expect(try StreamOutcome(whole.indices.map { whole[$0...$0] }) == expected)
    }

    @Test(arguments: ["openai-plain.sse", "deepseek-thinking.sse"])
    func `that is cut anywhere before its finish is not whole`(file: String) throws {
        let whole = try Fixture.bytes(file)
        let finishes = #""finish_reason":""#
        let text = whole.text
        let start = try #require(text.range(of: finishes))
        let proof = text.utf8.distance(from: text.startIndex, to: start)
        for cut in stride(from: 0, through: proof, by: 7) {
            let outcome = try StreamOutcome([whole[..<cut]])
            #expect(!outcome.isProven)
            #expect(outcome.end?.transport == (outcome.marks.isEmpty ? .emptyReply : .closedEarly), "cut at \(cut)")
        }
        #expect(try StreamOutcome([whole[...]]).end == nil)
    }

    @Test(
        arguments: [
            ([(0, nil), (1, nil)], false),
            ([(0, nil), (1, nil), (0, "stop")], false),
            ([(0, nil), (1, nil), (0, "stop"), (1, "length")], true),
            ([(0, "stop"), (1, nil)], false),
            ([(127, nil), (127, "stop")], true),
            ([], false),
        ] as [([(Int, String?)], Bool)])
    func `is whole when each of its choices is`(choices: [(Int, String?)], isProven: Bool) throws {
        var text = ""
        for (index, finish) in choices {
            let reason = finish.map { "\"\($0)\"" } ?? "null"
            text += "data: {\"choices\":[{\"index\":\(index),\"delta\":{\"content\":\"x\"},\"finish_reason\":\(reason)}]}\n\n"
        }
        let outcome = try StreamOutcome(text + "data: [DONE]\n\n")
        #expect(outcome.isProven == isProven)
        #expect((outcome.end == nil) == isProven)
    }

    @Test func `with the terminator alone is empty, as LM Studio answers a prompt that is too long`() throws {
        #expect(try StreamOutcome("data: [DONE]\n\n").end?.transport == .emptyReply)
        #expect(try StreamOutcome("").end?.bodyIsEmpty == true)
        #expect(try StreamOutcome(": OPENROUTER PROCESSING\n\n").end?.transport == .emptyReply)
    }

    @Test func `names the first choice's finish`() throws {
        let outcome = try StreamOutcome(
            """
            data: {"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}


            """)
        #expect(outcome.finish == "stop")
        #expect(outcome.isProven)
    }
}

/// Some tell their choices one after the other: the first one's finish proves nothing of the second.
@Suite struct `A stream of several choices that were asked for` {
    @Test(
        arguments: [
            (WireKind.openaiCompletions, #"{"choices":[{"index":%,"delta":{"content":"a"},"finish_reason":"stop"}]}"#),
            (.googleGenerativeAI, #"{"candidates":[{"index":%,"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}"#),
        ])
    func `has ended when all have, or nothing more comes`(kind: WireKind, event: String) {
        func reader(_ choices: Int) -> any StreamReader {
            kind.wire.makeStreamReader(context: ErrorContext(provider: "p", model: "m", choices: choices), nowMilliseconds: 0)
        }
        func read(_ index: Int, by reader: inout any StreamReader) {
            let bytes = Array(event.split(separator: "%").joined(separator: String(index)).utf8)
            let name: [UInt8] = []
            #expect(reader.read(data: bytes.span.bytes, name: name.span.bytes).failure == nil)
        }
        var all = reader(2)
        read(0, by: &all)
        #expect(!all.endIsProven)
        read(1, by: &all)
        #expect(all.endIsProven)
        // It ignored the number, and says that it is through.
        var one = reader(2)
        read(0, by: &one)
        #expect(one.upstreamEnded() == nil && one.endIsProven)
        var usual = reader(1)
        read(0, by: &usual)
        #expect(usual.endIsProven)
    }
}

extension String {
    /// The first place of `text`.
    fileprivate func range(of text: String) -> String.Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }
}
