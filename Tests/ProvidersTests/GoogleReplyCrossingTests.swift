// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

private func replyContext() -> ReplyContext {
    let body = bytes("{}")
    let index = (try? JSONIndex(scanning: body.span.bytes)) ?? JSONFragment.emptyObject.index
    return ReplyContext(id: "r-1", created: 1, model: "asked", request: Conversation(), body: body, index: index)
}

extension JSONFragment {
    /// Of a value that is known to be one.
    fileprivate var index: JSONIndex {
        guard let index = try? JSONIndex(scanning: bytes.span.bytes) else { preconditionFailure("no JSON") }
        return index
    }
}

private func events(_ stream: String) -> [ConversationEvent] {
    var reader = google.translation.makeEventReader(maker: googleMaker)
    var result: [ConversationEvent] = []
    for data in stream.split(separator: "\n") {
        reader.read(data: bytes(String(data)).span.bytes, name: bytes("").span.bytes, into: &result)
    }
    return result
}

/// What a client gets for these events, without what is the same in all of them.
private func written(_ events: [ConversationEvent.Kind], ends: Bool = true) -> [String] {
    var writer = google.translation.makeEventWriter(to: replyContext())
    var output: [UInt8] = []
    for event in events { writer.write(ConversationEvent(event), into: &output) }
    if ends { writer.end(into: &output) }
    return output.text.split(separator: "\r\n\r\n").map {
        String($0).replacing(#"data: {"candidates":["#, with: "").replacing(#","modelVersion":"asked","responseId":"r-1"}"#, with: "")
            .replacing(#","role":"model"},"index":0"#, with: "…")
    }
}

@Suite struct `A reply read from Google's wire` {
    @Test func `has its parts in order`() throws {
        let body = #"""
            {"candidates":[{"content":{"role":"model","parts":[{"text":"Hm","thought":true},{"text":"So.","thoughtSignature":"s1"},
             {"functionCall":{"name":"f","args":{"a": [1]}},"thoughtSignature":"s2"},{"functionCall":{"id":"x","name":"g"}},
             {"inlineData":{"mimeType":"image/png","data":"aGk="}},{"executableCode":{"code":"1"}}]},"finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":3,"thoughtsTokenCount":2,"serviceTier":"standard"},
             "modelVersion":"gemini-3-pro","responseId":"abc"}
            """#
        let reply = try #require(google.translation.readReply(bytes(body), maker: googleMaker))
        let id = GoogleCallIDs.make(seed: "abc", name: "f", arguments: #"{"a": [1]}"#, ordinal: 0)
        func state(_ text: String) -> ProviderState { ProviderState(maker: googleMaker, payload: text) }
        #expect(
            reply.choices == [
                ConversationReply.Choice(
                    [
                        .thinking(Thinking("Hm")), .text(Text("So.", state: state("s1"))),
                        .toolCall(ToolCall(id: id, name: "f", arguments: #"{"a": [1]}"#, state: state("s2"))),
                        .toolCall(ToolCall(id: "x", name: "g", arguments: "{}")),
                        .media(Media(.image, .data("aGk="), mimeType: "image/png")), .foreign("executableCode"),
                    ], finish: .toolCalls)
            ])
        #expect(reply.usage == Usage(inputTokens: 4, outputTokens: 5, reasoningTokens: 2))
        #expect(reply.head == ReplyHead(id: "abc", model: "gemini-3-pro", serviceTier: "standard"))
    }

    @Test(arguments: [
        ("STOP", Finish.stop), ("MAX_TOKENS", .length), ("SAFETY", .contentFilter), ("RECITATION", .contentFilter),
        ("SPII", .contentFilter),
        ("LANGUAGE", .other("LANGUAGE")), ("NEW_REASON", .other("NEW_REASON")),
    ])
    func `ended for a reason`(word: String, finish: Finish) throws {
        let body = #"{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"\#(word)"}]}"#
        #expect(try #require(google.translation.readReply(bytes(body), maker: googleMaker)).choices[0].finish == finish)
    }

    @Test func `of a refused prompt has one choice and the provider's words`() throws {
        let body = #"{"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"No."},"usageMetadata":{"promptTokenCount":4}}"#
        let reply = try #require(google.translation.readReply(bytes(body), maker: googleMaker))
        #expect(reply.choices == [ConversationReply.Choice([.refusal("No.")], finish: .contentFilter)])
    }

    @Test func `counts its citations in characters`() throws {
        let body = #"""
            {"candidates":[{"content":{"parts":[{"text":"Größe: 5 m. Ja."}]},"finishReason":"STOP","groundingMetadata":{
              "groundingChunks":[{"web":{"uri":"https://a.example","title":"A"}},{"web":{"uri":"https://b.example"}}],
              "groundingSupports":[{"segment":{"endIndex":13,"text":"Größe: 5 m."},"groundingChunkIndices":[0,1,9]}]},
              "citationMetadata":{"citationSources":[{"startIndex":14,"endIndex":17,"uri":"https://c.example"}]}}]}
            """#
        let reply = try #require(google.translation.readReply(bytes(body), maker: googleMaker))
        let citations = [
            Citation(url: "https://a.example", title: "A", quoted: "Größe: 5 m.", start: 0, end: 11),
            Citation(url: "https://b.example", quoted: "Größe: 5 m.", start: 0, end: 11),
            Citation(url: "https://c.example", start: 12, end: 15),
        ]
        #expect(reply.choices[0].parts == [.text(Text("Größe: 5 m. Ja.", citations: citations))])
        let again = google.translation.writeReply(reply, to: replyContext()).text
        #expect(
            again.contains(
                #""groundingSupports":[{"segment":{"startIndex":0,"endIndex":13,"text":"Größe: 5 m."},"groundingChunkIndices":[0]}"#))
        let back = try #require(google.translation.readReply(bytes(again), maker: googleMaker))
        #expect(back.choices[0].parts == reply.choices[0].parts)
    }

    @Test func `has the likelihood of its tokens`() throws {
        let body = #"""
            {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP","logprobsResult":{
             "chosenCandidates":[{"token":"a","tokenId":5,"logProbability":-0.10}],
             "topCandidates":[{"candidates":[{"token":"a","logProbability":-0.10},{"token":"b","logProbability":-2}]}]}}]}
            """#
        let reply = try #require(google.translation.readReply(bytes(body), maker: googleMaker))
        #expect(reply.choices[0].logprobs.map(\.chosen.token) == ["a"])
        #expect(reply.choices[0].logprobs.first?.top.map(\.logprob.text) == ["-0.10", "-2"])
        let back = google.translation.readReply(google.translation.writeReply(reply, to: replyContext()), maker: googleMaker)
        #expect(back?.choices == reply.choices)
    }

    @Test(arguments: ["", "7", "{", "[]", "{}", #"{"usageMetadata":{"promptTokenCount":1}}"#])
    func `is none`(body: String) { #expect(google.translation.readReply(bytes(body), maker: googleMaker) == nil) }
}

@Suite struct `A reply written for clients of Google's wire` {
    @Test func `is what Google's would be`() {
        let state = ProviderState(maker: Maker(provider: "anthropic", wire: .openaiCompletions), payload: "proof")
        let choice = ConversationReply.Choice(
            [
                .thinking(Thinking("Hm", state: state)), .text("So "), .text("be it."), .refusal("No."),
                .toolCall(ToolCall(id: "c1", name: "f", arguments: #"{"a":1}"#)), .foreign("x"),
                .media(Media(.image, .data("aGk="), mimeType: "image/png")),
            ], finish: .toolCalls)
        let reply = ConversationReply(
            head: ReplyHead(model: "claude"), choices: [choice, ConversationReply.Choice([], finish: .other("pause"))],
            usage: Usage(inputTokens: 10, outputTokens: 9, cachedTokens: 4, reasoningTokens: 2))
        #expect(
            google.translation.writeReply(reply, to: replyContext()).text
                == #"{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true,"thoughtSignature":"\#(Seal.seal(state))"},{"text":"So be it."},{"text":"No."},{"functionCall":{"id":"c1","name":"f","args":{"a":1}}},{"inlineData":{"mimeType":"image/png","data":"aGk="}}],"role":"model"},"finishReason":"STOP","index":0},{"content":{"parts":[],"role":"model"},"finishReason":"OTHER","finishMessage":"pause","index":1}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":7,"thoughtsTokenCount":2,"cachedContentTokenCount":4,"totalTokenCount":19},"modelVersion":"claude","responseId":"r-1"}"#
        )
    }

    @Test func `does not invent counts`() {
        let reply = ConversationReply(choices: [ConversationReply.Choice()], usage: Usage(outputTokens: 3))
        let text = google.translation.writeReply(reply, to: replyContext()).text
        #expect(text.contains(#""usageMetadata":{"candidatesTokenCount":3},"#))
    }
}

@Suite struct `A stream read from Google's wire` {
    @Test func `tells what each event says`() {
        let told = events(
            #"""
            {"candidates":[{"content":{"parts":[{"text":"Hm","thought":true}]},"index":0}],"usageMetadata":{"promptTokenCount":3},"modelVersion":"m","responseId":"i"}
            {"candidates":[{"content":{"parts":[{"text":"So"}]},"index":0}],"usageMetadata":{"promptTokenCount":3},"modelVersion":"m","responseId":"i"}
            {"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"s"}]}}]}
            {"candidates":[{"content":{"parts":[{"functionCall":{"id":"a","name":"f","args":{}}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}}
            """#)
        #expect(
            told.map(\.kind) == [
                .head(ReplyHead(id: "i", model: "m")), .thinking("Hm"), .usage(Usage(inputTokens: 3)), .text("So"),
                .textState(ProviderState(maker: googleMaker, payload: "s")), .toolCall(call: 0, id: "a", name: "f", isFreeForm: false),
                .toolArguments(call: 0, "{}"), .boundary, .finish(.toolCalls), .usage(Usage(inputTokens: 3, outputTokens: 2)),
            ])
    }

    @Test func `keeps candidates apart`() {
        let told = events(
            #"{"candidates":[{"index":1,"content":{"parts":[{"text":"b"}]}},{"index":0,"content":{"parts":[{"text":"a"}]}}]}"#)
        #expect(told.filter { if case .head = $0.kind { false } else { true } }.map(\.choice) == [1, 0])
    }

    @Test func `ends for a refused prompt once`() {
        let line = #"{"promptFeedback":{"blockReason":"SAFETY"}}"#
        #expect(events("\(line)\n\(line)").filter { $0.kind == .finish(.contentFilter) }.count == 1)
    }
}

@Suite struct `A stream written for clients of Google's wire` {
    static let usage = Usage(inputTokens: 3, outputTokens: 2)

    @Test func `gives text as it comes, and waits with the last event for the counts`() {
        #expect(written([.text("a"), .text("b"), .finish(.stop)], ends: false).count == 2)
        #expect(
            written([.head(ReplyHead(id: "x")), .thinking("h"), .text("a"), .finish(.stop), .usage(Self.usage)]) == [
                #"{"content":{"parts":[{"text":"h","thought":true}]…}]"#, #"{"content":{"parts":[{"text":"a"}]…}]"#,
                #"{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}"#,
            ])
    }

    @Test func `gives calls whole, in their order, however they come`() {
        let pieces: [ConversationEvent.Kind] = [
            .toolCall(call: 0, id: "a", name: "f", isFreeForm: false), .toolArguments(call: 0, #"{"x""#),
            .toolCall(call: 1, id: "b", name: "g", isFreeForm: false), .toolArguments(call: 1, #"{"y":2}"#), .toolArguments(call: 0, ":1}"),
        ]
        #expect(written(pieces, ends: false) == [])
        let both =
            #"{"content":{"parts":[{"functionCall":{"id":"a","name":"f","args":{"x":1}}},{"functionCall":{"id":"b","name":"g","args":{"y":2}}}]…}]"#
        #expect(written(pieces + [.finish(.toolCalls)], ends: false) == [both])
        #expect(written(pieces + [.boundary], ends: false) == [])
        #expect(written(pieces + [.text("t")], ends: false).first == both)
        #expect(written(Array(pieces[..<2]) + [.toolArguments(call: 0, "}"), .boundary], ends: false).count == 1)
    }

    @Test func `seals what other providers want back`() {
        let state = ProviderState(maker: Maker(provider: "p", wire: .openaiCompletions), payload: "x")
        let seal = Seal.seal(state)
        #expect(
            written(
                [
                    .thinking("h"), .thinkingState(state), .toolCall(call: 0, id: "a", name: "f", isFreeForm: true),
                    .toolArguments(call: 0, "text"), .toolCallState(call: 0, state), .boundary,
                ], ends: false) == [
                    #"{"content":{"parts":[{"text":"h","thought":true}]…}]"#,
                    #"{"content":{"parts":[{"text":"","thought":true,"thoughtSignature":"\#(seal)"}]…}]"#,
                    #"{"content":{"parts":[{"functionCall":{"id":"a","name":"f","args":{"input":"text"}},"thoughtSignature":"\#(seal)"}]…}]"#,
                ])
    }

    @Test func `of nothing is one event`() {
        #expect(written([]) == [#"{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}]"#])
        #expect(written([.text(""), .boundary, .foreign("x"), .finish(.contentFilter)]).count == 1)
    }

    @Test func `is a stream that this wire finds whole`() throws {
        var stream = google.makeStreamReader(context: context, nowMilliseconds: now)
        var writer = google.translation.makeEventWriter(to: replyContext())
        var output: [UInt8] = []
        for (choice, kind) in [
            (0, ConversationEvent.Kind.text("ä\"\n")), (1, .thinking("t")), (0, .citation(Citation(url: "u", start: 0, end: 1))),
            (1, .finish(.length)), (0, .finish(.stop)),
        ] { writer.write(ConversationEvent(kind, choice: choice), into: &output) }
        writer.end(into: &output)
        var reader = EventStreamReader()
        try reader.feed(output.span.bytes) { _, data, name in
            #expect(stream.read(data: data, name: name).failure == nil)
        }
        #expect(stream.endIsProven)
        #expect(stream.finish == "STOP")
    }
}

@Suite struct `Places in text` {
    @Test(arguments: [
        "", "plain", "ä", "a€b", "héllo wörld", String(repeating: "日本", count: 100), "🙂a🙂" + String(repeating: "x", count: 130) + "é",
    ])
    func `count in bytes and in characters`(text: String) {
        var offsets = GoogleOffsets()
        for piece in text.unicodeScalars { offsets.append(String(piece)) }
        var (byte, character) = (0, 0)
        for scalar in text.unicodeScalars {
            #expect(offsets.character(atByte: byte) == character)
            #expect(offsets.byte(atCharacter: character) == byte)
            byte += String(scalar).utf8.count
            character += 1
        }
        #expect(offsets.character(atByte: byte) == character)
        #expect(offsets.byte(atCharacter: character) == byte)
        #expect(offsets.byte(atCharacter: character + 5) >= byte)
        #expect(offsets.character(atByte: -1) == 0)
    }
}
