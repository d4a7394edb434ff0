// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

@Suite struct `Damaged bytes of the Responses API` {
    @Test(arguments: UInt64(0)..<300)
    func `in a stream prove no end that was not there, and are written as JSON`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let request = bytes(#"{"model":"m","input":"Hi"}"#)
        let reply = ReplyContext(
            id: "01R", created: 1, model: "m", request: Conversation(), body: request, index: try JSONIndex(scanning: request.span.bytes))
        var judge = responsesReader()
        var stream = Crossing(from: responses, to: responses, of: `A Responses stream`.maker).stream(to: reply)
        var output: [UInt8] = []
        for line in `A Responses stream`.whole.split(separator: "\n") where line.hasPrefix("data: ") {
            let data =
                seed % 2 == 0 || Bool.random(using: &chance)
                ? chance.damage(bytes(String(line.dropFirst(6)))) : bytes(String(line.dropFirst(6)))
            let wasWhole = judge.endIsProven
            let event = judge.read(data: data.span.bytes, name: [UInt8]().span.bytes)
            if event.failure != nil { continue }
            #expect(wasWhole || !judge.endIsProven || event.marks.contains(.finish))
            stream.take(data: data.span.bytes, name: [UInt8]().span.bytes, into: &output)
        }
        stream.end(into: &output)
        #expect((judge.upstreamEnded() == nil) == judge.endIsProven)
        // Whatever came, the client's own grammar holds.
        var again = responsesReader()
        var events = EventStreamReader()
        try events.feed(output.span.bytes) { _, data, name in
            if data.byteCount > 0 { #expect(again.read(data: data, name: name).failure == nil) }
        }
        #expect(again.endIsProven)
    }

    @Test(arguments: UInt64(0)..<300)
    func `in a request are refused or read`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let inputs = `A Responses client's request`.inputs
        let body = chance.damage(
            bytes(
                #"{"model":"m","tools":[{"type":"function","name":"f","parameters":{}}],"text":{"format":{"type":"json_object"}},"input":\#(inputs[Int(seed) % inputs.count].0)}"#
            ))
        guard let index = try? JSONIndex(scanning: body.span.bytes),
            let shape = try? responses.facts(.generate, body: body, index: index, target: PathFacts())
        else { return }
        _ = responses.withoutSeals(body)
        for repair in [
            Repair.dropThoughts, .dropMember("include"), .limitEffort(to: ["low"]), .renameRole(from: "developer", to: "system"),
        ] {
            if let mended = responses.repaired(body, by: repair) { _ = try JSONValue.parse(mended) }
        }
        _ = try JSONValue.parse(
            WireKind.openaiCodexResponses.wire.passthrough(body: body, index: index, model: "z", params: ["maxTokens": 1]))
        guard let conversation = try? responses.translation.readRequest(body, index: index, shape: shape) else { return }
        var losses = Losses()
        for kind in [WireKind.openaiResponses, .openaiCodexResponses] {
            let target = RequestTarget(provider: "p", model: "m")
            let written = kind.wire.translation.writeRequest(conversation, for: target, losses: &losses)
            #expect((try JSONValue.parse(written))["model"]?.string == "m")
        }
    }

    @Test(arguments: UInt64(0)..<300)
    func `in a reply are judged, and read only if good`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let body = chance.damage(
            bytes(
                #"{"object":"response","status":"completed","output":[{"type":"reasoning","summary":[{"text":"a"}],"encrypted_content":"g"},{"type":"message","content":[{"type":"output_text","text":"x","annotations":[{"type":"url_citation","url":"u","start_index":9,"end_index":-3}],"logprobs":[{"token":"x","logprob":-1,"bytes":[300]}]}]}],"usage":{"input_tokens":-1,"output_tokens":9e99}}"#
            ))
        let verdict = responses.readReply(status: 200, headers: Headers(), body: body, context: context, nowMilliseconds: now)
        guard case .good = verdict else { return }
        let reply = try #require(responses.translation.readReply(body, maker: `A Responses stream`.maker))
        let request = bytes(#"{"model":"m","input":"Hi"}"#)
        let asked = ReplyContext(
            id: "01R", created: 1, model: "m", request: Conversation(), body: request, index: try JSONIndex(scanning: request.span.bytes))
        _ = try JSONValue.parse(responses.translation.writeReply(reply, to: asked))
        _ = ResponsesHistory.output(of: body).map { #expect((try? JSONValue.parse($0)) != nil) }
    }
}
