// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// What a client made of one reply, as strictly as its wire's grammar allows.
public struct Heard: Sendable {
    /// `nil`: no head came.
    public var status: Int?
    public var headers: Headers = [:]
    /// The answer's text.
    public var text = ""
    /// What the model was told to have thought, as far as the wire shows it.
    public var thinking = ""
    public var calls: [Call] = []
    /// The models that events named, each when it first spoke.
    public var models: [String] = []
    /// Why the model stopped, in the wire's own word.
    public var finish: String?
    /// The wire's own end came, behind a finish.
    public var isWhole = false
    public var usage: Usage?
    /// An error's words: of a refusal, or of the event that a stream broke off with.
    public var error: String?
    /// What the grammar of the wire does not allow, in the order of hearing; at most eight.
    public private(set) var faults: [String] = []
    /// From asking to the end.
    public var took = Duration.zero
    /// From asking to the first piece of text; `nil`: there was none.
    public var firstText: Duration?
    /// The client gave up waiting.
    public var gaveUp = false

    public init() {}

    /// A tool call, as far as it has come.
    public struct Call: Hashable, Sendable {
        public var id: String
        public var name: String
        /// JSON, once it is whole.
        public var arguments: String

        public init(id: String, name: String, arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    /// A call in an answer that is whole has to be whole, too.
    mutating func endCalls() {
        for call in calls where (try? JSONValue.parse(call.arguments))?.object == nil {
            fault("the call of \(call.name) has no whole arguments: \(call.arguments.prefix(60))")
        }
    }

    mutating func fault(_ text: String) { if faults.count < 8 { faults.append(text) } }

    /// Notes a change of what must stay the same in all events.
    ///
    /// - Returns: What it is.
    mutating func same(_ name: String, _ value: JSONValue?, as known: JSONValue?) -> JSONValue? {
        guard let value else {
            fault("an event has no \(name)")
            return known
        }
        if let known, known != value { fault("\(name) changes from \(JSONWriter.string(known)) to \(JSONWriter.string(value))") }
        return known ?? value
    }

    mutating func name(_ model: String?) {
        if let model, models.last != model { models.append(model) }
    }

    /// Whether a reply that ends like this could be taken for an answer.
    public var seemsFinished: Bool { error == nil && isWhole }
}
