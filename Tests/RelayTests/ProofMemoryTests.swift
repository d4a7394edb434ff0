// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers
import Rehearsal
import Testing

@testable import Relay

/// Two providers of one wire, each with thoughts that it alone can prove.
@Suite(.timeLimit(.minutes(5))) struct `A conversation between two providers of one wire` {
    static func answer(_ signature: String) -> String {
        #"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"Hm.","signature":"\#(signature)"},"#
            + #"{"type":"text","text":"Four."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":7}}"#
    }

    static func events(_ signature: String) -> [UInt8] {
        let events = [
            #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":5,"output_tokens":1}}}"#,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"\#(signature)"}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
            #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Four."}}"#,
            #"{"type":"content_block_stop","index":1}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}"#, #"{"type":"message_stop"}"#,
        ]
        return Array(events.map { "data: \($0)\n\n" }.joined().utf8)
    }

    /// Each signs with its own name; `two` takes no other's.
    static func play(refusing: Bool = true) async throws -> PlayedRelay {
        let all = ["one", "two"].map { name in
            (
                name: name, keys: ["key-\(name)"],
                play: { @Sendable (asked: AskedRequest) in
                    let body = String(decoding: asked.body, as: UTF8.self)
                    if refusing, name == "two", body.contains("EqQBone") {
                        return Script.refuses(400, "messages.1.content.0: Invalid `signature` in `thinking` block")
                    }
                    let signature = "EqQB\(name)"
                    guard body.contains(#""stream":true"#) else {
                        return Script([.answer(status: 200, headers: Script.json, body: Array(answer(signature).utf8))])
                    }
                    return Script([.begin(status: 200, headers: Script.eventStream), .bytes(events(signature)), .end])
                }
            )
        }
        return try await PlayedRelay(all) { settings in
            for name in ["one", "two"] {
                settings.providers[ProviderID(rawValue: name)]?.wireName = WireKind.anthropicMessages.rawValue
            }
        }
    }

    /// A conversation in which these have spoken.
    static func asking(_ signatures: [String], stream: Bool = false) -> String {
        let turns = signatures.map { signature in
            #"{"role":"user","content":"2+2?"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"\#(signature)"},{"type":"text","text":"Four."}]},"#
        }
        return #"{"model":"default","max_tokens":100,"stream":\#(stream),"messages":[\#(turns.joined()){"role":"user","content":"Sure?"}]}"#
    }

    static func blockFirst(of played: PlayedRelay) throws {
        played.block(try played.relay.chain(named: "default").chain.links[0].candidate.credential.rawValue)
    }

    @Test(arguments: [false, true])
    func `openclaw#100385, 94330, 98532: is refused once, and keeps each one's own thoughts`(stream: Bool) async throws {
        let played = try await Self.play()
        _ = try await played.ask(Self.asking([], stream: stream), on: .anthropicMessages)
        try Self.blockFirst(of: played)
        let second = try await played.ask(Self.asking(["EqQBone"], stream: stream), on: .anthropicMessages)
        #expect(second.receipt.attempts.map { $0.failure?.reason } == [.format, nil])
        // It says nothing of what the route takes from others.
        #expect(played.relay.capabilities.all.isEmpty)
        let third = try await played.ask(Self.asking(["EqQBone", "EqQBtwo"], stream: stream), on: .anthropicMessages)
        #expect(third.receipt.attempts.map { $0.failure?.reason } == [nil])
        let body = String(decoding: try #require(played.upstream(1).asked.last).body, as: UTF8.self)
        #expect(body.contains("EqQBtwo") && !body.contains("EqQBone") && body.contains("Four."))
        // Back at the first one all of it is there, until that refuses some.
        played.advance(by: .seconds(7200))
        _ = try await played.ask(Self.asking(["EqQBone", "EqQBtwo"], stream: stream), on: .anthropicMessages)
        let back = String(decoding: try #require(played.upstream(0).asked.last).body, as: UTF8.self)
        #expect(back.contains("EqQBone") && back.contains("EqQBtwo"))
    }

    @Test func `passes whole where one takes the other's proofs`() async throws {
        let played = try await Self.play(refusing: false)
        _ = try await played.ask(Self.asking([]), on: .anthropicMessages)
        try Self.blockFirst(of: played)
        for _ in 0..<2 {
            let run = try await played.ask(Self.asking(["EqQBone"]), on: .anthropicMessages)
            #expect(run.receipt.attempts.map { $0.failure?.reason } == [nil])
            let body = String(decoding: try #require(played.upstream(1).asked.last).body, as: UTF8.self)
            #expect(body.contains("EqQBone"))
        }
    }

    @Test func `is repaired each time where nobody knows whose a proof is`() async throws {
        let played = try await Self.play()
        try Self.blockFirst(of: played)
        for _ in 0..<2 {
            let run = try await played.ask(Self.asking(["EqQBone", "EqQBtwo"]), on: .anthropicMessages)
            #expect(run.receipt.attempts.map { $0.failure?.reason } == [.format, nil])
        }
        #expect(played.relay.capabilities.all.isEmpty)
    }

    @Test func `is asked anew under other settings`() async throws {
        let played = try await Self.play()
        _ = try await played.ask(Self.asking([]), on: .anthropicMessages)
        try Self.blockFirst(of: played)
        _ = try await played.ask(Self.asking(["EqQBone"]), on: .anthropicMessages)
        #expect(played.relay.memory.proofs.refused(by: "two") == ["one"])
        played.relay.replace(played.relay.snapshot)
        #expect(played.relay.memory.proofs.refused(by: "two") == [])
    }
}

@Suite struct `The memory of proofs` {
    @Test func `is bounded, and keeps what is in use`() {
        let memory = ProofMemory()
        memory.note([Proof("kept")], by: "one")
        memory.note([Proof("left")], by: "one")
        for number in 0..<20_000 {
            memory.note([Proof("\(number)")], by: "two")
            if number % 1000 == 0 { #expect(memory.maker(of: Proof("kept")) == "one") }
        }
        #expect(memory.count <= 2 * ProofMemory.limit)
        #expect(memory.maker(of: Proof("kept")) == "one")
        #expect(memory.maker(of: Proof("left")) == nil)
        #expect(memory.maker(of: Proof("19999")) == "two")
    }

    @Test func `knows whose are refused, never one's own`() {
        let memory = ProofMemory()
        memory.refuse(["one", "two"], by: "two")
        memory.refuse(["three"], by: "two")
        memory.refuse(["one"], by: "one")
        #expect(memory.refused(by: "two") == ["one", "three"])
        #expect(memory.refused(by: "one") == [])
        for number in 0..<1000 { memory.refuse(["x"], by: ProviderID(rawValue: "p\(number)")) }
        #expect(memory.refused(by: "p999") == [])
    }
}
