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
    case ledger(LedgerChange)
    case pins([SessionPins.Kept])
    case repair(KnownRepair)
    /// The gateway is to stop: the old process was told so after it had handed over.
    case stop(grace: Int?)
    case answer(Int, JSONValue)

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
            case .ledger(let change):
                [
                    "word": "ledger", "blocks": .array(change.blocks.map { BlockJSON.value($0) }),
                    "lifted": .array(change.lifted.map { BlockJSON.value($0) }),
                ]
            case .pins(let pins): ["word": "pins", "pins": .array(pins.map(Self.value))]
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
        case "ledger":
            func blocks(_ name: String) -> [Block] { value[name]?.array?.compactMap { BlockJSON.read($0) } ?? [] }
            self = .ledger(LedgerChange(blocks: blocks("blocks"), lifted: blocks("lifted")))
        case "pins": self = .pins(value["pins"]?.array?.compactMap(Self.pin) ?? [])
        case "repair":
            guard let repair = value["repair"].flatMap({ KnownRepairJSON.read($0) }) else { return nil }
            self = .repair(repair)
        default: return nil
        }
    }

    private static func value(_ pin: SessionPins.Kept) -> JSONValue {
        [
            .string(pin.session.rawValue), .string(pin.provider.rawValue), .string(pin.credential.rawValue),
            .number(JSONNumber(Int(pin.usedAt.milliseconds))), .number(JSONNumber(Int(pin.warmth.components.seconds))),
        ]
    }

    private static func pin(_ value: JSONValue) -> SessionPins.Kept? {
        guard let session = value[0]?.string, let provider = value[1]?.string, let credential = value[2]?.string,
            let usedAt = value[3]?.int,
            let warmth = value[4]?.int
        else { return nil }
        return SessionPins.Kept(
            session: SessionID(rawValue: session), provider: ProviderID(rawValue: provider), credential: CredentialID(rawValue: credential),
            usedAt: Timestamp(milliseconds: Int64(usedAt)), warmth: .seconds(warmth))
    }
}
