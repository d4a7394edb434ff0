// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import Providers
import Synchronization
import Telemetry
import Transport

/// The hinge: every door's requests go through `run`, and nothing else calls a model.
public final class Relay: Sendable {
    private let current: Mutex<RelaySnapshot>
    public let ledger: SharedLedger
    public let pins = SessionPins()
    public let uses = CredentialUses()
    public let capabilities: RouteCapabilities
    public let firstTokens = FirstTokenMemory()
    public let quotas = QuotaMemory()
    let hedges = SharedHedgeBudget()
    let memory = ProvenanceMemory()
    public let gate: UpstreamGate
    public let running = RunningRequests()
    let recorder: ReceiptRecorder
    /// `nil`: logins are used as they are.
    public let logins: LoginKeeper?
    let log: Logger
    private let clients: [(loop: EventLoop, client: CurlClient)]
    /// The wall clock that everything about a request is read on.
    public let now: @Sendable () -> Timestamp

    public init(
        _ snapshot: RelaySnapshot, ledger: SharedLedger, recorder: ReceiptRecorder, gate: UpstreamGate, on group: EventLoopGroup,
        log: Logger, capabilities: RouteCapabilities = RouteCapabilities(), logins: LoginKeeper? = nil,
        now: @escaping @Sendable () -> Timestamp
    ) {
        current = Mutex(snapshot)
        self.ledger = ledger
        self.capabilities = capabilities
        self.recorder = recorder
        self.logins = logins
        logins?.update(snapshot.pool)
        self.gate = gate
        self.log = log
        self.now = now
        clients = group.loops.map { ($0, CurlClient(loop: $0)) }
    }

    /// The settings and credentials that the next request will use.
    public var snapshot: RelaySnapshot { current.withLock { $0 } }

    /// Replaces settings and credentials. Requests under way keep what they began with.
    public func replace(_ snapshot: RelaySnapshot) {
        logins?.update(snapshot.pool)
        current.withLock { $0 = snapshot }
        memory.proofs.forgetRefusals()
    }

    /// The chain that a name stands for now, without a session's pin.
    ///
    /// - Throws: `UnknownModel`, with suggestions.
    public func chain(named name: String) throws(UnknownModel) -> NamedChain {
        try ChainSource(snapshot: snapshot, pins: pins, uses: uses).chain(named: name, overrides: .init(), session: nil, now: now())
    }

    /// A run that takes a request down its chain until a candidate answers or none is left.
    ///
    /// - Parameters:
    ///   - sink: Takes the reply if it is a stream.
    ///   - loop: The loop that the caller is on, and on which everything of this request happens.
    /// - Throws: `UnknownModel` when the name stands for nothing; no receipt is made of that.
    public func run(_ request: RelayRequest, to sink: any ReplySink, on loop: EventLoop) throws(UnknownModel) -> FailoverRun {
        loop.assertOnLoop()
        let snapshot = snapshot
        let named = try ChainSource(snapshot: snapshot, pins: pins, uses: uses).chain(
            named: request.shape.model, overrides: request.overrides, session: request.session, now: request.startedAt
        ).serving(request.shape.operation, from: request.wire)
        return FailoverRun(
            relay: self, snapshot: snapshot, request: request,
            named: request.binding.map { named.bound(by: $0, on: request.wire) } ?? named, sink: sink, client: client(of: loop), loop: loop)
    }

    /// Keeps the receipt of a request that its door refused before it had a chain, so that its id leads somewhere.
    ///
    /// - Parameter model: As the client wrote it; empty where its request could not be read so far.
    public func refused(_ error: WireError, id: ReceiptID, startedAt: Timestamp, model: String, wire: WireKind) {
        let facts = RequestFacts(id: id, startedAt: startedAt, deadline: startedAt, requestedModel: model, wire: wire.rawValue)
        var receipt = Receipt(facts: facts)
        receipt.outcome = .refused(
            Refusal(
                status: error.status, message: snapshot.pool.redactor.redact(error.message), code: error.code ?? "invalid_request",
                type: error.type ?? "invalid_request_error", shouldRetry: nil))
        receipt.endedAt = now()
        recorder.record(receipt)
    }

    func client(of loop: EventLoop) -> CurlClient {
        for entry in clients where entry.loop === loop { return entry.client }
        preconditionFailure("a request came from a loop of another group")
    }
}
