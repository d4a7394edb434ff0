// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

/// Seeded chance (SplitMix64), so that a failure names itself.
struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// `bytes` with up to eight bytes changed, doubled or lost, from the alphabet that breaks JSON best.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let alphabet = Array("{}[]\",:\\ntf0-e\r\n \u{0}é".utf8) + [0xFF, 0xC0]
        for _ in 0...Int.random(in: 0..<8, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(alphabet[Int.random(in: alphabet.indices, using: &self)], at: place)
            case 2: bytes[place] = alphabet[Int.random(in: alphabet.indices, using: &self)]
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }
}

@Suite struct `Damaged bytes` {
    @Test(arguments: UInt64(0)..<200)
    func `in a stream prove no end that was not there`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let file = ["openai-plain.sse", "groq-thinking-tool.sse", "mistral-thinking.sse"][Int(seed % 3)]
        var pieces: [[UInt8]] = []
        for line in try Fixture.bytes(file).split(separator: UInt8(ascii: "\n")) where line.count > 6 {
            pieces.append(chance.damage(Array(line.dropFirst(6))))
        }
        var stream = reader()
        var finishes = 0
        for piece in pieces {
            let event = stream.read(data: piece.span.bytes, name: [UInt8]().span.bytes)
            #expect(event.marks.contains(.failure) == (event.failure != nil))
            if event.marks.contains(.finish) { finishes += 1 }
        }
        #expect(!stream.endIsProven || (finishes > 0 && stream.finish != nil))
        #expect((stream.upstreamEnded() == nil) == stream.endIsProven)
    }

    @Test(arguments: UInt64(0)..<200)
    func `in an error stay within bounds`(seed: UInt64) {
        var chance = Chance(state: seed)
        let row = `An error body`.rows[Int(seed) % `An error body`.rows.count]
        let body = chance.damage(bytes(row.body))
        for error in [
            chat.readError(status: 500, headers: [:], body: body, context: context, nowMilliseconds: now),
            ErrorReader(wire: .openaiCompletions, context: context, nowMilliseconds: now).insideSuccess(body: body),
        ] {
            #expect((error.message?.utf8.count ?? 0) <= ErrorReader.messageLimit)
            #expect((error.code?.utf8.count ?? 0) <= 256 && error.detailReasons.count <= ErrorFields.maxReasons)
            if let reset = error.reset { #expect((Duration.zero...ResetTime.longest).contains(reset)) }
        }
    }

    @Test(arguments: UInt64(0)..<200)
    func `in a request are refused or passed on whole`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let body = chance.damage(
            bytes(#"{"model":"a","models":["b"],"stream":true,"n":1,"messages":[{"role":"user","content":[{"type":"text","text":"é"}]}]}"#))
        guard let index = try? JSONIndex(scanning: body.span.bytes),
            let shape = try? chat.facts(.generate, body: body, index: index, target: PathFacts())
        else { return }
        let sent = chat.passthrough(body: body, index: index, model: "z", params: ["top_k": 1])
        let value = try JSONValue.parse(sent)
        #expect(value["model"]?.string == "z" && value["models"] == nil && value["top_k"]?.int == 1)
        #expect(!shape.model.isEmpty)
    }

    @Test(arguments: UInt64(0)..<100)
    func `in a reply are good or bad, and good only with choices`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        let body = chance.damage(try Fixture.bytes("openai-cached.json"))
        if case .good = chat.readReply(status: 200, headers: [:], body: body, context: context, nowMilliseconds: now) {
            #expect(try JSONValue.parse(body)["choices"]?.array?.isEmpty == false)
        }
    }
}

@Suite struct `Repairs of bodies that nobody would write` {
    static let repairs: [Repair] = [
        .dropCacheMarkers, .dropMember("seed"), .renameMember(from: "max_tokens", to: "max_completion_tokens"),
        .renameRole(from: "developer", to: "system"), .normaliseToolCallIDs(exactly: 9), .normaliseToolCallIDs(exactly: nil),
    ]

    /// JSON made of the names that repairs look for, in places where they belong and where they do not.
    static func value(_ depth: Int, _ chance: inout Chance) -> String {
        let names = [
            "cache_control", "c\\u0061che_control", "messages", "content", "tool_calls", "id", "tool_call_id", "role", "seed", "max_tokens",
            "max_completion_tokens", "tools", "function", "ttl", "type", "text",
        ]
        let space = [" ", "", "", "\n\t"].randomElement(using: &chance) ?? ""
        switch depth == 0 ? Int.random(in: 2..<6, using: &chance) : Int.random(in: 0..<6, using: &chance) {
        case 0:
            let members = (0..<Int.random(in: 0..<6, using: &chance)).map { _ in
                "\"\(names.randomElement(using: &chance) ?? "x")\"\(space):\(space)\(value(depth - 1, &chance))"
            }
            return "{\(space)\(members.joined(separator: "\(space),"))\(space)}"
        case 1:
            let elements = (0..<Int.random(in: 0..<4, using: &chance)).map { _ in value(depth - 1, &chance) }
            return "[\(space)\(elements.joined(separator: ",\(space)"))]"
        case 2: return ["1", "-0.50e1", "null", "true"].randomElement(using: &chance) ?? "0"
        case 3: return "\"developer\""
        case 4: return "\"\(["call_1", "abcDEF123", "x\\u0000", "text", ""].randomElement(using: &chance) ?? "")\""
        default: return "{\"type\":\"ephemeral\"}"
        }
    }

    static func body(_ chance: inout Chance) -> [UInt8] {
        let parts = ["messages", "tools", "seed", "max_tokens", "cache_control"].map { "\"\($0)\":\(value(5, &chance))" }
        return Array("{\(parts.shuffled(using: &chance).joined(separator: ","))}".utf8)
    }

    @Test(arguments: UInt64(0)..<100)
    func `leave JSON behind, and nothing to repair`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        for _ in 0..<50 {
            let body = Self.body(&chance)
            for repair in Self.repairs {
                guard let result = chat.repaired(body, by: repair) else { continue }
                #expect(result != body)
                _ = try JSONIndex(scanning: result.span.bytes)
                #expect(chat.repaired(result, by: repair) == nil)
            }
            for retention in CacheRetention.allCases {
                guard let result = chat.marked(body, for: retention, placing: true) else { continue }
                _ = try JSONIndex(scanning: result.span.bytes)
                #expect(chat.marked(result, for: retention, placing: true) == nil)
            }
        }
    }

    /// What is taken out is all that is missing: the bytes that stay are the body's, in its order.
    @Test(arguments: UInt64(100)..<150)
    func `add no byte to what they only take from`(seed: UInt64) {
        var chance = Chance(state: seed)
        for _ in 0..<50 {
            let body = Self.body(&chance)
            for repair in [Repair.dropCacheMarkers, .dropMember("seed")] {
                guard let result = chat.repaired(body, by: repair) else { continue }
                var rest = body[...]
                for byte in result {
                    guard let place = rest.firstIndex(of: byte) else {
                        Issue.record("a byte that the body does not have")
                        break
                    }
                    rest = rest[(place + 1)...]
                }
                #expect(result.count < body.count)
            }
        }
    }

    @Test(arguments: UInt64(150)..<200)
    func `survive bytes that are no JSON`(seed: UInt64) {
        var chance = Chance(state: seed)
        for _ in 0..<50 {
            let body = chance.damage(Self.body(&chance))
            for repair in Self.repairs {
                if let result = chat.repaired(body, by: repair) { #expect((try? JSONIndex(scanning: result.span.bytes)) != nil) }
            }
            for retention in CacheRetention.allCases { _ = chat.marked(body, for: retention, placing: true) }
        }
    }
}
