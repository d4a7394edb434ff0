// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Store
import Synchronization
import Transport

/// What each route, a model at its provider, is known to need: applied from the start to every request that goes there.
///
/// Learned when a request that the route refused was repaired and then answered; kept in the store; void as soon as the settings say
/// something else of the route, also while no gateway ran.
public final class RouteCapabilities: Sendable {
    private let state: Mutex<[ModelRef: [KnownRepair]]>
    private let store: CapabilityStore?
    /// Another process keeps what is learned from now on, and is told of it.
    private let successor = Mutex<(@Sendable (KnownRepair) -> Void)?>(nil)

    /// Routes at most. Beyond them the one that was learned first is forgotten, and learned again when it is needed.
    private static let limit = 1000

    /// - Parameters:
    ///   - known: What the store had.
    ///   - store: `nil` keeps it in memory alone.
    public init(restoring known: [KnownRepair] = [], store: CapabilityStore? = nil) {
        state = Mutex(Dictionary(grouping: known.suffix(Self.limit), by: \.model))
        self.store = store
    }

    /// All that is known, by model and time.
    public var all: [KnownRepair] {
        state.withLock { Self.sorted($0) }
    }

    /// What `model` needs, in the order in which it was found.
    func repairs(for model: ModelRef, in snapshot: RelaySnapshot) -> [Repair] {
        guard let known = state.withLock({ $0.isEmpty ? nil : $0[model] }) else { return [] }
        let fingerprint = snapshot.fingerprint(of: model)
        return known.compactMap { $0.fingerprint == fingerprint ? $0.repair : nil }
    }

    /// Learns from a request that was answered after repairs.
    ///
    /// - Parameters:
    ///   - asked: What the route's refusals asked for.
    ///   - made: What the attempt that was answered went up with.
    ///   - snapshot: What the request ran with.
    ///   - current: The model's fingerprint under the settings in force; `nil`: as in `snapshot`.
    /// - Returns: What was not known before.
    func learn(
        _ model: ModelRef, asked: [Repair], made: [Repair], receipt: ReceiptID, in snapshot: RelaySnapshot, now: Timestamp,
        current: (() -> String)? = nil
    ) -> [Repair] {
        guard !asked.isEmpty else { return [] }
        let fingerprint = snapshot.fingerprint(of: model)
        var new: [Repair] = []
        state.withLock { state in
            // The settings have changed meanwhile: what this request found is of a route that is no more.
            if let current, current() != fingerprint { return }
            let before = state[model] ?? []
            var known = before.filter { $0.fingerprint == fingerprint }
            for repair in asked {
                // The route has changed its mind, or the other way was found first.
                if let inverse = repair.inverse { known.removeAll { $0.repair == inverse } }
                guard made.contains(repair), !known.contains(where: { $0.repair == repair }) else { continue }
                known.append(KnownRepair(model: model, repair: repair, since: now, receipt: receipt, fingerprint: fingerprint))
                new.append(repair)
            }
            guard known != before else { return }
            if state[model] == nil, state.count >= Self.limit { Self.forgetOldest(&state) }
            state[model] = known.isEmpty ? nil : known
            if let successor = successor.withLock({ $0 }) { return known.filter { new.contains($0.repair) }.forEach(successor) }
            store?.save(Self.sorted(state))
        }
        return new
    }

    // MARK: Handing over

    /// - Parameter successor: Told of what is learned from now on, which is not stored any more; `nil`: stored as ever.
    public func handOver(to successor: (@Sendable (KnownRepair) -> Void)?) { self.successor.withLock { $0 = successor } }

    /// Takes over what another process has learned.
    public func take(_ repair: KnownRepair) {
        state.withLock { state in
            let known = state[repair.model] ?? []
            guard !known.contains(where: { $0.repair == repair.repair && $0.fingerprint == repair.fingerprint }) else { return }
            if state[repair.model] == nil, state.count >= Self.limit { Self.forgetOldest(&state) }
            state[repair.model] = known + [repair]
            if let successor = successor.withLock({ $0 }) { return successor(repair) }
            store?.save(Self.sorted(state))
        }
    }

    /// Forgets what was learned under settings that say something else of a route, and remembers which ones are in force.
    public func configurationChanged(to snapshot: RelaySnapshot) {
        state.withLock { state in
            for (model, known) in state {
                let fingerprint = snapshot.fingerprint(of: model)
                let left = known.filter { $0.fingerprint == fingerprint }
                state[model] = left.isEmpty ? nil : left
            }
            // Another process stores what it finds out, and has read the new settings itself.
            if successor.withLock({ $0 != nil }) { return }
            store?.save(Self.sorted(state), configuration: snapshot.fingerprint)
        }
    }

    private static func sorted(_ state: [ModelRef: [KnownRepair]]) -> [KnownRepair] {
        state.sorted { $0.key.description < $1.key.description }.flatMap(\.value)
    }

    private static func forgetOldest(_ state: inout [ModelRef: [KnownRepair]]) {
        let oldest = state.min { ($0.value.first?.since ?? .distantFuture) < ($1.value.first?.since ?? .distantFuture) }
        if let oldest { state[oldest.key] = nil }
    }
}

extension RelaySnapshot {
    /// Stands for what the settings say of one model: 32 hexadecimal digits of a hash.
    func fingerprint(of model: ModelRef) -> String {
        fingerprint(of: model) { settings.traits(of: model).withExposed { String(Digest.sha256Hex($0).prefix(32)) } }
    }

    /// Stands for what they say of all models and chains.
    public var fingerprint: String { settings.traits.withExposed { String(Digest.sha256Hex($0).prefix(32)) } }
}
