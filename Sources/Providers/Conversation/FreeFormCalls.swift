// SPDX-License-Identifier: Apache-2.0
import JSON

/// Calls of tools that a client has as ones that take plain text, and that its provider was given as functions with one member, `input`
/// (`FunctionTool.freeFormSchema`): opened, so that the client gets the text.
struct FreeFormCalls: Sendable {
    private struct Waiting: Sendable {
        let choice: Int
        let call: Int
        let id: String
        let name: String
        var arguments = ""
        /// Follows `arguments`, so that all of them are looked at once, in however many pieces they come.
        var document = JSONPrefix()
        var isDocument = true
        var rest: [ConversationEvent] = []
    }

    private let names: Set<String>
    /// Calls whose arguments are not whole yet.
    private var waiting: [Waiting] = []

    init(_ tools: [Tool]) {
        var names: Set<String> = []
        for case .function(let function) in tools where function.isFreeForm { names.insert(function.name) }
        self.names = names
    }

    /// Whether there is anything to open: most clients have no such tools.
    var isNeeded: Bool { !names.isEmpty }

    // MARK: Whole replies

    func open(_ reply: inout ConversationReply) {
        guard isNeeded else { return }
        for choice in reply.choices.indices {
            for part in reply.choices[choice].parts.indices {
                guard case .toolCall(var call) = reply.choices[choice].parts[part], !call.isFreeForm, names.contains(call.name) else {
                    continue
                }
                call.isFreeForm = true
                call.arguments = Self.text(call.arguments)
                reply.choices[choice].parts[part] = .toolCall(call)
            }
        }
    }

    private static func text(_ arguments: String) -> String { JSONFragment(parsing: arguments)?.value["input"]?.string ?? arguments }

    // MARK: Streams

    /// Holds such calls back until their arguments are whole; all else passes at once.
    mutating func open(_ events: inout [ConversationEvent]) {
        var passed: [ConversationEvent] = []
        passed.reserveCapacity(events.count)
        for event in events { open(event, &passed) }
        events = passed
    }

    /// The stream is over: what is not whole goes as it is.
    mutating func end(_ events: inout [ConversationEvent]) { releaseAll(of: nil, &events) }

    private mutating func open(_ event: ConversationEvent, _ passed: inout [ConversationEvent]) {
        switch event.kind {
        case .toolCall(let call, let id, let name, false) where names.contains(name):
            waiting.append(Waiting(choice: event.choice, call: call, id: id, name: name))
        case .toolArguments(let call, let text):
            guard let place = place(event.choice, call) else { return passed.append(event) }
            waiting[place].arguments += text
            if waiting[place].isDocument { waiting[place].isDocument = waiting[place].document.take(text.utf8) }
            let isWhole = waiting[place].isDocument && waiting[place].document.isWhole && waiting[place].arguments.hasSuffix("}")
            if isWhole { release(place, &passed) }
        case .toolCallState(let call, _):
            guard let place = place(event.choice, call) else { return passed.append(event) }
            waiting[place].rest.append(event)
        case .finish:
            releaseAll(of: event.choice, &passed)
            passed.append(event)
        default: passed.append(event)
        }
    }

    /// - Parameter choice: `nil`: all.
    private mutating func releaseAll(of choice: Int?, _ passed: inout [ConversationEvent]) {
        while let place = waiting.firstIndex(where: { choice == nil || $0.choice == choice }) { release(place, &passed) }
    }

    private func place(_ choice: Int, _ call: Int) -> Int? {
        waiting.isEmpty ? nil : waiting.firstIndex { $0.choice == choice && $0.call == call }
    }

    private mutating func release(_ place: Int, _ passed: inout [ConversationEvent]) {
        let held = waiting.remove(at: place)
        passed.append(ConversationEvent(.toolCall(call: held.call, id: held.id, name: held.name, isFreeForm: true), choice: held.choice))
        let text = Self.text(held.arguments)
        if !text.isEmpty { passed.append(ConversationEvent(.toolArguments(call: held.call, text), choice: held.choice)) }
        passed += held.rest
    }
}
