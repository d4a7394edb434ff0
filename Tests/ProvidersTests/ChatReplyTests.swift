// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Testing

@testable import Providers

private func judge(_ body: [UInt8], _ headers: Headers = ["content-type": "application/json"]) -> ReplyVerdict {
    chat.readReply(status: 200, headers: headers, body: body, context: context, nowMilliseconds: now)
}

@Suite struct `A whole chat reply` {
    @Test(
        arguments: [
            ("openai-plain.json", "stop", [14, 8, 0, 0]), ("openai-parallel-tools.json", "tool_calls", [71, 46, 0, 0]),
            ("openai-length.json", "length", [14, 15, 0, 0]), ("openai-cached.json", "stop", [20, 4, 1, 3]),
            ("deepseek-thinking-tool.json", "tool_calls", [563, 116, 512, 60]),
        ] as [(String, String, [Int])])
    func `that a provider sent is good`(file: String, finish: String, tokens: [Int]) throws {
        let expected = Usage(inputTokens: tokens[0], outputTokens: tokens[1], cachedTokens: tokens[2], reasoningTokens: tokens[3])
        #expect(try judge(Fixture.bytes(file)) == .good(usage: expected, finish: finish))
    }

    @Test(
        arguments: [
            (#"{"choices":[{"message":{"role":"assistant","content":""},"finish_reason":null}]}"#, nil),
            (#"{"\u0063hoices":[{"\u006dessage":{},"finish\u005freason":"stop"}]}"#, "stop"),
            (
                #"{"choices":[{"message":{},"finish_reason":"content_filter"}],"error":null,"base_resp":{"status_code":0}}"#,
                "content_filter"
            ),
            (#"{"choices":[{"message":{},"finish_reason":""},{"message":{},"finish_reason":"stop"}],"usage":null}"#, "stop"),
        ] as [(String, String?)])
    func `needs no usage and no finish`(body: String, finish: String?) {
        #expect(judge(bytes(body)) == .good(usage: nil, finish: finish))
    }

    @Test func `that is cut anywhere is no reply`() throws {
        let whole = try Fixture.bytes("openai-plain.json")
        let end = try #require(whole.lastIndex(of: UInt8(ascii: "}")))
        for cut in 0...end {
            guard case .bad(let error) = judge(Array(whole[..<cut])) else {
                Issue.record("good when cut at \(cut)")
                return
            }
            #expect(error.insideSuccess)
        }
    }

    @Test(arguments: [
        "", " \n", "null", "[]", "7", #""words""#, "{}", #"{"id":"x"}"#, #"{"choices":null}"#, #"{"choices":[]}"#, #"{"choices":{}}"#,
        #"{"choices":[{}]}"#, #"{"choices":[{"message":"x"}]}"#, #"{"choices":[7]}"#, "data: {}\n\n", "{\"choices\":[{\"message\":{}}],}",
        "\u{FEFF}{",
    ])
    func `without choices is malformed`(body: String) {
        guard case .bad(let error) = judge(bytes(body)) else {
            Issue.record("\(body) passed for a reply")
            return
        }
        #expect(error.insideSuccess)
        #expect(error.transport != nil)
        #expect(error.message == nil && error.code == nil)
    }

    @Test(
        arguments: [
            (#"{"error":{"message":"Insufficient credits","code":402}}"#, "Insufficient credits", "402", 402),
            (#"{"id":"x","choices":[],"error":{"message":"boom","type":"server_error"}}"#, "boom", nil, nil),
            (#"{"error":"Model is overloaded"}"#, "Model is overloaded", nil, nil),
            (#"{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#, "insufficient balance", "1008", nil),
            (#"{"object":"error","message":"gone","code":40401}"#, "gone", "40401", nil),
            (#"{"code":1113,"message":"in arrears"}"#, "in arrears", "1113", nil),
            (#"{"choices":[{"message":{"content":""},"finish_reason":"error"}]}"#, "finish_reason: error", "error", nil),
        ] as [(String, String, String?, Int?)])
    func `can be an error in disguise`(body: String, message: String, code: String?, status: Int?) {
        guard case .bad(let error) = judge(bytes(body)) else {
            Issue.record("\(body) passed for a reply")
            return
        }
        #expect(error.message == message)
        #expect(error.code == code)
        #expect(error.status == status)
        #expect(error.insideSuccess)
        #expect(error.transport == nil)
    }

    @Test(arguments: ["<!DOCTYPE html><html>", "  <html lang=en>", "<!-- x --><html>", "<title>502</title>", "\u{FEFF}<HTML>"])
    func `can be a page for people`(body: String) {
        guard case .bad(let error) = judge(bytes(body), ["content-type": "application/json"]) else {
            Issue.record("\(body) passed for a reply")
            return
        }
        #expect(error.isHTML && error.insideSuccess && error.message == nil)
    }
}
