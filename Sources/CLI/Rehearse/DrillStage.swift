// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import HTTP
import Providers
import Rehearsal
import Relay
import Synchronization
import Telemetry
import Transport

/// A gateway of its own for one take, with everything that a real one has but the disk: server, doors, relay, policy and ledger, and
/// upstreams that play, each on a loopback socket.
final class DrillStage: Sendable {
    private let programme: DrillProgramme
    private let take: Scenario.Take
    private let cast: Cast
    private let upstreams: [ScriptedUpstream]
    private let server: HTTPServer
    private let client: DrillClient
    private let loop: EventLoop
    private let receipts: Receipts

    /// What the gateway recorded.
    private final class Receipts: Sendable {
        private let all = Mutex<[ReceiptID: Receipt]>([:])
        func add(_ receipt: Receipt) { all.withLock { $0[receipt.facts.id] = receipt } }
        func receipt(_ id: String) -> Receipt? { all.withLock { $0[ReceiptID(rawValue: id)] } }
    }

    init(_ programme: DrillProgramme, _ take: Scenario.Take, on group: EventLoopGroup, loop: EventLoop) throws(SystemError) {
        self.programme = programme
        self.take = take
        self.loop = loop
        cast = Cast(programme.members, cue: take.cue, timing: programme.timing)
        var ports: [EndpointID: UInt16] = [:]
        var upstreams: [ScriptedUpstream] = []
        for endpoint in programme.endpoints {
            let upstream = try cast.upstream(at: endpoint.rawValue, on: group, log: .silent)
            ports[endpoint] = upstream.port
            upstreams.append(upstream)
        }
        self.upstreams = upstreams
        let receipts = Receipts()
        self.receipts = receipts
        // A candidate is at its upstream's address; in the drill's own words it is where it is in truth.
        let relay = Relay(
            RelaySnapshot(settings: programme.settings.played(at: ports), pool: programme.pool),
            ledger: SharedLedger(HealthLedger(), store: nil),
            recorder: ReceiptRecorder(store: nil, log: .silent) { receipts.add($0) }, gate: UpstreamGate(limit: 100), on: group,
            log: .silent, now: Clock.now)
        let token = Secret(Digest.hex(Digest.randomBytes(16)))
        let service = GatewayServer(
            relay: relay, auth: ClientAuth(token: token), origins: OriginCheck(origins: [], isStrict: false), receipts: nil, samples: nil,
            status: GatewayStatus(version: Version.text, startedAt: Clock.now(), configPath: nil, stateFolder: ""), log: .silent)
        server = try HTTPServer(host: "127.0.0.1", port: 0, service: service, on: group, log: .silent)
        client = DrillClient(url: "http://127.0.0.1:\(server.port)", token: token, on: loop)
    }

    /// Plays the take to its end.
    func play(on wire: WireKind) async -> (evidence: Evidence, verdict: DrillVerdict) {
        var evidence = Evidence(members: cast.members, calls: [], turns: [], timing: programme.timing)
        _ = cast.elapsed
        for second in take.asks {
            let pause = programme.timing.seconds(second) - cast.elapsed
            if pause > .zero { await loop.sleep(for: pause) }
            evidence.turns.append(await turn(on: wire))
        }
        evidence.calls = cast.calls
        var verdict = take.verdict(evidence)
        if case .pass = verdict {
            // What it went through has left nothing behind.
            cast.getWell()
            let after = await client.ask(
                DrillLine.question, of: programme.model, on: wire, limit: programme.timing.seconds(10) + .seconds(10))
            if !after.seemsFinished { verdict = .fail(["a request after that was not answered: \(after.error ?? "no end")"]) }
        }
        return (evidence, verdict)
    }

    /// The sockets close; what is under way is cut off.
    func stop() async {
        await server.stop(grace: .zero)
        for upstream in upstreams { await upstream.stop() }
    }

    private func turn(on wire: WireKind) async -> Evidence.Turn {
        let at = cast.elapsed
        let heard = await client.ask(DrillLine.question, of: programme.model, on: wire, limit: patience)
        let receipt = await receipt(of: heard)
        return Evidence.Turn(at: at, heard: heard, attempts: receipt?.attempts.map(Evidence.Tried.init) ?? [])
    }

    /// How long a client waits for an end: longer than any rule allows.
    private var patience: Duration {
        let limits = programme.members.reduce(Duration.zero) { $0 + $1.firstToken }
        return max(programme.timing.seconds(130), limits * 2) + programme.timing.slack
    }

    /// A receipt is made when its client has the last byte, or a moment later.
    private func receipt(of heard: Heard) async -> Receipt? {
        guard let id = heard.headers.first("x-understudy-request-id") else { return nil }
        for _ in 0..<200 {
            if let receipt = receipts.receipt(id) { return receipt }
            await loop.sleep(for: .milliseconds(5))
        }
        return nil
    }
}

extension Evidence.Tried {
    fileprivate init(_ attempt: Attempt) {
        self.init(
            model: attempt.candidate.model.description, credential: attempt.candidate.credential.rawValue, reason: attempt.failure?.reason,
            rule: attempt.failure?.rule, took: attempt.duration, usage: attempt.usage, asked: attempt.part?.asked)
    }
}
