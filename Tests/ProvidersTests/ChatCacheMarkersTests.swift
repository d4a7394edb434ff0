// SPDX-License-Identifier: Apache-2.0
import JSON
import Providers
import Testing

private func marked(_ body: String, _ retention: CacheRetention, placing: Bool = false) -> String? {
    WireKind.openaiCompletions.wire.marked(Array(body.utf8), for: retention, placing: placing).map { String(decoding: $0, as: UTF8.self) }
}

@Suite struct `Cache markers` {
    static let written: [(retention: CacheRetention, body: String, result: String?)] = [
        (
            .none, #"{"messages":[{"content":[{"text":"x","cache_control":{"type":"ephemeral"}}]}]}"#,
            #"{"messages":[{"content":[{"text":"x"}]}]}"#
        ),
        (.none, #"{"messages":[]}"#, nil),
        (.short, #"{"messages":[{"content":[{"cache_control":{"type":"ephemeral"}}]}]}"#, nil),
        (
            .short, #"{"messages":[{"content":[{"cache_control":{"type":"ephemeral" , "ttl":"1h"}}]}]}"#,
            #"{"messages":[{"content":[{"cache_control":{"type":"ephemeral"}}]}]}"#
        ),
        (.short, #"{"tools":[{"cache_control":{"ttl":"5m","type":"ephemeral"}}]}"#, #"{"tools":[{"cache_control":{"type":"ephemeral"}}]}"#),
        (.short, #"{"messages":[{"cache_control":{"ttl":"1h"}}]}"#, #"{"messages":[{"cache_control":{}}]}"#),
        (
            .long, #"{"messages":[{"content":[{"cache_control":{ "type":"ephemeral" }}]}]}"#,
            #"{"messages":[{"content":[{"cache_control":{ "type":"ephemeral","ttl":"1h" }}]}]}"#
        ),
        (.long, #"{"cache_control":{"ttl":"5m"}}"#, #"{"cache_control":{"ttl":"1h"}}"#),
        (.long, #"{"cache_control":{"ttl":"1h"}}"#, nil),
        (.long, #"{"cache_control":{}}"#, #"{"cache_control":{"ttl":"1h"}}"#),
        (.long, #"{"cache_control":null}"#, nil),
        (.long, #"{"cache_control":"ephemeral"}"#, nil),
        (.long, "{", nil), (.short, "[]", nil), (.none, "", nil),
    ]

    @Test(arguments: written)
    func `of the client's have the time that the settings say`(retention: CacheRetention, body: String, result: String?) {
        #expect(marked(body, retention) == result)
        if let result { #expect(marked(result, retention) == nil) }
    }

    static let short = #""cache_control":{"type":"ephemeral"}"#
    static let long = #""cache_control":{"type":"ephemeral","ttl":"1h"}"#

    static let placed: [(retention: CacheRetention, body: String, result: String?)] = [
        (
            .short, #"{"messages":[{"role":"system","content":"be \"good\""},{"role":"user","content":"hi"}]}"#,
            #"{"messages":[{"role":"system","content":[{"type":"text","text":"be \"good\"",@}]},{"role":"user","content":[{"type":"text","text":"hi",@}]}]}"#
        ),
        // Of the messages of a person only the last, wherever it stands.
        (
            .long, #"{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"tool","content":"c"}]}"#,
            #"{"messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b",@}]},{"role":"tool","content":"c"}]}"#
        ),
        // Of several at the head the first and the last: what changes as a rule comes last.
        (
            .short,
            #"{"messages":[{"role":"system","content":"a"},{"role":"developer","content":"b"},{"role":"system","content":"c"},{"role":"user","content":""},{"role":"system","content":"d"}]}"#,
            #"{"messages":[{"role":"system","content":[{"type":"text","text":"a",@}]},{"role":"developer","content":"b"},{"role":"system","content":[{"type":"text","text":"c",@}]},{"role":"user","content":""},{"role":"system","content":"d"}]}"#
        ),
        // Of parts the last that is text, and says something.
        (
            .short,
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b" },{"type":"image_url","image_url":{}},{"type":"text","text":""}]}]}"#,
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b",@ },{"type":"image_url","image_url":{}},{"type":"text","text":""}]}]}"#
        ),
        (.short, #"{"messages":[{"role":"user","content":[{"type":"image_url"}]},{"role":"assistant","content":"x"}]}"#, nil),
        (.none, #"{"messages":[{"role":"user","content":"a"}]}"#, nil),
        (.short, #"{"messages":[{"role":"user","content":null},7]}"#, nil),
        (.short, #"{"messages":{}}"#, nil), (.short, "{}", nil),
    ]

    @Test(arguments: placed)
    func `are put where a route is known to take them`(retention: CacheRetention, body: String, result: String?) {
        #expect(marked(body, retention, placing: true) == result?.replacing("@", with: retention == .long ? Self.long : Self.short))
        #expect(marked(body, retention) == nil)
    }

    @Test func `are the client's own affair where it wrote one`() {
        let body = #"{"messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"b",\#(Self.short)}]}]}"#
        #expect(marked(body, .short, placing: true) == nil)
        #expect(marked(body, .long, placing: true) == body.replacing(Self.short, with: Self.long))
    }

    @Test(arguments: [
        (#"{"cacheRetention":"none"}"#, CacheRetention.none as CacheRetention?), (#"{"cacheRetention":"short"}"#, .short),
        (#"{"cacheRetention":"long"}"#, .long), (#"{"cacheControlTtl":"5m"}"#, .short), (#"{"cacheControlTtl":"1h"}"#, .long),
        (#"{"cacheControlTtl":"1h","cacheRetention":"none"}"#, CacheRetention.none), (#"{"cacheRetention":"forever"}"#, nil),
        (#"{"cacheRetention":true}"#, nil), ("{}", nil),
    ])
    func `follow the params`(params: String, retention: CacheRetention?) throws {
        guard case .object(let object) = try JSONValue.parse(Array(params.utf8)) else { return }
        #expect(CacheRetention(params: object) == retention)
    }
}
