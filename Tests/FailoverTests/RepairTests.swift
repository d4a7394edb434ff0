// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@Suite struct `A repair` {
    @Test(arguments: [
        (Repair.dropCacheMarkers, "drop-cache-markers", "without cache markers"),
        (.dropMember("seed"), "drop:seed", "without seed"),
        (
            .renameMember(from: "max_tokens", to: "max_completion_tokens"), "rename:max_tokens→max_completion_tokens",
            "with max_completion_tokens instead of max_tokens"
        ),
        (.renameRole(from: "developer", to: "system"), "role:developer→system", "with the role system instead of developer"),
        (.normaliseToolCallIDs(exactly: nil), "tool-call-ids", "with plain tool-call ids"),
        (.normaliseToolCallIDs(exactly: 9), "tool-call-ids:9", "with tool-call ids of 9 letters and digits"),
        (.dropThoughts, "drop-thoughts", "without the thoughts of earlier turns"),
        (.limitEffort(to: ["low", "medium", "high"]), "effort:low,medium,high", "with an effort of low, medium, high"),
        (.signCalls, "sign-calls", "with a word in place of thought signatures"),
        (.plainSchemas, "plain-schemas", "with plainer schemas"),
        (.alternateRoles, "alternate-roles", "with turns that alternate"),
        (.limitStops(to: 5), "stops:5", "with the first 5 stop sequences"),
        (.addThoughts, "add-thoughts", "with a blank where thoughts of earlier turns are missing"),
        (.plainText, "plain-text", "with texts in place of lists of texts"), (.dropStrict, "drop-strict", "without strict schemas"),
        (.markPrefill, "mark-prefill", "with the last message marked as a beginning"),
        (.askToContinue, "ask-to-continue", "with a request to go on"),
        (.fitBudget, "fit-budget", "with a thinking budget that leaves room for the answer"),
        (.pairResults, "pair-results", "with a result for each tool call"),
        (.dropEmptyText, "drop-empty-text", "without empty texts"),
        (.limitTokens(to: 8192), "tokens:8192", "with at most 8192 tokens of answer"),
        (.sayJSON, "say-json", "with the word JSON in its instructions"),
        (.offerCalledTools, "offer-called-tools", "with the tools that were called"),
    ])
    func `has a code that it is read from`(repair: Repair, code: String, text: String) {
        #expect(repair.code == code)
        #expect(Repair(code: code) == repair)
        #expect(repair.text == text)
    }

    @Test(arguments: [
        "", "drop", "drop:", "rename:", "rename:max_tokens", "rename:→x", "rename:x→", "role:developer", "tool-call-ids:",
        "tool-call-ids:0", "tool-call-ids:65", "tool-call-ids:x", "mend:seed", "DROP:seed", "effort:", "effort:x",
        "effort:low,x",
    ])
    func `is not read from anything else`(code: String) { #expect(Repair(code: code) == nil) }

    @Test(arguments: [
        "model", "messages", "stream", "tools", "tool_choice", "functions", "function_call", "response_format", "n", "modalities", "audio",
        "stop", "logprobs", "top_logprobs", "max_tokens", "max_completion_tokens", "made_up",
    ])
    func `leaves out nothing that the client would miss`(member: String) { #expect(Repair.dropping(member) == nil) }

    @Test(arguments: [
        ("none", ["low", "medium", "high"], "low"), ("minimal", ["none", "low"], "low"), ("xhigh", ["low", "medium", "high"], "high"),
        ("max", ["none", "low", "xhigh"], "xhigh"), ("low", ["high"], "high"), ("medium", ["low", "high"], "high"),
        ("high", ["low", "high"], nil), ("strongest", ["low"], nil), ("low", [], nil),
    ])
    func `takes of the efforts the nearest`(word: String, known: [String], nearest: String?) {
        #expect(Repair.effort(for: word, among: known) == nearest)
    }
}

@Suite struct `The repairs of docs/failover` {
    @Test func `have every code, and the list of what may be left out`() throws {
        let page = try #require(projectFile("docs/failover.md"))
        let start = try #require(page.firstRange(of: "## Repairs"))
        let section = page[start.upperBound...].prefix { _ in true }
        let end = section.firstRange(of: "\n## ")?.lowerBound ?? section.endIndex
        let text = section[..<end]
        for repair in [
            Repair.dropCacheMarkers, .dropMember("seed"), .renameMember(from: "max_tokens", to: "max_completion_tokens"),
            .renameRole(from: "developer", to: "system"), .normaliseToolCallIDs(exactly: nil), .normaliseToolCallIDs(exactly: 9),
            .dropThoughts, .limitEffort(to: ["low", "medium", "high"]), .signCalls, .plainSchemas, .alternateRoles, .limitStops(to: 5),
            .addThoughts, .plainText, .dropStrict, .markPrefill, .askToContinue,
            .fitBudget, .pairResults,
            .dropEmptyText, .limitTokens(to: 8192), .sayJSON, .offerCalledTools,
        ] { #expect(text.contains("`\(repair.code)`"), "\(repair.code)") }
        let list = try #require(text.firstRange(of: "May be left out")).upperBound
        let listEnd = text[list...].firstRange(of: "Nothing else is")?.lowerBound ?? text.endIndex
        let names = text[list..<listEnd].split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset % 2 == 1 && $0.element != "false" ? String($0.element) : nil }
        #expect(Set(names) == Repair.droppable)
    }
}
