// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import HTTP
import Providers
import Rehearsal
import Relay
import Store
import Telemetry
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `gateway run`: the composition root. The only place that knows every concrete type.
enum GatewayRun {
    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let location = ConfigLocation.find(for: context)
        let loader = GatewayLoader(location: location, context: context)
        let first = try loader.load(rehearsal: nil)
        let (folder, remark) = try stateFolder(location)
        let log = GatewayLog(first.settings.logging, in: location)
        defer { log.writer.close() }
        if let remark { log.logger.warning("State folder", ["note": .string(remark)]) }
        let instance = try own(folder)
        defer { withExtendedLifetime(instance) {} }
        let group = try attempt("start") { () throws(SystemError) in try EventLoopGroup() }
        defer { group.stop() }

        let rehearsal = first.settings.agents.main.chain.isEmpty ? try rehearse(group, log.logger) : nil
        let loaded = rehearsal == nil ? first : try loader.load(rehearsal: rehearsal?.providers)
        let stores = await Stores(folder: folder, log: log.logger)
        let snapshot = RelaySnapshot(settings: loaded.settings, pool: loaded.pool)
        let ledger = await stores.ledger(for: snapshot, log: log.logger)
        let relay = Relay(
            snapshot, ledger: SharedLedger(ledger, store: stores.ledgerStore),
            recorder: ReceiptRecorder(store: stores.receipts, samples: stores.samples, log: log.logger.with(label: "relay")),
            gate: UpstreamGate(limit: loaded.settings.gateway.maxRequests), on: group, log: log.logger.with(label: "relay"),
            capabilities: await stores.capabilities(for: snapshot, log: log.logger), now: Clock.now)

        let token = try GatewayToken.find(loaded.settings.gateway.auth, folder: folder)
        if let notice = token.notice { log.logger.notice("Token file", ["note": .string(notice)]) }
        let status = GatewayStatus(
            version: Version.text, startedAt: Clock.now(), configPath: location.configExists ? location.configPath : nil,
            stateFolder: folder.path, logFile: log.file)
        let stop = StopSignal()
        let server = try serve(loaded.settings.gateway, relay, token, status, stores, stop, group, log.logger)
        status.listens(on: server.port)
        let reload = Reload(relay: relay, status: status, on: group.loops[0], log: log.logger.with(label: "reload")) {
            () throws(Reload.Problem) in try loader.reload(rehearsal: rehearsal?.providers)
        }
        reload.watch(loaded.files)
        // Before anybody is told that it runs, who might signal at once.
        deliverSignals(on: group.loops[0], to: stop, reload)
        log.logger.info("Listening", ["port": .int(Int(server.port)), "version": .string(Version.text)])
        log.notes(loaded)
        let running = announce(location, loaded, relay, server.port, token, log.file, context)
        let upkeep = Upkeep.begin(relay, stores, on: group.loops[0], log: log.logger.with(label: "store"))
        let order = await stop.wait()
        upkeep.cancel()
        let grace = order.grace ?? relay.snapshot.settings.gateway.stopGraceSeconds
        let leaving = running?.stopping(by: Clock.now() + .seconds(grace), in: folder.path)
        log.logger.notice(
            "Stopping: requests under way are finished",
            ["in_flight": .int(relay.gate.inFlight), "grace_seconds": .int(grace), "asked_by": .string(order.by)])
        await server.stop(grace: .seconds(grace)) {
            relay.running.close()
            let ended = await relay.running.stop(.all, because: .gateway)
            if !ended.isEmpty { log.logger.notice("Requests ended with an error", ["requests": .int(ended.count)]) }
        }
        defer { leaving?.withdraw(from: folder.path) }
        await rehearsal?.stop()
        await stores.close()
        log.logger.notice("Stopped")
        return .fine
    }

    private static func deliverSignals(on loop: EventLoop, to stop: StopSignal, _ reload: Reload) {
        do {
            try Signals.deliver(on: loop) { kind in
                switch kind {
                case .reload: reload.reload(because: "SIGHUP")
                case .stop: stop.came()
                }
            }
        } catch {
            stop.came()
        }
    }

    // MARK: Parts

    private static func stateFolder(_ location: ConfigLocation) throws(CommandFailure) -> (StateFolder, warning: String?) {
        do throws(StoreProblem) {
            let folder = try StateFolder(path: location.stateFolder)
            return (folder, try folder.ensure())
        } catch {
            throw CommandFailure(.failed, "\(error)", hints: ["--state-dir <folder> uses another one"])
        }
    }

    /// Two gateways on one folder would take turns in forgetting what the other had learned.
    private static func own(_ folder: StateFolder) throws(CommandFailure) -> InstanceLock {
        do throws(StoreProblem) {
            return try InstanceLock(path: folder.lockFile)
        } catch {
            throw CommandFailure(
                .failed, "another gateway runs on the state folder \(folder.path)",
                hints: ["understudy gateway status says where it listens", "--state-dir <folder> gives this one a folder of its own"])
        }
    }

    private static func rehearse(_ group: EventLoopGroup, _ log: Logger) throws(CommandFailure) -> RehearsalProvider {
        try attempt("start the rehearsal provider") { () throws(SystemError) in
            try RehearsalProvider(on: group, log: log.with(label: "rehearsal"))
        }
    }

    private static func serve(
        _ settings: GatewaySettings, _ relay: Relay, _ token: GatewayToken, _ status: GatewayStatus, _ stores: Stores,
        _ stop: StopSignal, _ group: EventLoopGroup, _ log: Logger
    ) throws(CommandFailure) -> HTTPServer {
        var limits = ServerLimits()
        limits.connections = settings.maxConnections
        limits.bodyMemory = settings.maxBodyMemoryBytes
        let service = GatewayServer(
            relay: relay, auth: ClientAuth(token: token.secret),
            origins: OriginCheck(origins: settings.allowedOrigins, isStrict: token.secret == nil),
            receipts: stores.receipts, responses: stores.responses, samples: stores.samples, status: status,
            stop: { stop.stop(.init(grace: $0, by: "command")) }, log: log.with(label: "gateway")
        )
        do throws(SystemError) {
            return try HTTPServer(
                host: settings.bind.host, port: settings.port, service: service, limits: limits, on: group, log: log.with(label: "server"))
        } catch {
            var hints: [String] = []
            if error.isAddressInUse {
                hints = [
                    "understudy gateway run --port 0 takes a free port", "understudy gateway status says whether a gateway runs already",
                ]
            }
            throw CommandFailure(.failed, "the gateway cannot listen: \(error)", hints: hints)
        }
    }

    private static func announce(
        _ location: ConfigLocation, _ loaded: GatewayLoader.Loaded, _ relay: Relay, _ port: UInt16, _ token: GatewayToken,
        _ logFile: String?, _ context: CommandContext
    ) -> RunningGateway? {
        let bind = loaded.settings.gateway.bind
        let host = if case .address(let address) = bind { address.contains(":") ? "[\(address)]" : address } else { "127.0.0.1" }
        let chain = (try? relay.chain(named: "default").chain) ?? Chain(links: [])
        let banner = Banner(
            version: Version.text, url: "http://\(host):\(port)", token: token.shown,
            configuration: location.configExists
                ? location.short(location.configPath) : "none at \(location.short(location.configPath)): the rehearsal provider plays",
            stateFolder: location.short(location.stateFolder),
            chain: chain.links.map { Banner.Link(model: $0.candidate.model.description, credential: $0.candidate.credential.rawValue) }
                + chain.skipped.map {
                    Banner.Link(model: $0.model.description, credential: $0.credential?.rawValue ?? "-", note: $0.reason.text)
                },
            warnings: firstFew(loaded.warnings), hint: location.openClawHint)
        let terminal = context.output.terminal
        // Without it commands still find the gateway at the settings' port.
        let running = RunningGateway(processID: getpid(), url: banner.url, logFile: logFile)
        let isKnown: Void? = try? running.announce(in: location.stateFolder)
        context.output.text(banner.text(showsToken: terminal.isInteractive, colour: terminal.colour))
        return isKnown.map { running }
    }

    /// Enough for a screen; the log has them all.
    private static func firstFew(_ warnings: [String]) -> [String] {
        let limit = 3
        guard warnings.count > limit else { return warnings }
        return warnings.prefix(limit) + ["\(warnings.count - limit) more remarks about the configuration stand in the log"]
    }

    private static func attempt<Value>(_ what: String, _ body: () throws(SystemError) -> Value) throws(CommandFailure) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw CommandFailure(.failed, "the gateway cannot \(what): \(error)")
        }
    }
}
