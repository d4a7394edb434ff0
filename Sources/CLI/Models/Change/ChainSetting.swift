// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import JSON

/// `model` or `imageModel` of one agent or of the defaults, as written: what `models set` and `models fallbacks` change.
struct ChainSetting {
    typealias Step = JSON5Document.Step

    enum Kind: Hashable, Sendable {
        case model, imageModel

        var key: String { self == .model ? "model" : "imageModel" }
        /// `Fallbacks`, as OpenClaw's lists are headed.
        var heading: String { self == .model ? "Fallbacks" : "Image fallbacks" }
        var defaultHeading: String { self == .model ? "Default model" : "Image model" }
        var command: String { self == .model ? "models fallbacks" : "models image-fallbacks" }
    }

    var kind: Kind
    /// `nil`: the defaults.
    var agent: AgentID?
    private var draft: ConfigDraft
    /// Of the agent, or of `agents.defaults`.
    private var owner: [Step]

    static let defaults: [Step] = [.key("agents"), .key("defaults")]

    /// Of `model` or `imageModel`.
    var path: [Step] { owner + [.key(kind.key)] }

    /// - Parameter agent: As typed; `nil`: the defaults, which hold for every agent that says nothing else.
    /// - Throws: If there is no such agent.
    init(_ kind: Kind, agent: String?, in draft: ConfigDraft) throws(CommandFailure) {
        self.kind = kind
        self.draft = draft
        owner = Self.defaults
        guard let agent else { return }
        let id = agent.lowercased()
        var known: [String] = []
        for (index, element) in (try draft.value(at: [.key("agents"), .key("list")])?.array ?? []).enumerated() {
            guard let name = element["id"]?.string?.lowercased() else { continue }
            known.append(name)
            if name == id { owner = [.key("agents"), .key("list"), .index(index)] }
        }
        for member in try draft.value(at: [.key("agents"), .key("entries")])?.object?.members ?? [] {
            known.append(member.key.lowercased())
            if member.key.lowercased() == id { owner = [.key("agents"), .key("entries"), .key(member.key)] }
        }
        if owner != Self.defaults { self.agent = AgentID(rawValue: id) }
        // Without any agents there is one, which has nothing of its own.
        guard self.agent == nil, !(known.isEmpty && id == "main") else { return }
        let nearest = NearestWord.of(id, in: known).map { " Did you mean \"\($0)\"?" } ?? ""
        throw CommandFailure(
            .failed, "there is no agent \"\(SafeText.line(agent))\".\(nearest)",
            hints: [known.isEmpty ? "there is only main, which goes by agents.defaults" : "there are: \(known.joined(separator: ", "))"])
    }

    // MARK: As it is

    /// As written; `nil`: nothing, so that an agent has the defaults'.
    func primary() throws(CommandFailure) -> String? { try Self.primary(draft.value(at: path)) }

    /// Its own list, else the defaults', which an agent without one has.
    func fallbacks() throws(CommandFailure) -> (list: [String], isOwn: Bool) {
        if let own = Self.fallbacks(try draft.value(at: path)) { return (own, true) }
        guard agent != nil else { return ([], true) }
        return (Self.fallbacks(try draft.value(at: Self.defaults + [.key(kind.key)])) ?? [], false)
    }

    private static func primary(_ value: JSONValue?) -> String? { value?.string ?? value?["primary"]?.string }

    private static func fallbacks(_ value: JSONValue?) -> [String]? { value?["fallbacks"]?.array?.compactMap(\.string) }

    // MARK: Changed

    func setPrimary(_ ref: String) throws(CommandFailure) {
        let isText = try draft.value(at: path)?.string != nil
        try draft.set(.string(ref), at: isText ? path : path + [.key("primary")])
    }

    /// A model that is a plain text becomes an object, since only that can have fallbacks.
    func setFallbacks(_ list: [String]) throws(CommandFailure) {
        let value = JSONValue.array(list.map { .string($0) })
        if let text = try draft.value(at: path)?.string {
            try draft.set(["primary": .string(text), "fallbacks": value], at: path)
        } else {
            try draft.set(value, at: path + [.key("fallbacks")])
        }
    }

    /// Lists `ref` in `agents.defaults.models` where that has entries: OpenClaw takes a table with entries for all that may be chosen. An empty
    /// or missing one stays so, as the first entry would close it.
    func list(_ ref: ModelRef) throws(CommandFailure) {
        let table = Self.defaults + [.key("models")]
        guard let known = try draft.value(at: table)?.object, !known.isEmpty else { return }
        let names = [ref.description.lowercased(), "\(ref.provider)/*"]
        if !known.keys.contains(where: { names.contains($0.lowercased()) }) { try draft.set([:], at: table + [.key(ref.description)]) }
    }
}
