// SPDX-License-Identifier: Apache-2.0
import Failover

/// A candidate's stream that goes on with a reply which its client has part of: read on its own wire, joined at the seam, written on the
/// client's by a writer that knows what the client has.
///
/// The client's usage is the first prompt and all completions, as far as they were told. Thoughts are left out once the client has text:
/// what they lead to goes on in the middle of it.
public struct ResumedStream: Sendable {
    private var reader: any EventReader
    /// In the state in which the client is.
    public private(set) var writer: any EventWriter
    private var seam: Seam
    private let names: GivenToolNames
    private var calls: FreeFormCalls
    /// By those that broke off.
    private let told: Usage?
    private let hadText: Bool
    /// Some of this candidate's own text has passed.
    private var hasPassed = false
    private var isTextOver = false
    /// Of this candidate's text, as far as it came: Unicode scalars.
    private var characters = 0
    private var events: [ConversationEvent] = []

    /// - Parameters:
    ///   - crossing: From the client's wire to the candidate's, which may be one and the same.
    ///   - writer: As the part before has left it.
    ///   - model: The candidate's.
    ///   - told: What the attempts before have cost, as far as it is known.
    public init(
        _ crossing: Crossing, to context: ReplyContext, writer: any EventWriter, seam: Seam, as model: String, told: Usage?
    ) {
        reader = crossing.upstream.translation.makeEventReader(maker: crossing.maker)
        self.writer = writer
        self.seam = seam
        names = GivenToolNames(context.request.tools, fitting: crossing.upstream.translation.toolNames)
        calls = FreeFormCalls(context.request.tools)
        self.told = told
        hadText = !seam.text.isEmpty
        self.writer.goOn(as: model)
    }

    /// What the client has of the answer.
    public var text: [UInt8] { seam.text }
    /// Bytes that the candidate said again.
    public var trimmed: Int { seam.trimmed }

    /// - Parameters:
    ///   - seen: Is shown each piece before it is written.
    ///   - output: Takes what the client is to get for this event; often nothing.
    /// - Throws: Why it is no continuation; `output` has nothing of that event then.
    public mutating func take(
        data: RawSpan, name: RawSpan, into output: inout [UInt8], seen: (ConversationEvent) -> Void = { _ in }
    ) throws(Seam.Problem) {
        if data.byteCount == 0 { return }
        reader.read(data: data, name: name, into: &events)
        names.giveBack(&events)
        if calls.isNeeded { calls.open(&events) }
        let came = events
        events.removeAll(keepingCapacity: true)
        for event in came where event.choice == 0 {
            seen(event)
            try pass(event, into: &output)
        }
    }

    /// The end is proven.
    public mutating func end(into output: inout [UInt8]) throws(Seam.Problem) {
        if calls.isNeeded {
            calls.end(&events)
            let rest = events
            events.removeAll()
            for event in rest { try pass(event, into: &output) }
        }
        try endText(&output)
        writer.end(into: &output)
    }

    private mutating func pass(_ event: ConversationEvent, into output: inout [UInt8]) throws(Seam.Problem) {
        switch event.kind {
        case .text(let text):
            characters += text.unicodeScalars.count
            guard !isTextOver else { return writer.write(event, into: &output) }
            write(try seam.take(text), into: &output)
        case .thinking, .thinkingState: if !hadText { writer.write(event, into: &output) }
        // Of text that the client has from another.
        case .citation(var citation):
            guard hasPassed else { return }
            // It counts from this candidate's first letter, the client from another's.
            citation.move(by: String(decoding: seam.text, as: UTF8.self).unicodeScalars.count - characters)
            writer.write(ConversationEvent(.citation(citation)), into: &output)
        case .logprobs, .textState: if hasPassed { writer.write(event, into: &output) }
        // Between two thoughts as well, where those pass.
        case .boundary: if hasPassed || !hadText { writer.write(event, into: &output) }
        case .usage(let usage): writer.write(ConversationEvent(.usage(usage.behind(told))), into: &output)
        case .head: writer.write(event, into: &output)
        case .refusal, .toolCall, .toolArguments, .toolCallState, .media, .foreign, .finish:
            try endText(&output)
            writer.write(event, into: &output)
        }
    }

    private mutating func write(_ text: String, into output: inout [UInt8]) {
        if text.isEmpty { return }
        hasPassed = true
        writer.write(ConversationEvent(.text(text)), into: &output)
    }

    private mutating func endText(_ output: inout [UInt8]) throws(Seam.Problem) {
        guard !isTextOver else { return }
        isTextOver = true
        write(try seam.end(), into: &output)
    }
}

extension Usage {
    /// What a client is told of a reply in parts: the first prompt that was told, and all completions.
    public func behind(_ earlier: Usage?) -> Usage {
        guard let earlier else { return self }
        func sum(_ one: Int?, _ other: Int?) -> Int? { one == nil && other == nil ? nil : (one ?? 0) + (other ?? 0) }
        let first = earlier.inputTokens == nil ? self : earlier
        return Usage(
            inputTokens: first.inputTokens, outputTokens: sum(earlier.outputTokens, outputTokens), cachedTokens: first.cachedTokens,
            cacheWriteTokens: first.cacheWriteTokens, reasoningTokens: sum(earlier.reasoningTokens, reasoningTokens))
    }
}
