// SPDX-License-Identifier: Apache-2.0

/// An owner's decision that a credential is not used: until it is resumed, or until a time.
///
/// It says nothing of the credential's health: blocks come and go beside it, and neither a success, a new secret nor clearing ends it.
public struct Pause: Hashable, Sendable {
    public var credential: CredentialID
    public var since: Timestamp
    /// `nil`: until it is resumed.
    public var until: Timestamp?

    public init(credential: CredentialID, since: Timestamp, until: Timestamp? = nil) {
        self.credential = credential
        self.since = since
        self.until = until
    }

    public func isOver(at now: Timestamp) -> Bool { until.map { $0 <= now } ?? false }
}

extension HealthLedger {
    /// Pauses at most. Who pauses more credentials than there are ever will be has lost the use of it.
    public static let pauseLimit = 10_000

    /// Those that are not over, by credential.
    public func pauses(at now: Timestamp) -> [Pause] {
        paused.values.filter { !$0.isOver(at: now) }.sorted { $0.credential < $1.credential }
    }

    /// `nil`: it may be used, as far as its owner is concerned.
    public func pause(of credential: CredentialID, at now: Timestamp) -> Pause? {
        if paused.isEmpty { return nil }
        guard let pause = paused[credential], !pause.isOver(at: now) else { return nil }
        return pause
    }

    /// Takes a credential out of use. One that is paused already keeps when that began, and gets the new end.
    ///
    /// - Parameter until: `nil`: until `resume`.
    /// - Returns: The pause that is in force now; `nil` beyond `pauseLimit`.
    @discardableResult
    public mutating func pause(_ credential: CredentialID, at now: Timestamp, until: Timestamp? = nil) -> Pause? {
        let old = pause(of: credential, at: now)
        if old == nil, paused.count >= HealthLedger.pauseLimit { return nil }
        let pause = Pause(credential: credential, since: old?.since ?? now, until: until)
        paused[credential] = pause
        return pause
    }

    /// Gives a credential back. What is held against its health stays.
    ///
    /// - Returns: The pause that has ended; `nil` where there was none.
    @discardableResult
    public mutating func resume(_ credential: CredentialID, at now: Timestamp) -> Pause? {
        let old = pause(of: credential, at: now)
        paused[credential] = nil
        return old
    }

    mutating func restore(_ pauses: [Pause], now: Timestamp) {
        for pause in pauses.prefix(HealthLedger.pauseLimit) where !pause.isOver(at: now) { paused[pause.credential] = pause }
    }
}

extension HealthLedger {
    /// What is cleared by hand.
    public enum Clearing: Hashable, Sendable {
        case credential(CredentialID)
        case credentialModel(CredentialID, ModelRef)
        /// Every credential and model of a provider, and its endpoint.
        case provider(ProviderID, credentials: Set<CredentialID>, endpoint: EndpointID?)
        case all

        /// Whether a block on `key` goes with it.
        public func covers(_ key: ScopeKey) -> Bool {
            switch self {
            case .credential(let credential): return key.concerns(credential)
            case .credentialModel(let credential, let model): return key == .credentialModel(credential, model)
            case .provider(let provider, let credentials, let endpoint):
                switch key {
                case .credentialModel(let credential, let model): return model.provider == provider || credentials.contains(credential)
                case .credential(let credential): return credentials.contains(credential)
                case .providerModel(let model): return model.provider == provider
                case .endpoint(let own): return own == endpoint
                }
            case .all: return true
            }
        }
    }

    /// Forgets blocks, open, half open and long over, so that what they were on is used at once and its ladder begins anew. Pauses stay.
    ///
    /// - Returns: Those that were open or half open: what had stood in the way.
    @discardableResult
    public mutating func clear(_ clearing: Clearing, at now: Timestamp) -> [Block] {
        let cleared = blocks.filter { clearing.covers($0.key) }
        for block in cleared { remove(block.key) }
        returns = returns.filter { !clearing.covers($0.value.key) }
        return cleared
    }
}
