// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// Replies that break off in the middle, with nobody to go on.
@Suite(.timeLimit(.minutes(5))) struct `A stream that breaks off` {
    /// The beginning of a wire's stream, as far as the end of its first words, and perhaps the beginning of a tool call.
    private static func beginning(_ wire: PlayedWire, withCall: Bool) -> Script {
        var script = wire.says("The show must", streaming: true)
        // What ends a message, its block, and the terminator.
        script.acts.removeLast(wire == .gemini ? 2 : wire == .messages || wire == .chat ? 4 : 2)
        func event(_ value: JSONValue) { script.acts.append(.bytes(Array("data: \(JSONWriter.string(value))\n\n".utf8))) }
        if withCall, wire == .responses {
            event([
                "type": "response.output_item.added", "sequence_number": 5, "output_index": 1,
                "item": ["id": "fc_1", "type": "function_call", "call_id": "c", "name": "f", "arguments": "", "status": "in_progress"],
            ])
            event([
                "type": "response.function_call_arguments.delta", "sequence_number": 6, "output_index": 1, "item_id": "fc_1", "delta": "{",
            ])
        }
        script.acts.append(.cut)
        return script
    }

    @Test(arguments: PlayedWire.allCases, [false, true])
    func `ends on the Responses API with the next numbers, whoever spoke:`(upstream: PlayedWire, withCall: Bool) async throws {
        let stage = try Stage()
        let one = try stage.provider("one") { _ in Self.beginning(upstream, withCall: withCall) }
        let gateway = try await RunningGateway(
            settings: """
                {
                  failover: { midStream: "error" },
                  models: { mode: "replace", providers: {
                    one: { baseUrl: "\(one.baseURL)", api: "\(upstream.rawValue)", apiKey: "k", models: [{ id: "m" }] } } },
                  agents: { defaults: { model: { primary: "one/m", fallbacks: [] } } },
                }
                """)
        let reply = try await gateway.send(
            .post, "/v1/responses", body: PlayedWire.responses.request("one/m", streaming: true))
        #expect(reply.status == 200, "\(reply.text)")
        let events = reply.events
        #expect(events.compactMap { $0["sequence_number"]?.int } == Array(0..<events.count), "\(reply.text)")
        #expect(events.suffix(2).map { $0["type"]?.string } == ["response.failed", "error"], "\(reply.text)")
        #expect(events.dropLast().last?["response"]?["id"] == events.first?["response"]?["id"], "\(reply.text)")
        #expect(events.last?["error"]?["code"] == "stream_interrupted", "\(reply.text)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}
