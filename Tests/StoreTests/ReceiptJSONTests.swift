// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Store

@Suite struct `A receipt as JSON` {
    @Test(arguments: Samples.outcomes.indices)
    func `comes back as it was, with every case there is`(outcome: Int) {
        var receipt = Samples.everything
        receipt.outcome = Samples.outcomes[outcome]
        if outcome == 0 { receipt.endedAt = nil }
        let bytes = ReceiptJSON.bytes(receipt)
        let value = try? JSONValue.parse(bytes)
        #expect(value != nil)
        let back = value.flatMap { ReceiptJSON.read($0) }
        #expect(back?.facts == receipt.facts)
        for (one, other) in zip(back?.attempts ?? [], receipt.attempts) { #expect(one == other) }
        for (one, other) in zip(back?.skipped ?? [], receipt.skipped) { #expect(one == other) }
        #expect(back == receipt)
        #expect(ReceiptJSON.whole(receipt) == value)
    }

    @Test func `comes back without anything that may be left out`() {
        let receipt = Receipt(facts: Samples.facts())
        #expect(ReceiptJSON.read(ReceiptJSON.whole(receipt)) == receipt)
    }

    @Test(arguments: [
        (Duration.zero, "0"), (.milliseconds(5), "5"), (.nanoseconds(1), "0.000001"), (.microseconds(1_500), "1.5"),
        (.nanoseconds(-2_500_000), "-2.5"), (.nanoseconds(-1), "-0.000001"), (.seconds(86_400), "86400000"),
        (.nanoseconds(310_123_450), "310.12345"), (Duration(secondsComponent: .max, attosecondsComponent: 0), "9223372036854775807000"),
        (Duration(secondsComponent: .min, attosecondsComponent: 0), "-9223372036854775808000"),
    ])
    func `has durations in milliseconds, exact to the nanosecond`(duration: Duration, text: String) throws {
        var json = CompactJSON()
        json.object { $0.member("d", milliseconds: duration) }
        #expect(String(decoding: json.bytes, as: UTF8.self) == "{\"d\":\(text)}")
        let back = try JSONValue.parse(json.bytes).duration("d")
        // The very smallest has no positive counterpart.
        #expect(back == duration || duration.components.seconds == .min)
    }

    @Test func `reads as documented`() {
        let text = String(decoding: ReceiptJSON.bytes(Samples.plain(7)), as: UTF8.self)
        #expect(
            text == """
                {"id":"01KAJ1VBM70000000000000007","started_at":1763690000007,"deadline":1763690600007,"requested_model":"default",\
                "wire":"openai-completions","sent_as_written":true,"first_token_limit_ms":12000,"duration_ms":2310,\
                "outcome":{"kind":"answered","attempt":1,"status":200},"attempts":[\
                {"model":"openrouter/anthropic/claude:free","credential":"openrouter:a \\"b\\"\\n\\u0001é",\
                "endpoint":"https://openrouter.example:443","origin":"requested","started_at":1763690000007,\
                "duration_ms":310.123,"status":402,"failure":{"reason":"billing","scope":"credential_model","rule":"status.402",\
                "status":402,"message":"Insufficient credits"},"effects":[\
                {"scope":"credential_model","credential":"openrouter:a","model":"openrouter/anthropic/claude:free","reason":"billing",\
                "kind":"blocked","until":1763690060007,"length_ms":60000,"set_by":"ladder"}],"next":"next credential"},\
                {"model":"anthropic/opus","credential":"anthropic:work","endpoint":"https://anthropic.example:443",\
                "origin":"agents.defaults.model.fallbacks[0]","started_at":1763690000007,"duration_ms":1740.987,\
                "first_token_ms":402.511,"status":200,"usage":{"input_tokens":1200,"output_tokens":412},"committed":true}],"skipped":[]}
                """)
    }

    @Test func `tells other clients id, models, reasons and times only`() {
        let text = String(decoding: ReceiptJSON.shortBytes(Samples.plain(7)), as: UTF8.self)
        #expect(
            text == """
                {"id":"01KAJ1VBM70000000000000007","started_at":1763690000007,"duration_ms":2310,"requested_model":"default",\
                "outcome":{"kind":"answered","attempt":1},"attempts":[\
                {"model":"openrouter/anthropic/claude:free","duration_ms":310.123,"status":402,"reason":"billing"},\
                {"model":"anthropic/opus","duration_ms":1740.987,"status":200}],"skipped":[]}
                """)
        for outcome in Samples.outcomes {
            var receipt = Samples.everything
            receipt.outcome = outcome
            let short = String(decoding: ReceiptJSON.shortBytes(receipt), as: UTF8.self)
            for hidden in ["anthropic:work", "openrouter:a", "example:443", "agent:main", "you said", "all \\\"tried", "sign in again"] {
                #expect(!short.contains(hidden))
            }
        }
    }

    @Test func `is refused with any member that must be there gone, or of another type`() throws {
        var receipt = Samples.plain(1)
        receipt.skipped = [SkippedLink(model: Samples.opus.model, origin: "primary", reason: .blocked(Samples.blocks[1]))]
        receipt.attempts[0].mode = .halfOpen(Samples.lease)
        let whole = ReceiptJSON.whole(receipt)
        #expect(ReceiptJSON.read(whole) == receipt)
        let optional: Set<String> = [
            "duration_ms", "outcome", "credential", "failure", "scope", "status", "message", "usage", "input_tokens",
            "output_tokens", "first_token_ms", "text", "lease", "sent_as_written", "effects", "next", "committed",
        ]
        var tried = 0
        for (path, mutant) in Self.mutants(of: whole) where !optional.contains(path.last ?? "") || path == ["attempts", "duration_ms"] {
            #expect(ReceiptJSON.read(mutant) == nil, "\(path)")
            tried += 1
        }
        #expect(tried > 50)
        for value: JSONValue in [.null, .bool(true), 1, "x", [], [:], ["id": 1]] { #expect(ReceiptJSON.read(value) == nil) }
    }

    /// The value with one member taken out, and with it replaced by an object of no sense, for each member at any depth.
    private static func mutants(of value: JSONValue) -> [([String], JSONValue)] {
        var found: [([String], JSONValue)] = []
        if let object = value.object {
            for (key, member) in object.members {
                for replacement in [nil, JSONValue.object(["no": "sense"])] {
                    var changed = object
                    changed[key] = replacement
                    found.append(([key], .object(changed)))
                }
                for (path, mutant) in mutants(of: member) {
                    var changed = object
                    changed[key] = mutant
                    found.append(([key] + path, .object(changed)))
                }
            }
        } else if let array = value.array {
            for (index, element) in array.enumerated() {
                for (path, mutant) in mutants(of: element) {
                    var changed = array
                    changed[index] = mutant
                    found.append((path, .array(changed)))
                }
            }
        }
        return found
    }
}
