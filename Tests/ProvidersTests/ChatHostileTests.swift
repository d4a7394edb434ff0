// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

@Suite struct `Damaged bytes of Chat Completions` {
    static let chunks = [
        #"{"id":"i","model":"w","created":5,"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
        #"{"choices":[{"index":0,"delta":{"reasoning_content":"h","reasoning_details":[{"type":"reasoning.text","text":"h","signature":"s"}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"text":"h"}]},{"type":"text","text":"a"}]}}]}"#,
        #"{"choices":[{"index":1,"delta":{"content":"b\u00e9"},"logprobs":{"content":[{"token":"b","logprob":-1,"bytes":[98,300],"top_logprobs":[]}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}},{"id":"b","custom":{"name":"g","input":"x"}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":{"x":1}},"extra_content":{"google":{"thought_signature":"g"}}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"annotations":[{"url_citation":{"url":"u","start_index":9,"end_index":-3}}],"images":[{"image_url":{"url":"data:x;base64,AA"}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"},{"index":1,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":-1,"completion_tokens":9e99}}"#,
    ]

    static let maker = Maker(provider: "p", wire: .openaiCompletions)

    @Test(arguments: UInt64(0)..<400)
    func `in a stream prove no end that was not there, and are written as JSON`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        var judge = reader()
        var stream = Crossing(from: chat, to: chat, of: Self.maker).stream(to: try chatContext())
        var output: [UInt8] = []
        for chunk in Self.chunks {
            let data = Bool.random(using: &chance) ? chance.damage(bytes(chunk)) : bytes(chunk)
            let event = judge.read(data: data.span.bytes, name: [UInt8]().span.bytes)
            if event.failure != nil { continue }
            stream.take(data: data.span.bytes, name: [UInt8]().span.bytes, into: &output)
        }
        stream.end(into: &output)
        #expect((judge.upstreamEnded() == nil) == judge.endIsProven)
        let outcome = try StreamOutcome(output.text)
        #expect(outcome.isProven && outcome.failures.isEmpty)
        #expect(outcome.count(.done) == 1)
    }

    static let requests = [
        #"{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}},{"type":"file","file":{"file_id":"f"}}]}],"stop":["x"],"logit_bias":{"1":2}}"#,
        #"{"model":"m","messages":[{"role":"assistant","reasoning_details":[{"type":"reasoning.encrypted","data":"\#(Seal.seal(nil))"}],"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"1"},{"role":"user","content":[{"type":"text","text":"\#(ChatToolMedia.label("a"))"},{"type":"image_url","image_url":{"url":"u"}}]}]}"#,
        #"{"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"anyOf":[{"properties":{"a":{}}}]},"strict":true}},{"type":"custom","custom":{"name":"g"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"function":{"name":"f"}}]}},"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"array"}}},"reasoning":{"effort":"low"}}"#,
        #"{"model":"m","messages":[{"role":"assistant","function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"},{"role":"assistant","content":"x"}],"functions":[{"name":"f"}]}"#,
    ]

    @Test(arguments: UInt64(0)..<400)
    func `in a request are refused or read`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let body = chance.damage(bytes(Self.requests[Int(seed) % Self.requests.count]))
        guard let index = try? JSONIndex(scanning: body.span.bytes),
            let shape = try? chat.facts(.generate, body: body, index: index, target: PathFacts())
        else { return }
        if let open = chat.withoutSeals(body) { _ = try JSONValue.parse(open) }
        for repair in [
            Repair.dropThoughts, .addThoughts, .plainText, .dropStrict, .markPrefill, .askToContinue, .alternateRoles, .plainSchemas,
            .limitStops(to: 1), .limitEffort(to: ["high"]), .normaliseToolCallIDs(exactly: 9),
        ] {
            if let mended = chat.repaired(body, by: repair) { _ = try JSONValue.parse(mended) }
        }
        guard let conversation = try? chat.translation.readRequest(body, index: index, shape: shape) else { return }
        for provider in ["openai", "openrouter", "mistral", "deepseek", "qwen", "p"] as [ProviderID] {
            var losses = Losses()
            let written = chat.translation.writeRequest(conversation, for: RequestTarget(provider: provider, model: "m"), losses: &losses)
            let again = try JSONIndex(scanning: written.span.bytes)
            #expect(again.value("model", in: written.span.bytes)?.equals("m", in: written.span.bytes) == true)
        }
    }

    @Test(arguments: UInt64(0)..<400)
    func `in a reply are judged, and read only if good`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let body = chance.damage(
            bytes(
                #"{"id":"i","choices":[{"index":3,"message":{"content":"a","reasoning_details":[{"type":"reasoning.text","text":"h","signature":"s"}],"tool_calls":[{"id":"a","function":{"name":"f","arguments":{"x":1}}}],"annotations":[{"url_citation":{"url":"u","start_index":9,"end_index":-3}}],"images":[{"image_url":{"url":"u"}}]},"logprobs":{"content":[{"token":"a","logprob":-1}]},"finish_reason":"stop","usage":{"prompt_tokens":1}}],"citations":["u"],"x_groq":{"usage":7}}"#
            ))
        let verdict = chat.readReply(status: 200, headers: Headers(), body: body, context: context, nowMilliseconds: now)
        guard case .good = verdict else { return }
        let reply = try #require(chat.translation.readReply(body, maker: Self.maker))
        _ = try JSONValue.parse(chat.translation.writeReply(reply, to: try chatContext()))
    }
}
