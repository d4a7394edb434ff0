// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Providers
import Relay

/// What requests have taught a gateway, as one line to its successor: an object with one member, which says of what kind.
///
/// What makes no sense is left out: it is learned again.
enum LearnedJSON {
    static func value(_ learned: Learned) -> JSONObject {
        switch learned {
        case .pins(let kept): ["pins": .array(kept.map(value))]
        case .firstTokens(let kept):
            [
                "first_tokens": .array(
                    kept.map { times in
                        [
                            .string(times.model.description), number(times.size.rawValue), number(times.at.milliseconds),
                            .array(times.milliseconds.map(number)),
                        ]
                    })
            ]
        case .uses(let kept): ["uses": .array(kept.map { [.string($0.credential.rawValue), number($0.at.milliseconds)] })]
        case .states(let kept):
            [
                "states": .array(
                    kept.map { state in
                        [
                            .string(state.call), .string(state.tool), .string(state.maker.provider.rawValue),
                            .string(state.maker.wire.rawValue), .string(state.payload),
                        ]
                    })
            ]
        // A number in JSON is not sure to hold 64 bits.
        case .proofs(let kept):
            ["proofs": .array(kept.map { [.string(String($0.proof.hash, radix: 16)), .string($0.maker.rawValue)] })]
        case .refusedProofs(let kept):
            [
                "refused_proofs": .array(
                    kept.map { refused in
                        [
                            .string(refused.provider.rawValue), .string(refused.configuration),
                            .array(refused.makers.sorted().map { .string($0.rawValue) }),
                        ]
                    })
            ]
        case .quotas(let rows): ["quotas": QuotaJSON.document(rows)]
        }
    }

    /// - Returns: `nil` for a kind that is not known here.
    static func read(_ value: JSONValue) -> Learned? {
        func rows<Kept>(_ name: String, _ row: (JSONValue) -> Kept?) -> [Kept]? { value[name]?.array.map { $0.compactMap(row) } }
        if let kept = rows("pins", pin) { return .pins(kept) }
        if let kept = rows("first_tokens", times) { return .firstTokens(kept) }
        if let kept = rows("uses", use) { return .uses(kept) }
        if let kept = rows("states", state) { return .states(kept) }
        if let kept = rows("proofs", proof) { return .proofs(kept) }
        if let kept = rows("refused_proofs", refused) { return .refusedProofs(kept) }
        return value["quotas"].map { .quotas(QuotaJSON.rows($0)) }
    }

    private static func number(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(Int(clamping: value))) }

    private static func time(_ value: JSONValue?) -> Timestamp? { value?.int.map { Timestamp(milliseconds: Int64($0)) } }

    // MARK: Rows

    private static func value(_ pin: SessionPins.Kept) -> JSONValue {
        [
            .string(pin.session.rawValue), .string(pin.provider.rawValue), .string(pin.credential.rawValue),
            number(pin.usedAt.milliseconds), number(pin.warmth.components.seconds),
        ]
    }

    private static func pin(_ row: JSONValue) -> SessionPins.Kept? {
        guard let session = row[0]?.string, let provider = row[1]?.string, let credential = row[2]?.string, let usedAt = time(row[3]),
            let warmth = row[4]?.int
        else { return nil }
        return SessionPins.Kept(
            session: SessionID(rawValue: session), provider: ProviderID(rawValue: provider), credential: CredentialID(rawValue: credential),
            usedAt: usedAt, warmth: .seconds(warmth))
    }

    private static func times(_ row: JSONValue) -> FirstTokenMemory.Kept? {
        guard let model = row[0]?.string.flatMap({ ModelRef($0) }),
            let size = row[1]?.int.flatMap({ UInt8(exactly: $0) }).flatMap({ PromptSize(rawValue: $0) }), let at = time(row[2]),
            let times = row[3]?.array
        else { return nil }
        return FirstTokenMemory.Kept(
            model: model, size: size, milliseconds: times.compactMap { $0.int.map { UInt32(clamping: $0) } }, at: at)
    }

    private static func use(_ row: JSONValue) -> CredentialUses.Kept? {
        guard let credential = row[0]?.string, let at = time(row[1]) else { return nil }
        return CredentialUses.Kept(credential: CredentialID(rawValue: credential), at: at)
    }

    private static func state(_ row: JSONValue) -> Learned.KeptState? {
        guard let call = row[0]?.string, let tool = row[1]?.string, let provider = row[2]?.string,
            let wire = row[3]?.string.flatMap({ WireKind(rawValue: $0) }), let payload = row[4]?.string
        else { return nil }
        return Learned.KeptState(
            call: call, tool: tool, maker: Maker(provider: ProviderID(rawValue: provider), wire: wire), payload: payload)
    }

    private static func proof(_ row: JSONValue) -> Learned.KeptProof? {
        guard let hash = row[0]?.string.flatMap({ UInt64($0, radix: 16) }), let maker = row[1]?.string else { return nil }
        return Learned.KeptProof(proof: Proof(hash: hash), maker: ProviderID(rawValue: maker))
    }

    private static func refused(_ row: JSONValue) -> Learned.RefusedProofs? {
        guard let provider = row[0]?.string, let configuration = row[1]?.string, let makers = row[2]?.array else { return nil }
        return Learned.RefusedProofs(
            provider: ProviderID(rawValue: provider), makers: Set(makers.compactMap { $0.string.map { ProviderID(rawValue: $0) } }),
            configuration: configuration)
    }
}
