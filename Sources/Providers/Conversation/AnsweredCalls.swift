// SPDX-License-Identifier: Apache-2.0

extension Conversation {
    /// Brings tool calls and their results into the one order that every provider takes: the model calls, and right behind it each of its
    /// calls is answered once. Clients that were cut off, or that have shortened their history, send others, which all APIs refuse.
    ///
    /// - A call without a result gets one that says so.
    /// - A result without a call is told as what it holds.
    /// - Results that come later in the same turn of the user's come first.
    /// - Calls that share an id get ids of their own, and their results with them, in order. A new id depends on what stands before it
    ///   alone, so that it is the same in every later turn.
    mutating func answerCalls() {
        guard turns.contains(where: { $0.parts.contains(where: \.isCallOrResult) }) else { return }
        var answering = CallAnswering()
        for turn in turns { answering.take(turn) }
        turns = answering.finished()
    }
}

private struct CallAnswering {
    private var turns: [Turn] = []
    private var open = OpenCalls()
    private var ids = CallIDs()
    /// Place in `turns` behind the model's last one: there its calls are answered.
    private var gap = 0
    private var results: [Part] = []
    /// The turn at `gap` held results itself: they go back to it.
    private var hasPlace = false

    mutating func take(_ turn: Turn) {
        switch turn.role {
        case .assistant: takeAnswer(turn)
        case .user: takeQuestion(turn)
        case .system, .developer: turns.append(turn)
        }
    }

    mutating func finished() -> [Turn] {
        close()
        return turns
    }

    private mutating func takeAnswer(_ turn: Turn) {
        var turn = turn
        // The model goes on: its calls are answered behind all that it says.
        let goesOn = !open.isEmpty && results.isEmpty && turns.count == gap
        if !goesOn { close() }
        for place in turn.parts.indices {
            guard case .toolCall(var call) = turn.parts[place] else { continue }
            let id = ids.unique(call.id)
            open.begin(call, as: id)
            guard id != call.id else { continue }
            call.id = id
            turn.parts[place] = .toolCall(call)
        }
        if goesOn {
            turns[gap - 1].parts += turn.parts
        } else {
            turns.append(turn)
            gap = turns.count
        }
    }

    private mutating func takeQuestion(_ turn: Turn) {
        guard turn.parts.contains(where: \.isCallOrResult) else { return turns.append(turn) }
        var rest: [Part] = []
        for part in turn.parts {
            guard case .toolResult(var result) = part else {
                rest.append(part)
                continue
            }
            if let call = open.answer(result.callID) {
                result.callID = call.id
                if !result.name.isEmpty { result.name = call.name }
                results.append(.toolResult(result))
            } else {
                rest += result.parts
            }
        }
        guard !rest.isEmpty else { return }
        if turns.count == gap { hasPlace = true }
        turns.append(Turn(turn.role, rest, name: turn.name))
    }

    private mutating func close() {
        for call in open.unanswered {
            let parts: [Part] = [.text(ToolResult.unanswered)]
            results.append(.toolResult(ToolResult(callID: call.id, parts: parts, isError: true, isFreeForm: call.isFreeForm)))
        }
        if !results.isEmpty {
            if hasPlace {
                turns[gap].parts.insert(contentsOf: results, at: 0)
            } else {
                turns.insert(Turn(.user, results), at: gap)
            }
        }
        results = []
        hasPlace = false
        open = OpenCalls()
    }
}

/// Calls that wait for their results, each found by its id in the same time, however many there are.
private struct OpenCalls {
    private var calls: [ToolCall] = []
    private var isAnswered: [Bool] = []
    private var places: [String: Queue] = [:]

    private struct Queue {
        var places: [Int]
        var next = 0
    }

    var isEmpty: Bool { calls.isEmpty }

    mutating func begin(_ call: ToolCall, as id: String) {
        places[call.id, default: Queue(places: [])].places.append(calls.count)
        calls.append(ToolCall(id: id, name: call.name, arguments: "", isFreeForm: call.isFreeForm))
        isAnswered.append(false)
    }

    /// - Returns: The first call of that id that has no result yet.
    mutating func answer(_ id: String) -> ToolCall? {
        guard let queue = places[id], queue.next < queue.places.count else { return nil }
        let place = queue.places[queue.next]
        places[id]?.next += 1
        isAnswered[place] = true
        return calls[place]
    }

    var unanswered: [ToolCall] { calls.indices.lazy.filter { !isAnswered[$0] }.map { calls[$0] } }
}

private struct CallIDs {
    private var seen: Set<String> = []
    private var counts: [String: Int] = [:]

    mutating func unique(_ id: String) -> String {
        if seen.insert(id).inserted { return id }
        var count = counts[id] ?? 1
        while true {
            count += 1
            let made = "\(id)_\(count)"
            guard seen.insert(made).inserted else { continue }
            counts[id] = count
            return made
        }
    }
}

extension ToolResult {
    /// Told of a call that its client never answered.
    static let unanswered = "The call was not answered."
}

extension Part {
    fileprivate var isCallOrResult: Bool {
        switch self {
        case .toolCall, .toolResult: true
        case .text, .refusal, .media, .thinking, .foreign: false
        }
    }
}
