// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Puts a choice's tool calls together: which call each piece belongs to, whatever its provider forgot to say.
///
/// A piece has an `index`, as a rule; the first of a call has its `id` and `name`. Some servers leave the index out, some give every call
/// index 0 and another id, some repeat id and name in every piece, some send no id at all (docs/wire/openai-completions.md, "Across wires").
struct ChatCallReading {
    private struct Call {
        /// As the provider counts; `nil`: it did not.
        var index: Int?
        var id: String
        var name: String
        var hasBegun = false
        var isFreeForm = false
        /// Arguments that came before the name.
        var waiting = ""
        var state: ProviderState?
    }

    private var calls: [Call] = []

    /// A reply has no more: what comes beyond is left out.
    private static let limit = 1024

    var count: Int { calls.count }

    mutating func read(
        _ list: JSONSlice, _ choice: Int, id reply: String?, maker: Maker, _ data: RawSpan, _ pairs: inout SplitPairs,
        _ events: inout [ConversationEvent]
    ) {
        pairs.begin(.arguments(call: 0), choice: choice, into: &events)
        list.forEachElement(in: data) { piece in
            guard piece.kind == .object else { return true }
            var (index, id, holder, extra): (Int?, String, JSONSlice?, JSONSlice?) = (nil, "", nil, nil)
            var isFreeForm = false
            piece.forEachMember(in: data) { key, value in
                if data.equals("index", in: key) {
                    index = value.int(in: data)
                } else if data.equals("id", in: key) {
                    id = value.string(in: data) ?? ""
                } else if data.equals("function", in: key), value.kind == .object {
                    holder = value
                } else if data.equals("custom", in: key), value.kind == .object {
                    holder = value
                    isFreeForm = true
                } else if data.equals("extra_content", in: key) {
                    extra = value
                }
                return true
            }
            var (name, arguments): (String, JSONSlice?) = ("", nil)
            holder?.forEachMember(in: data) { key, value in
                if data.equals("name", in: key) {
                    name = value.string(in: data) ?? ""
                } else if data.equals("arguments", in: key) || data.equals("input", in: key) {
                    arguments = value
                }
                return true
            }
            guard let place = place(index, id, name, isFreeForm: isFreeForm, reply) else { return true }
            if let signature = ChatReasoning.signature(extra, data) { calls[place].state = ProviderState(maker: maker, payload: signature) }
            take(name, Self.text(arguments, of: place, choice, data, &pairs, &events), at: place, choice, &events)
            return true
        }
    }

    /// Some servers write an object where a text with JSON should be.
    private static func text(
        _ arguments: JSONSlice?, of call: Int, _ choice: Int, _ data: RawSpan, _ pairs: inout SplitPairs,
        _ events: inout [ConversationEvent]
    ) -> String {
        guard let arguments else { return "" }
        return pairs.string(arguments, of: .arguments(call: call), choice: choice, in: data, into: &events)
            ?? ChatDelta.arguments(arguments, in: data)
    }

    /// The older way: one call, without index or id.
    mutating func read(
        legacy call: JSONSlice, _ choice: Int, id reply: String?, _ data: RawSpan, _ pairs: inout SplitPairs,
        _ events: inout [ConversationEvent]
    ) {
        pairs.begin(.arguments(call: 0), choice: choice, into: &events)
        let name = call.member("name", in: data)?.string(in: data) ?? ""
        guard let place = place(0, "", name, isFreeForm: false, reply) else { return }
        let arguments = Self.text(call.member("arguments", in: data), of: place, choice, data, &pairs, &events)
        take(name, arguments, at: place, choice, &events)
    }

    /// Calls whose name never came are told all the same: they are part of what was answered.
    mutating func flush(_ choice: Int, id reply: String?, _ events: inout [ConversationEvent]) {
        for place in calls.indices where !calls[place].hasBegun { begin(place, choice, &events) }
    }

    /// Which call a piece belongs to, added if it is a new one.
    private mutating func place(_ index: Int?, _ id: String, _ name: String, isFreeForm: Bool, _ reply: String?) -> Int? {
        if let index {
            if let place = calls.lastIndex(where: { $0.index == index }) {
                // Another id and a name at an index that is taken: the server counts none of its calls. Without ids another name tells.
                let known = calls[place]
                let isOther = !name.isEmpty && (id.isEmpty ? known.hasBegun && name != known.name : id != known.id)
                if !isOther { return place }
                if let known = calls.firstIndex(where: { $0.id == id }) { return known }
            }
        } else if !id.isEmpty {
            if let place = calls.lastIndex(where: { $0.id == id }) { return place }
        } else if name.isEmpty || calls.last?.hasBegun == false {
            if !calls.isEmpty { return calls.count - 1 }
        }
        guard calls.count < Self.limit else { return nil }
        var call = Call(index: index, id: id.isEmpty ? ChatDelta.callID(calls.count, of: reply) : id, name: name)
        call.isFreeForm = isFreeForm
        calls.append(call)
        return calls.count - 1
    }

    private mutating func take(_ name: String, _ arguments: String, at place: Int, _ choice: Int, _ events: inout [ConversationEvent]) {
        if !calls[place].hasBegun {
            if calls[place].name.isEmpty { calls[place].name = name }
            if calls[place].name.isEmpty { return calls[place].waiting += arguments }
            begin(place, choice, &events)
        }
        if !arguments.isEmpty { events.append(ConversationEvent(.toolArguments(call: place, arguments), choice: choice)) }
        tellState(place, choice, &events)
    }

    private mutating func begin(_ place: Int, _ choice: Int, _ events: inout [ConversationEvent]) {
        calls[place].hasBegun = true
        let call = calls[place]
        events.append(
            ConversationEvent(.toolCall(call: place, id: call.id, name: call.name, isFreeForm: call.isFreeForm), choice: choice))
        if !call.waiting.isEmpty { events.append(ConversationEvent(.toolArguments(call: place, call.waiting), choice: choice)) }
        calls[place].waiting = ""
        tellState(place, choice, &events)
    }

    private mutating func tellState(_ place: Int, _ choice: Int, _ events: inout [ConversationEvent]) {
        guard let state = calls[place].state else { return }
        calls[place].state = nil
        events.append(ConversationEvent(.toolCallState(call: place, state), choice: choice))
    }
}
