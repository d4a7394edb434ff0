// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import Relay
import Store
import Telemetry
import Transport

/// Probes without a gateway, with the same code: what an answer ends is ended in what a gateway kept, and receipts are kept with the others.
///
/// The configuration and the credentials are read before, from files and from programs that take their time: the loop hears Ctrl-C.
struct ProbeHere: Sendable {
    let order: ProbeOrder
    let group: EventLoopGroup
    let teller: AsyncStream<ProbeRunner.Told>.Continuation
    private let stateFolder: String
    private let snapshot: RelaySnapshot

    /// Blocks on files, and on programs that are asked for secrets.
    init(
        _ order: ProbeOrder, _ context: CommandContext, _ group: EventLoopGroup, _ teller: AsyncStream<ProbeRunner.Told>.Continuation
    ) throws(CommandFailure) {
        self.order = order
        self.group = group
        self.teller = teller
        let setup = try Setup.load(for: context)
        stateFolder = setup.location.stateFolder
        snapshot = RelaySnapshot(settings: setup.settings, pool: setup.credentials(now: Clock.now()))
    }

    func run() async {
        do throws(CommandFailure) {
            try await probe()
        } catch {
            teller.yield(.failed(error))
        }
    }

    private func probe() async throws(CommandFailure) {
        let kept = await Kept(stateFolder)
        let log = kept?.log ?? Logger.silent
        let keeper = LoginKeeper(refresh: TokenRefresh(endpoint: TokenEndpoint(now: Clock.now)), log: log, now: Clock.now)
        let relay = Relay(
            snapshot,
            ledger: SharedLedger(await kept?.stores.ledger(for: snapshot, log: log) ?? HealthLedger(), store: kept?.stores.ledgerStore),
            recorder: ReceiptRecorder(store: kept?.stores.receipts, log: Logger.silent), gate: UpstreamGate(limit: order.concurrency),
            on: group, log: Logger.silent,
            capabilities: await kept?.stores.capabilities(for: snapshot, log: log) ?? RouteCapabilities(),
            logins: keeper, now: Clock.now)
        let quotas = QuotaFile(in: stateFolder)
        quotas.restore(to: relay)
        let failure = await ask(relay)
        await keeper.close()
        if kept != nil { quotas.write(relay) }
        await kept?.close()
        if let failure { throw failure }
    }

    private func ask(_ relay: Relay) async -> CommandFailure? {
        let loop = group.loops[0]
        let (session, found): (ProbeSession, ProbeTargets)
        do throws(ProbeProblem) {
            (session, found) = try relay.probe(order, on: loop)
        } catch {
            return CommandFailure(.failed, error.text)
        }
        let startedAt = Clock.now()
        teller.yield(.event(.begin(targets: found.targets, leftOut: found.leftOut, at: startedAt)))
        let count = Count()
        await withTaskCancellationHandler {
            if Task.isCancelled { return }
            await session.run { result in
                count.done += 1
                teller.yield(.event(.result(result)))
            }
        } onCancel: {
            loop.execute { session.cancel() }
        }
        let now = Clock.now()
        teller.yield(.event(.end(done: count.done, at: now, took: now - startedAt)))
        return nil
    }

    /// `@unchecked Sendable`: confined to the loop, on which the probing's task runs too.
    private final class Count: @unchecked Sendable { var done = 0 }

    /// What a gateway kept here, held meanwhile so that none starts from what is about to change; `nil`: there is nothing, or one has it.
    private struct Kept {
        let stores: Stores
        let lock: InstanceLock
        let writer: LogWriter
        let log: Logger

        init?(_ path: String) async {
            guard let folder = try? StateFolder(path: path), HostFacts.exists(folder.database),
                let lock = try? InstanceLock(path: folder.lockFile)
            else { return nil }
            self.lock = lock
            writer = LogWriter([.standardError(.text)])
            log = Logger(label: "store", sink: writer, level: .warning)
            stores = await Stores(folder: folder, log: log)
        }

        func close() async {
            await stores.close()
            _ = writer.close()
            withExtendedLifetime(lock) {}
        }
    }
}
