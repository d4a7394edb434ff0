// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers
import Testing

@testable import Rehearsal

/// One request of the matrix: who asks for what, what goes wrong where, and who is left.
struct MatrixCell: Sendable, CustomStringConvertible {
    enum Position: String, CaseIterable, Sendable {
        /// The first candidate fails, the second is well.
        case first
        /// The first breaks off, or refuses, the second fails, the third is well.
        case second
        /// Nobody else is there.
        case alone
    }

    /// How those that are well go on with what another has begun.
    enum Helper: String, CaseIterable, Sendable {
        /// Exactly, as the beginning of their own reply.
        case prefilled
        /// Exactly, when asked to.
        case asked
        /// With the last words once more.
        case overlaps
        /// Refuses to be prefilled, then goes on.
        case refusesPrefill
        /// Thinks first.
        case thinks
    }

    var client: PlayedWire
    var isStreamed: Bool
    var content: MatrixContent
    var fault: MatrixFault
    var position: Position
    var helper: Helper
    /// Of the candidates.
    var wires: [PlayedWire]

    var description: String {
        let wires = wires.map(\.rawValue).joined(separator: ", then ")
        return
            "\(client.rawValue) \(isStreamed ? "stream" : "plain"), \(content.rawValue): \(fault) (\(position.rawValue) of \(wires); \(helper.rawValue))"
    }

    var roles: Int {
        switch position {
        case .first: 2
        case .second: 3
        case .alone: 1
        }
    }

    /// What goes wrong with a candidate; `nil`: it is well.
    func fault(of role: Int) -> MatrixFault? {
        switch (position, role) {
        case (.first, 0), (.alone, 0), (.second, 1): fault
        // Cut within its text, if it has any.
        case (.second, 0): isStreamed ? .closed(after: Self.early(wires[0])) : .error(after: 0)
        default: nil
        }
    }

    /// Events with which a few words have been said.
    private static func early(_ wire: PlayedWire) -> Int { wire == .chat || wire == .gemini ? 4 : 7 }

    // MARK: What an upstream says

    /// - Parameter said: What the client has of the answer.
    /// - Returns: `nil`: that is no beginning of it.
    func saying(of role: Int, after said: String) -> Saying? {
        var saying = content.saying(on: wires[role], by: role)
        guard !said.isEmpty else { return saying }
        guard saying.text.hasPrefix(said) else { return nil }
        var start = saying.text.index(saying.text.startIndex, offsetBy: said.count)
        if role > 0, helper == .overlaps {
            let anchor = ContinuationOverlap.start(in: saying.text, before: start)
            start = anchor
        }
        saying.text = String(saying.text[start...])
        // Whoever thinks anew thinks what the client does not get.
        if helper != .thinks { (saying.thinking, saying.signature) = ("", "") }
        return saying
    }

    func events(of saying: Saying, on wire: PlayedWire, role: Int) -> [[UInt8]] {
        Script.events(of: saying, for: asking(wire, streaming: true, role)).map { Self.named($0, role) }
    }

    func reply(of saying: Saying, on wire: PlayedWire, role: Int) -> [UInt8] {
        guard case .answer(_, _, let body)? = Script.answers(saying, to: asking(wire, streaming: false, role)).acts.first else { return [] }
        return Self.named(body, role)
    }

    private func asking(_ wire: PlayedWire, streaming: Bool, _ role: Int) -> AskedRequest {
        let path =
            switch wire {
            case .chat: "/v1/chat/completions"
            case .responses: "/v1/responses"
            case .messages: "/v1/messages"
            case .gemini: "/v1/models/m:generateContent"
            }
        return AskedRequest(path: path, model: Self.model(role), streaming: streaming)
    }

    /// Of the model, as its provider calls it in replies.
    static func model(_ role: Int) -> String { "model-\(role)" }

    /// With ids and times that no other candidate has.
    private static func named(_ bytes: [UInt8], _ role: Int) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        return Array(text.replacing("rehearsal", with: "role\(role)").replacing("1767225600", with: "176722560\(role)").utf8)
    }

    // MARK: What the client is to get

    struct Expected {
        var text = ""
        var thinking = ""
        var calls: [Heard.Call] = []
        /// Whose content the client gets, in their order.
        var speakers: [Int] = []
        /// The answer is whole; else it ends in an error.
        var isWhole = false
        /// What has been told of tokens; `nil`: nothing.
        var usage: Usage?
        /// Who has failed, each by its own rule.
        var failed: [Int] = []
    }

    /// Worked out from what the upstreams say.
    func expected() -> Expected { isStreamed ? expectedStream() : expectedReply() }

    private func expectedReply() -> Expected {
        var expected = Expected()
        for role in 0..<roles {
            if let fault = fault(of: role), fault != .drips, fault != .unterminated {
                expected.failed.append(role)
                continue
            }
            let saying = content.saying(on: wires[role], by: role)
            expected.text = saying.text
            expected.thinking = saying.thinking
            expected.calls = saying.calls.map { Heard.Call(id: $0.id, name: $0.name, arguments: JSONWriter.string($0.arguments)) }
            expected.speakers = [role]
            expected.isWhole = true
            expected.usage = Usage(inputTokens: saying.inputTokens, outputTokens: saying.outputTokens)
            break
        }
        return expected
    }

    private func expectedStream() -> Expected {
        var expected = Expected()
        for role in 0..<roles {
            guard let saying = saying(of: role, after: expected.text) else { break }
            var events = events(of: saying, on: wires[role], role: role)
            let fault = fault(of: role)
            if let count = fault?.events { events = Array(events.prefix(count)) }
            let heard = Self.hear(events, wires[role])
            let hadText = !expected.text.isEmpty
            let isWhole = fault.map { $0.events == nil } ?? true || heard.finish != nil
            // A call that is not proven to be whole is held back, and all behind it.
            let shown = isWhole ? heard : Self.hear(Self.beforeCalls(events, wires[role]), wires[role])
            var text = shown.text
            if hadText, helper == .overlaps, role > 0 { text = String(text.dropFirst(Self.overlap(self, role, expected.text))) }
            if !hadText { expected.thinking += shown.thinking }
            // Of whom the client has nothing, it is told nothing.
            let isHeard = !text.isEmpty || (!hadText && !shown.thinking.isEmpty) || isWhole
            if isHeard { expected.speakers.append(role) }
            expected.text += text
            // What says again what is there has cost something, too.
            if isHeard || !shown.text.isEmpty, let usage = heard.usage {
                let first = expected.usage?.inputTokens ?? usage.inputTokens
                let output = (expected.usage?.outputTokens ?? 0) + (usage.outputTokens ?? 0)
                expected.usage = Usage(inputTokens: first, outputTokens: output)
            }
            if isWhole {
                expected.isWhole = true
                expected.calls = heard.calls
                break
            }
            expected.failed.append(role)
        }
        return expected
    }

    private static func overlap(_ cell: MatrixCell, _ role: Int, _ said: String) -> Int {
        let text = cell.content.saying(on: cell.wires[role], by: role).text
        guard text.hasPrefix(said) else { return 0 }
        let end = text.index(text.startIndex, offsetBy: said.count)
        return text.distance(from: ContinuationOverlap.start(in: text, before: end), to: end)
    }

    private static func beforeCalls(_ events: [[UInt8]], _ wire: PlayedWire) -> ArraySlice<[UInt8]> {
        for count in 1...max(events.count, 1) where !hear(events.prefix(count), wire).calls.isEmpty { return events.prefix(count - 1) }
        return events[...]
    }

    /// What the strictest client of a wire makes of a stream.
    static func hear(_ events: some Sequence<[UInt8]>, _ wire: PlayedWire) -> Heard { MatrixEar.hear(Array(events.joined()), wire) }
}

/// The last words of a text, as a model says them again that is asked to begin with them.
enum ContinuationOverlap {
    static func start(in text: String, before end: String.Index) -> String.Index {
        let tail = text[..<end].suffix(32)
        guard tail.count == 32, let space = tail.firstIndex(of: " ") else { return tail.startIndex }
        return text.index(after: space)
    }
}
