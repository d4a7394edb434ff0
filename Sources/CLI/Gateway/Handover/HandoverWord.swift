// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Relay
import Store

/// What a gateway and the process that it hands over to say to each other: a JSON object a line.
enum HandoverWord: Hashable, Sendable {
    // From the new one.
    /// It has read its settings and holds all that it needs; it waits for `go`.
    case ready
    /// It takes connections.
    case serving(url: String, version: String)
    /// It has handed over itself, or is about to end as it was told to: the old one does not step in again.
    case settled
    /// What is under way in the old one? Answered under the same number.
    case ask(Int, SessionsQuestion)

    // From the old one.
    /// The new one may take over. What was kept until now is in the store.
    case go
    case learned(Learned)
    case repair(KnownRepair)
    case answer(Int, JSONValue)

    // From either.
    case ledger(LedgerChange)
    /// The gateway is to stop: the one of the two was told so that sends this.
    case stop(grace: Int?)

    var line: [UInt8] {
        let object: JSONObject =
            switch self {
            case .ready: ["word": "ready"]
            case .serving(let url, let version): ["word": "serving", "url": .string(url), "version": .string(version)]
            case .settled: ["word": "settled"]
            case .ask(let number, .list): ["word": "ask", "number": .number(JSONNumber(number))]
            case .ask(let number, .stop(let id)): ["word": "ask", "number": .number(JSONNumber(number)), "stop": .string(id)]
            case .answer(let number, let value): ["word": "answer", "number": .number(JSONNumber(number)), "value": value]
            case .go: ["word": "go"]
            case .ledger(let change): ["word": "ledger", "change": .object(change.json)]
            case .learned(let learned): ["word": "learned", "learned": .object(LearnedJSON.value(learned))]
            case .stop(let grace): ["word": "stop", "grace_seconds": grace.map { .number(JSONNumber($0)) } ?? .null]
            case .repair(let repair): ["word": "repair", "repair": KnownRepairJSON.value(repair)]
            }
        return JSONWriter.compact(.object(object))
    }

    /// - Returns: `nil` for a word of another version, which is passed over.
    init?(line: [UInt8]) {
        guard let value = try? JSONValue.parse(line), let word = value["word"]?.string else { return nil }
        switch word {
        case "ready": self = .ready
        case "serving": self = .serving(url: value["url"]?.string ?? "", version: value["version"]?.string ?? "")
        case "settled": self = .settled
        case "go": self = .go
        case "stop": self = .stop(grace: value["grace_seconds"]?.int)
        case "ask":
            guard let number = value["number"]?.int else { return nil }
            self = .ask(number, value["stop"]?.string.map { .stop($0) } ?? .list)
        case "answer":
            guard let number = value["number"]?.int else { return nil }
            self = .answer(number, value["value"] ?? .null)
        case "ledger": self = .ledger(LedgerChange(json: value["change"] ?? .null))
        case "learned":
            guard let learned = value["learned"].flatMap({ LearnedJSON.read($0) }) else { return nil }
            self = .learned(learned)
        case "repair":
            guard let repair = value["repair"].flatMap({ KnownRepairJSON.read($0) }) else { return nil }
            self = .repair(repair)
        default: return nil
        }
    }
}
