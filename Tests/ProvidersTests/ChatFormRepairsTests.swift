// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

private func repaired(_ body: String, _ repair: Repair) -> String? { chat.repaired(bytes(body), by: repair)?.text }

private func messages(_ text: String) -> String { #"{"model": "m","messages":[\#(text)]}"# }

@Suite struct `A repaired form of a chat request` {
    /// Messages before and after; `nil`: nothing in them would change.
    static let messagesTable: [(repair: Repair, before: String, after: String?)] = [
        // Thoughts.
        (.dropThoughts, #"{"role":"user","content":"a"}"#, nil),
        (
            .dropThoughts, #"{"role":"assistant","reasoning_content":"h", "content":"x","reasoning":"h","reasoning_details":[{}]}"#,
            #"{"role":"assistant", "content":"x"}"#
        ),
        (
            .dropThoughts,
            #"{"role":"assistant","content":[{"type":"thinking","thinking":[]},{"type":"text","text":"x"}],"tool_calls":[{"id":"a","extra_content":{}}]}"#,
            #"{"role":"assistant","content":[{"type":"text","text":"x"}],"tool_calls":[{"id":"a"}]}"#
        ),
        (.addThoughts, #"{"role":"user","content":"a"},{"role":"assistant","content":"x","reasoning_content":"h"}"#, nil),
        (.addThoughts, #"{"role":"assistant","content":"x"}"#, #"{"role":"assistant","content":"x","reasoning_content":" "}"#),
        (.addThoughts, #"{"role":"assistant","reasoning_content":""}"#, #"{"role":"assistant","reasoning_content":" "}"#),
        (.addThoughts, #"{"role":"assistant","reasoning":"h\n"}"#, #"{"role":"assistant","reasoning":"h\n","reasoning_content":"h\n"}"#),
        // Lists of texts.
        (.plainText, #"{"role":"user","content":"a"}"#, nil),
        (.plainText, #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]}"#, nil),
        (
            .plainText,
            #"{"role":"user","content":[{"type":"text","text":"a"}, "b\""]},{"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}"#,
            #"{"role":"user","content":"a\n\nb\""},{"role":"assistant","content":"cd"}"#
        ),
        // A beginning of an answer.
        (.markPrefill, #"{"role":"user","content":"a"}"#, nil), (.markPrefill, #"{"role":"assistant","content":"x","prefix":true}"#, nil),
        (.markPrefill, #"{"role":"assistant","tool_calls":[{"id":"a"}]}"#, nil),
        (.markPrefill, #"{"role":"assistant","content":"x"}"#, #"{"role":"assistant","content":"x","prefix":true}"#),
        (.askToContinue, #"{"role":"user","content":"a"}"#, nil), (.askToContinue, #"{"role":"assistant","tool_calls":[{"id":"a"}]}"#, nil),
        (.askToContinue, #"{"role":"user","content":"a"}, {"role":"assistant","content":""}"#, #"{"role":"user","content":"a"}"#),
        (
            .askToContinue, #"{"role":"user","content":"a"}, {"role":"assistant","content":"x"}"#,
            #"{"role":"user","content":"a"}, {"role":"assistant","content":"x"},{"role":"user","content":"Go on exactly where your last message ends, and repeat nothing of it."}"#
        ),
        // Order.
        (.alternateRoles, #"{"role":"system","content":"s"}, {"role":"user","content":"a"},{"role":"assistant","content":"x"}"#, nil),
        (
            .alternateRoles, #"{"role":"user","content":"a"},{"role":"user","name":"Ada","content":"b"}"#,
            #"{"role":"user","name":"Ada","content":"a\n\nb"}"#
        ),
        (
            .alternateRoles,
            #"{"role":"user","content":"a"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]},{"role":"assistant","content":""}"#,
            #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]},{"role":"assistant","content":""}"#
        ),
        (
            .alternateRoles,
            #"{"role":"user","content":"a"},{"role":"assistant","content":"x"},{"role":"assistant","tool_calls":[{"id":"i"}],"content":null},{"role":"tool","tool_call_id":"i","content":"1"},{"role":"user","content":"b"}"#,
            #"{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"i"}],"content":[{"type":"text","text":"x"}]},{"role":"tool","tool_call_id":"i","content":"1"},{"role":"assistant","content":"OK."},{"role":"user","content":"b"}"#
        ),
        (
            .alternateRoles, #"{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"developer","content":"t"}"#,
            #"{"role":"developer","content":"s\n\nt"},{"role":"user","content":"a"}"#
        ),
        (
            .alternateRoles, #"{"role":"assistant","content":"x"}"#,
            #"{"role":"user","content":"Continue."},{"role":"assistant","content":"x"}"#
        ),
        (.signCalls, #"{"role":"assistant","tool_calls":[{"id":"a"}]}"#, nil),
    ]

    @Test(arguments: messagesTable)
    func `changes its messages and nothing else`(repair: Repair, before: String, after: String?) {
        #expect(repaired(messages(before), repair) == after.map(messages))
    }

    @Test(
        arguments: [
            (.dropStrict, #"{"tools":[{"function":{"name":"f", "strict":true}}]}"#, #"{"tools":[{"function":{"name":"f"}}]}"#),
            (
                .dropStrict, #"{"response_format":{"type":"json_schema","json_schema":{"strict":true,"schema":{}}}}"#,
                #"{"response_format":{"type":"json_schema","json_schema":{"schema":{}}}}"#
            ),
            (.dropStrict, #"{"strict":true,"tools":[{"function":{"parameters":{"strict":1}}}]}"#, nil),
            (.limitStops(to: 2), #"{"stop":["a", "b", "c", "d"]}"#, #"{"stop":["a", "b"]}"#), (.limitStops(to: 2), #"{"stop":"a"}"#, nil),
            (.limitEffort(to: ["low", "high"]), #"{"reasoning_effort":"xhigh"}"#, #"{"reasoning_effort":"high"}"#),
            (
                .plainSchemas,
                #"{"tools":[{"function":{"name":"f","parameters":{"$schema":"s","properties":{"a":{"type":"array"},"b":{"const":1,"format":"x"},"c":{"oneOf":[{"type":"string"},{"type":"null"}]}}}}}]}"#,
                #"{"tools":[{"function":{"name":"f","parameters":{"properties":{"a":{"type":"array","items":{}},"b":{"enum":[1]},"c":{"anyOf":[{"type":"string"},{"type":"null"}]}},"type":"object"}}}]}"#
            ),
            (
                .plainSchemas,
                #"{"tools":[{"function":{"parameters":{"type":"object","anyOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"b":{"type":"number"}}}]}}}]}"#,
                #"{"tools":[{"function":{"parameters":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"number"}}}}}]}"#
            ),
            (.plainSchemas, #"{"tools":[{"function":{"parameters":{"type":"object","properties":{"a":{"type":"string"}}}}}]}"#, nil),
        ] as [(Repair, String, String?)])
    func `changes the members that it names`(repair: Repair, before: String, after: String?) {
        #expect(repaired(before, repair) == after)
    }

    /// What is mended is in order: the same repair finds nothing more to do.
    @Test(arguments: messagesTable.filter { $0.after != nil })
    func `is needed once`(repair: Repair, before: String, after: String?) {
        guard let after, repair != .askToContinue || !before.contains(#""content":"x""#) else { return }
        #expect(repaired(messages(after), repair) == nil)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"messages":7}"#, #"{"messages":[7,"x",null,{}]}"#,
        #"{"messages":[{"role":7,"content":{}}],"tools":[1,{"function":2}],"stop":{}}"#,
    ])
    func `is none of what is no request`(body: String) {
        for repair in [
            Repair.dropThoughts, .addThoughts, .plainText, .markPrefill, .askToContinue, .dropStrict, .plainSchemas, .limitStops(to: 1),
        ] { #expect(repaired(body, repair) == nil) }
    }
}
