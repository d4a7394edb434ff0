// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// A block of the health ledger as JSON, as docs/receipts.md has it: in the store, in `GET /api/health` and inside receipts.
public enum BlockJSON {
    public static func bytes(_ block: Block) -> [UInt8] {
        var json = CompactJSON()
        json.object { $0.members(of: block) }
        return json.bytes
    }

    public static func value(_ block: Block) -> JSONValue { ReceiptJSON.value(bytes(block)) }

    /// - Returns: `nil` unless every member has the type and one of the words it should.
    public static func read(_ value: JSONValue) -> Block? {
        guard let key = scopeKey(value), let reason = value["reason"]?.string.flatMap(Reason.init(rawValue:)),
            let since = value.time("since"), let until = value.time("until"), let step = value["step"]?.int,
            let evidence = value["evidence"], let receipt = evidence["receipt"]?.string, let rule = evidence["rule"]?.string,
            let length = value["length"]?.string.flatMap(WindowLength.init(rawValue:))
        else { return nil }
        var block = Block(
            key: key, reason: reason, since: since, until: until, step: step,
            evidence: Block.Evidence(receipt: ReceiptID(rawValue: receipt), status: evidence["status"]?.int, rule: rule), length: length,
            earlyQuarter: value["early_quarter"]?.int)
        if let lease = value["lease"] {
            guard let lease = readLease(lease) else { return nil }
            block.lease = lease
        }
        return block
    }

    static func scopeKey(_ value: JSONValue) -> ScopeKey? {
        let credential = value["credential"]?.string.map { CredentialID(rawValue: $0) }
        let model = value["model"]?.string.flatMap(model)
        switch value["scope"]?.string.flatMap(Scope.init(rawValue:)) {
        case .credentialModel: return credential.flatMap { credential in model.map { .credentialModel(credential, $0) } }
        case .credential: return credential.map { .credential($0) }
        case .providerModel: return model.map { .providerModel($0) }
        case .endpoint: return value["endpoint"]?.string.map { .endpoint(EndpointID(rawValue: $0)) }
        case nil: return nil
        }
    }

    static func readLease(_ value: JSONValue) -> Lease? {
        guard let holder = value["holder"]?.string, let endsAt = value.time("ends_at"), let keys = value["scopes"]?.array
        else { return nil }
        let scopes = keys.compactMap(scopeKey)
        guard scopes.count == keys.count else { return nil }
        return Lease(holder: ReceiptID(rawValue: holder), endsAt: endsAt, keys: scopes)
    }

    /// Splits at the first slash as `ModelRef` does, but changes no letter and no space.
    static func model(_ text: String) -> ModelRef? {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        return ModelRef(
            provider: ProviderID(rawValue: String(text[..<slash])), model: String(text[text.utf8.index(after: slash)...]))
    }
}

extension CompactJSON {
    mutating func members(of key: ScopeKey) {
        member("scope", key.scope.rawValue)
        switch key {
        case .credentialModel(let credential, let model):
            member("credential", credential.rawValue)
            member("model", model)
        case .credential(let credential): member("credential", credential.rawValue)
        case .providerModel(let model): member("model", model)
        case .endpoint(let endpoint): member("endpoint", endpoint.rawValue)
        }
    }

    mutating func members(of block: Block) {
        members(of: block.key)
        member("reason", block.reason.rawValue)
        member("since", block.since)
        member("until", block.until)
        member("step", block.step)
        object("evidence") { json in
            json.member("receipt", block.evidence.receipt.rawValue)
            json.member("status", block.evidence.status)
            json.member("rule", block.evidence.rule)
        }
        member("length", block.length.rawValue)
        if let lease = block.lease { object("lease") { $0.members(of: lease) } }
        member("early_quarter", block.earlyQuarter)
    }

    mutating func members(of lease: Lease) {
        member("holder", lease.holder.rawValue)
        member("ends_at", lease.endsAt)
        array("scopes", lease.keys) { json, key in json.object { $0.members(of: key) } }
    }
}

extension JSONValue {
    func time(_ key: String) -> Timestamp? { self[key]?.int.map { Timestamp(milliseconds: Int64($0)) } }

    /// A member in milliseconds with up to six decimals.
    func duration(_ key: String) -> Duration? { self[key]?.milliseconds }

    /// Exactly what `CompactJSON` wrote, and no other spelling.
    var milliseconds: Duration? {
        guard case .number(let number) = self else { return nil }
        let parts = number.text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first.flatMap({ Int128(String(Substring($0))) }) else { return nil }
        var nanoseconds = whole.magnitude * 1_000_000
        if parts.count == 2 {
            guard (1...6).contains(parts[1].count), var fraction = UInt128(String(Substring(parts[1]))) else { return nil }
            for _ in parts[1].count..<6 { fraction *= 10 }
            nanoseconds += fraction
        }
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard let seconds = Int64(exactly: seconds) else { return nil }
        let duration = Duration(secondsComponent: seconds, attosecondsComponent: Int64(rest) * 1_000_000_000)
        return number.text.utf8.first == UInt8(ascii: "-") ? .zero - duration : duration
    }
}
