// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers
import Testing

private func repaired(_ body: String, _ repair: Repair) -> String? {
    WireKind.openaiCompletions.wire.repaired(Array(body.utf8), by: repair).map { String(decoding: $0, as: UTF8.self) }
}

@Suite struct `A repaired Chat Completions body` {
    static let completion = Repair.renameMember(from: "max_tokens", to: "max_completion_tokens")
    static let tokens = Repair.renameMember(from: "max_completion_tokens", to: "max_tokens")
    static let system = Repair.renameRole(from: "developer", to: "system")

    /// `nil`: nothing in it would change.
    static let everything: [(repair: Repair, body: String, result: String?)] = [
        // Cache markers, wherever they stand.
        (.dropCacheMarkers, #"{"messages":[{"role":"user","content":"hi"}]}"#, nil),
        (
            .dropCacheMarkers,
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}]}"#,
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}"#
        ),
        (
            .dropCacheMarkers,
            #"{ "cache_control" : {"type":"ephemeral"} , "model": "m" ,"messages":[ {"cache_control":null,"role":"user"} ] }"#,
            #"{ "model": "m" ,"messages":[ {"role":"user"} ] }"#
        ),
        (
            .dropCacheMarkers, #"{"tools":[{"type":"function","cache_control":{},"function":{"name":"f","cache_control":{"ttl":"1h"}}}]}"#,
            #"{"tools":[{"type":"function","function":{"name":"f"}}]}"#
        ),
        (
            .dropCacheMarkers, #"{"messages":[{"role":"assistant","tool_calls":[{"id":"a","cache_control":{}}]}]}"#,
            #"{"messages":[{"role":"assistant","tool_calls":[{"id":"a"}]}]}"#
        ),
        (
            .dropCacheMarkers,
            #"{"messages":[{"content":[{"type":"tool_result","content":[{"text":"x","cache_control":{}}],"cache_control":1}]}]}"#,
            #"{"messages":[{"content":[{"type":"tool_result","content":[{"text":"x"}]}]}]}"#
        ),
        // By its name, however that is written, and however often.
        (.dropCacheMarkers, #"{"messages":[{"c\u0061che_control":{},"role":"user"}]}"#, #"{"messages":[{"role":"user"}]}"#),
        (.dropCacheMarkers, #"{"messages":[{"cache_control":{},"cache_control":{}}]}"#, #"{"messages":[{}]}"#),
        (
            .dropCacheMarkers, #"{"messages":[{"cache_control":{},"a":1,"cache_control":{},"b":2,"cache_control":{}}]}"#,
            #"{"messages":[{"a":1,"b":2}]}"#
        ),
        // What a tool's arguments are called is its own affair, and so is what people write.
        (.dropCacheMarkers, #"{"tools":[{"function":{"parameters":{"properties":{"cache_control":{"type":"string"}}}}}]}"#, nil),
        (.dropCacheMarkers, #"{"messages":[{"role":"user","content":"\"cache_control\":{\"type\":\"ephemeral\"}"}]}"#, nil),
        // Members that a client does without.
        (.dropMember("seed"), #"{"model":"m","seed":7,"messages":[]}"#, #"{"model":"m","messages":[]}"#),
        (.dropMember("seed"), #"{"seed":7}"#, "{}"),
        (.dropMember("seed"), #"{"s\u0065ed":7,"a":1.50e0}"#, #"{"a":1.50e0}"#),
        (.dropMember("seed"), #"{"messages":[{"seed":7}]}"#, nil),
        (.dropMember("temperature"), #"{"a":[],"temperature": 0.70}"#, #"{"a":[]}"#),
        (.dropMember("parallel_tool_calls"), #"{"a":1,"parallel_tool_calls":true}"#, #"{"a":1}"#),
        // One that can take only one call at a time would be given several.
        (.dropMember("parallel_tool_calls"), #"{"a":1,"parallel_tool_calls":false}"#, nil),
        // Never what is asked, nor the shape of the answer, whoever says so.
        (.dropMember("messages"), #"{"messages":[]}"#, nil),
        (.dropMember("stream"), #"{"stream":true}"#, nil),
        (.dropMember("response_format"), #"{"response_format":{"type":"json_object"}}"#, nil),
        (.dropMember("tools"), #"{"tools":[]}"#, nil),
        // The limit of a reply under its other name.
        (completion, #"{"max_tokens": 1e2 ,"a":1}"#, #"{"max_completion_tokens": 1e2 ,"a":1}"#),
        (tokens, #"{"max_completion_tokens":5}"#, #"{"max_tokens":5}"#),
        (completion, #"{"max_t\u006fkens":5}"#, #"{"max_completion_tokens":5}"#),
        (completion, #"{"max_tokens":5,"max_completion_tokens":6}"#, #"{"max_completion_tokens":6}"#),
        (completion, #"{"max_tokens":5,"max_completion_tokens":null}"#, #"{"max_completion_tokens":5}"#),
        (completion, #"{"max_completion_tokens":null , "max_tokens":null}"#, #"{"max_completion_tokens":null}"#),
        (completion, #"{"max_completion_tokens":6}"#, nil),
        (completion, #"{"messages":[{"max_tokens":5}]}"#, nil),
        (.renameMember(from: "messages", to: "input"), #"{"messages":[]}"#, nil),
        (.renameMember(from: "max_tokens", to: "stream"), #"{"max_tokens":5}"#, nil),
        // Roles.
        (
            system,
            #"{"messages":[{"role":"developer","content":"x"},{"role":"user","content":"developer"},{"content":"","role": "developer"}]}"#,
            #"{"messages":[{"role":"system","content":"x"},{"role":"user","content":"developer"},{"content":"","role": "system"}]}"#
        ),
        (system, #"{"messages":[{"r\u006fle":"d\u0065veloper"}]}"#, #"{"messages":[{"r\u006fle":"system"}]}"#),
        (system, #"{"messages":[{"role":"system"}]}"#, nil),
        (.renameRole(from: "system", to: "developer"), #"{"messages":[{"role":"system"}]}"#, #"{"messages":[{"role":"developer"}]}"#),
        (.renameRole(from: "user", to: "system"), #"{"messages":[{"role":"user"}]}"#, nil),
        // Not what it should be: nothing to repair.
        (.dropCacheMarkers, "", nil), (.dropCacheMarkers, "{", nil), (.dropCacheMarkers, "[]", nil), (.dropCacheMarkers, "null", nil),
        (.dropCacheMarkers, #"{"messages":{"cache_control":1}}"#, nil), (system, #"{"messages":"developer"}"#, nil),
        (system, #"{"messages":["developer",null,{"role":1}]}"#, nil), (completion, #"{"max_tokens":5"#, nil),
        (.normaliseToolCallIDs(exactly: nil), #"{"messages":[{"tool_calls":{"id":"a b"},"tool_call_id":7}]}"#, nil),
    ]

    @Test(arguments: everything)
    func `has what the table says, and nothing else changed`(repair: Repair, body: String, result: String?) {
        #expect(repaired(body, repair) == result)
        // Nothing is left to repair.
        if let result { #expect(repaired(result, repair) == nil) }
    }

    @Test func `can be repaired of everything that may be dropped`() {
        for name in Repair.droppable.sorted() { #expect(repaired("{\"\(name)\":1,\"a\":2}", .dropMember(name)) == #"{"a":2}"#) }
    }

    @Test func `is not read deeper than any body may be`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(repaired("{\"seed\":1,\"messages\":\(deep)}", .dropMember("seed")) == nil)
        let valid = String(repeating: "[", count: 120) + String(repeating: "]", count: 120)
        #expect(repaired("{\"seed\":1,\"messages\":\(valid)}", .dropMember("seed")) == "{\"messages\":\(valid)}")
    }

    @Test func `is left alone where there would be no end of changes`() {
        let marks = Array(repeating: #"{"cache_control":{}}"#, count: 70_000).joined(separator: ",")
        #expect(repaired("{\"messages\":[\(marks)]}", .dropCacheMarkers) == nil)
        let many = Array(repeating: #"{"cache_control":{}}"#, count: 60_000).joined(separator: ",")
        #expect(repaired("{\"messages\":[\(many)]}", .dropCacheMarkers)?.utf8.count == 60_000 * 3 + 14)
    }
}

@Suite struct `Tool-call ids` {
    /// The ids of a body, in order.
    static func ids(_ body: String?) -> [String] {
        guard let value = body.flatMap({ try? JSONValue.parse(Array($0.utf8)) }) else { return [] }
        return (value["messages"]?.array ?? []).flatMap { message in
            [message["tool_call_id"]?.string].compactMap { $0 } + (message["tool_calls"]?.array ?? []).compactMap { $0["id"]?.string }
        }
    }

    /// A conversation in which each id is called with and answered.
    static func body(_ ids: [String]) -> String {
        let messages: [JSONValue] = ids.flatMap { id -> [JSONValue] in
            [
                ["role": "assistant", "tool_calls": [["id": .string(id), "type": "function"]]],
                ["role": "tool", "tool_call_id": .string(id), "content": "ok"],
            ]
        }
        return String(decoding: JSONWriter.compact(["messages": .array(messages)]), as: UTF8.self)
    }

    static let awkward = ["call_1", "toolu_01AbC", "", " ", "a b", "é", "call|fc_9", "x\u{0}y", "\"", String(repeating: "q", count: 41)]

    @Test("openclaw#24900: ids of another provider fit the route, and call and result still agree", arguments: [9, nil])
    func agree(length: Int?) throws {
        let kept = length == nil ? ["abc", "abcDEF123", String(repeating: "z", count: 40)] : ["abcDEF123", "000000000"]
        let before = Self.awkward + kept + ["call_1"]
        let after = Self.ids(repaired(Self.body(before), .normaliseToolCallIDs(exactly: length)))
        try #require(after.count == before.count * 2)
        for (place, id) in before.enumerated() {
            let (call, result) = (after[place * 2], after[place * 2 + 1])
            #expect(call == result)
            #expect(call.utf8.allSatisfy { ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) || (48...57).contains($0) })
            #expect(length == nil ? call.utf8.count <= 40 : call.utf8.count == length)
            if kept.contains(id) { #expect(call == id) }
        }
        // As many different ones as before.
        #expect(Set(after).count == Set(before).count)
        #expect(after[0] == after[after.count - 1])
    }

    @Test func `are the same in every turn of a conversation`() {
        let long = Self.ids(repaired(Self.body(Self.awkward), .normaliseToolCallIDs(exactly: 9)))
        for (place, id) in Self.awkward.enumerated() {
            #expect(Self.ids(repaired(Self.body([id]), .normaliseToolCallIDs(exactly: 9))).first == long[place * 2])
        }
    }

    @Test func `that fit stay`() {
        #expect(repaired(Self.body(["abcDEF123"]), .normaliseToolCallIDs(exactly: 9)) == nil)
        #expect(repaired(Self.body(["call1", "x"]), .normaliseToolCallIDs(exactly: nil)) == nil)
        #expect(repaired(Self.body(["call1"]), .normaliseToolCallIDs(exactly: 9)) != nil)
    }

    @Test func `do not meet where a name is taken`() throws {
        let first = try #require(Self.ids(repaired(Self.body(["call_1"]), .normaliseToolCallIDs(exactly: 9))).first)
        let both = Self.ids(repaired(Self.body(["call_1", first]), .normaliseToolCallIDs(exactly: 9)))
        #expect(both.count == 4 && both[0] == both[1] && both[2] == first && both[0] != first)
    }

    @Test func `change nothing else`() {
        let body =
            #"{ "messages":[ {"tool_calls":[{"type":"function", "id" : "call_1","function":{"id":"call_1"}}],"id":"call_1"} ] , "x":1.0}"#
        let result = repaired(body, .normaliseToolCallIDs(exactly: 9))
        let id = Self.ids(result).first ?? ""
        #expect(result == body.replacing(#""id" : "call_1""#, with: "\"id\" : \"\(id)\""))
    }

    @Test func `are as long as a route wants them`() {
        for length in [6, 9, 24, 40, 64] {
            #expect(Self.ids(repaired(Self.body(["call_1"]), .normaliseToolCallIDs(exactly: length))).first?.utf8.count == length)
        }
        // Too few letters to tell many apart.
        #expect(repaired(Self.body(["call_1"]), .normaliseToolCallIDs(exactly: 2)) == nil)
    }
}
