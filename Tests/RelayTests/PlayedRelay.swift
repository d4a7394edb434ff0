// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import JSON
import Providers
import Rehearsal
import Synchronization
import TestSupport
import Transport

@testable import Relay

/// A relay on one loop, with upstreams that a test plays and a clock that it sets.
final class PlayedRelay: Sendable {
    let loops: EventLoopGroup
    let relay: Relay
    private let upstreams: [ScriptedUpstream]
    private let time: ManualTime

    /// A wall clock that stands still until it is moved. Limits of attempts run on the loop's own clock.
    final class ManualTime: Sendable {
        private let time = Mutex(Timestamp(milliseconds: 1_767_225_600_000))
        var now: Timestamp { time.withLock { $0 } }
        func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
    }

    /// - Parameters:
    ///   - providers: Name, keys and script of each, in the order of the chain of `default`.
    ///   - params: Of the model `m` at each.
    ///   - requests: As many may be under way.
    ///   - change: What the settings have besides.
    init(
        _ providers: [(name: String, keys: [String], play: @Sendable (AskedRequest) -> Script)], params: JSONObject? = nil,
        requests: Int = 100,
        keepAlive: Duration = .seconds(15), _ change: (inout Settings) -> Void = { _ in }
    ) async throws {
        let loops = try EventLoopGroup(count: 1)
        var settings = Settings()
        settings.providers = [:]
        var upstreams: [ScriptedUpstream] = []
        for (name, keys, play) in providers {
            let upstream = try ScriptedUpstream(on: loops, log: LogCapture().logger(), keeps: 100, play: play)
            guard let url = BaseURL(upstream.baseURL) else { throw BuiltBinary.Problem("\(upstream.baseURL) is no base URL") }
            let id = ProviderID(rawValue: name)
            var model = Model(id: "m")
            model.params = params
            settings.add(Provider(id: id, baseURL: url, models: [model]))
            settings.environment["\(name.uppercased())_API_KEYS"] = Secret(keys.joined(separator: ","))
            upstreams.append(upstream)
        }
        settings.useByDefault(providers.map { ModelRef(provider: ProviderID(rawValue: $0.name), model: "m") }, origin: "test")
        settings.gateway.keepAlive = keepAlive
        change(&settings)
        let time = ManualTime()
        let pool = CredentialPool.load(PoolSources(settings: settings, folders: [], home: "/nowhere"), now: time.now)
        relay = Relay(
            RelaySnapshot(settings: settings, pool: pool), ledger: SharedLedger(HealthLedger(), store: nil),
            recorder: ReceiptRecorder(store: nil, log: LogCapture().logger()), gate: UpstreamGate(limit: requests), on: loops,
            log: LogCapture().logger(), now: { time.now })
        self.loops = loops
        self.upstreams = upstreams
        self.time = time
    }

    deinit { loops.stop() }

    func upstream(_ index: Int) -> ScriptedUpstream { upstreams[index] }
    func advance(by duration: Duration) { time.advance(by: duration) }

    /// Blocks a key of the first provider for its model, as a 402 does.
    func block(_ credential: String) {
        let candidates = (try? relay.chain(named: "default").chain.links.map(\.candidate)) ?? []
        guard let candidate = candidates.first(where: { $0.credential.rawValue == credential }) else { return }
        let facts = RequestFacts(
            id: "elsewhere", startedAt: time.now, deadline: .distantFuture, requestedModel: "default", wire: "openai-completions")
        advance(by: .milliseconds(1))
        _ = relay.ledger.failed(
            Failure(reason: .billing, scope: .credentialModel, rule: "test"), of: candidate, startedAt: time.now, mode: .normal,
            committed: false, receipt: Receipt(facts: facts), policy: .standard, now: time.now)
    }

    /// Asks for `default` and returns when it has ended.
    func ask(
        _ sink: CollectingSink = CollectingSink(), stream: Bool = false, session: SessionID? = nil, timeout: Duration? = nil,
        silence: Duration? = nil
    )
        async throws -> FailoverRun
    {
        let body = #"{"model":"default","stream":\#(stream),"messages":[{"role":"user","content":"x"}]}"#
        return try await ask(body, on: .openaiCompletions, sink, session: session, timeout: timeout, silence: silence)
    }

    /// Asks as `body` says and returns when it has ended.
    func ask(
        _ body: String, on wire: WireKind, _ sink: CollectingSink = CollectingSink(), _ operation: Operation = .generate,
        target: PathFacts = PathFacts(), session: SessionID? = nil, timeout: Duration? = nil, silence: Duration? = nil
    ) async throws -> FailoverRun {
        let body = Array(body.utf8)
        let index = try JSONIndex(scanning: body.span.bytes)
        var random = SystemRandomNumberGenerator()
        var shape = try wire.wire.facts(operation, body: body, index: index, target: target)
        shape.operation = operation
        let request = RelayRequest(
            id: .make(at: time.now, using: &random), startedAt: time.now, wire: wire, body: body, index: index, shape: shape, headers: [:],
            session: session)
        request.overrides.timeout = timeout
        request.overrides.silence = silence
        let (relay, loop, asked) = (relay, loops.loops[0], request)
        return try await Task(executorPreference: loop) {
            let run = try relay.run(asked, to: sink, on: loop)
            await run.answer()
            return run
        }.value
    }

    func onLoop(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            loops.loops[0].execute {
                body()
                continuation.resume()
            }
        }
    }
}

/// A client that takes what it gets, or does not. `@unchecked Sendable`: what is no `Mutex` is confined to the relay's loop.
final class CollectingSink: ReplySink, @unchecked Sendable {
    private let taken = Mutex<(bytes: [UInt8], pending: Int, served: Served?)>(([], 0, nil))
    private let isSlow: Bool
    private(set) var isClientGone = false
    var onClientGone: (() -> Void)?
    private let waiting = Mutex(false)
    var onDrain: (() -> Void)? { didSet { waiting.withLock { $0 = onDrain != nil } } }

    /// - Parameter isSlow: Takes nothing until it is told to.
    init(isSlow: Bool = false) { self.isSlow = isSlow }

    var text: String { String(decoding: taken.withLock { $0.bytes }, as: UTF8.self) }
    var count: Int { taken.withLock { $0.bytes.count } }
    var served: Served? { taken.withLock { $0.served } }
    /// Somebody waits for this client to take what it has.
    var isAwaited: Bool { waiting.withLock { $0 } }

    func goOn(_ served: Served) {}
    /// Told that the request lives, before anybody had spoken.
    var isOpen: Bool { opened.withLock { $0 } }
    private let opened = Mutex(false)

    func keepAlive(_ sign: RawSpan) {
        opened.withLock { opened in opened = opened || served == nil }
        write(sign)
    }

    func begin(_ served: Served) { taken.withLock { $0.served = served } }

    func write(_ bytes: RawSpan) {
        taken.withLock { taken in
            bytes.withUnsafeBytes { taken.bytes.append(contentsOf: $0) }
            if isSlow { taken.pending += bytes.byteCount }
        }
    }

    var pendingBytes: Int { taken.withLock { $0.pending } }

    func drain() {
        taken.withLock { $0.pending = 0 }
        onDrain?()
    }

    func leave() {
        isClientGone = true
        onClientGone?()
    }
}
