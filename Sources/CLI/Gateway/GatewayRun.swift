// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import HTTP
import JSON
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
    /// How a gateway's process ends.
    private enum End {
        case stopped
        /// Another process is the gateway now.
        case replaced(by: Int32)
    }

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        var context = context
        let inheritance = Inheritance.take(from: context.environment)
        context.environment[Inheritance.variable] = nil
        let predecessor = try attempt("take over") { () throws(SystemError) -> Predecessor? in
            guard let inheritance else { return nil }
            return try Predecessor(inheritance)
        }
        defer { predecessor?.farewell() }
        // Of a container whose manager wants to be told, the first process is the container itself.
        let isService = context.environment["NOTIFY_SOCKET"] != nil && getpid() != 1
        var origin = Handover.Origin(
            program: ProgramFile.path(calledAs: CommandLine.arguments[0], searched: context.environment["PATH"]),
            arguments: Handover.repeatable(CommandLine.arguments),
            environment: Handover.environment(context.environment, token: GatewayLoader.overrides(context.invocation).token),
            guardian: inheritance?.guardian ?? (isService ? .service : .parent), life: inheritance?.life)
        var follows: (reading: Int32, writing: Int32)?
        if origin.guardian == .parent, origin.life == nil {
            follows = try? Follower.pipe()
            origin.life = follows?.writing
        }
        let end = try await serve(context, predecessor, origin)
        if follows == nil, origin.guardian == .parent, let life = origin.life, case .stopped = end { Follower.tell(life, "exit 0") }
        guard let follows, case .replaced(let process) = end else { return .fine }
        predecessor?.farewell()
        let status = Follower.become(reading: follows.reading, writing: follows.writing, gateway: process, origin: origin)
        return ExitStatus(rawValue: status) ?? .failed
    }

    private static func serve(
        _ context: CommandContext, _ predecessor: Predecessor?, _ origin: Handover.Origin
    ) async throws(CommandFailure) -> End {
        let location = ConfigLocation.find(for: context)
        let loader = GatewayLoader(location: location, context: context)
        let first = try loader.load(rehearsal: nil)
        let (folder, remark) = try stateFolder(location)
        let log = GatewayLog(first.settings.logging, in: location, printsTo: predecessor?.inheritance.error ?? STDERR_FILENO)
        defer { log.writer.close() }
        if let remark { log.logger.warning("State folder", ["note": .string(remark)]) }
        if context.invocation.isOn(GatewayRunFlags.force), predecessor == nil {
            Force.makeWay(folder, port: first.settings.gateway.port, log.logger)
        }
        let instance = try log.noting { () throws(CommandFailure) in try own(folder, predecessor) }
        defer { withExtendedLifetime(instance) {} }
        let listener = try log.noting { () throws(CommandFailure) in try listen(first.settings.gateway, predecessor) }
        let group = try attempt("start") { () throws(SystemError) in try EventLoopGroup() }
        defer { group.stop() }

        let rehearsal = first.settings.agents.main.chain.isEmpty ? try rehearse(group, log.logger) : nil
        let loaded = rehearsal == nil ? first : try loader.load(rehearsal: rehearsal?.providers)
        let token = try GatewayToken.find(loaded.settings.gateway.auth, folder: folder)
        let stores = await Stores(folder: folder, log: log.logger)
        if let predecessor {
            // Whatever may fail has failed by now.
            try await readable(stores, isRestart: predecessor.inheritance.lock != nil)
            guard await predecessor.mayGo({ await group.loops[0].sleep(for: $0) }) else {
                throw CommandFailure(.failed, "the process that started this one is gone")
            }
        }
        let snapshot = RelaySnapshot(settings: loaded.settings, pool: loaded.pool)
        let keeper = LoginKeeper(
            refresh: TokenRefresh(endpoint: TokenEndpoint(now: Clock.now)), log: log.logger.with(label: "login"), now: Clock.now)
        let ledger = await stores.ledger(for: snapshot, log: log.logger)
        let relay = Relay(
            snapshot, ledger: SharedLedger(ledger, store: stores.ledgerStore),
            recorder: ReceiptRecorder(store: stores.receipts, samples: stores.samples, log: log.logger.with(label: "relay")),
            gate: UpstreamGate(limit: loaded.settings.gateway.maxRequests), on: group, log: log.logger.with(label: "relay"),
            capabilities: await stores.capabilities(for: snapshot, log: log.logger), logins: keeper, now: Clock.now)
        let orders = Orders()
        if let predecessor {
            predecessor.teach(relay, orders)
            stores.responses.awaits { predecessor.isThere }
        }

        let quotas = QuotaFile(in: folder.path)
        quotas.restore(to: relay)
        if let notice = token.notice { log.logger.notice("Token file", ["note": .string(notice)]) }
        let status = GatewayStatus(
            version: Version.text, startedAt: Clock.now(), configPath: location.configExists ? location.configPath : nil,
            stateFolder: folder.path, logFile: log.file)
        status.listens(on: listener.port)
        status.configHash = loaded.hash
        let reload = Reload(relay: relay, status: status, on: group.loops[0], log: log.logger.with(label: "reload")) {
            () throws(Reload.Problem) in try loader.reload(rehearsal: rehearsal?.providers)
        }
        reload.watch(loaded.files)
        // Before anybody is told that it runs, who might signal at once.
        deliverSignals(on: group.loops[0], to: orders, reload)
        let service = service(loaded.settings.gateway, relay, token, status, stores, orders, log.logger) { question in
            await predecessor?.ask(question) { await group.loops[0].sleep(for: $0) }
        }
        let server = HTTPServer(
            listener: listener, service: service, limits: limits(loaded.settings.gateway), on: group, log: log.logger.with(label: "server"))
        log.logger.info("Listening", ["port": .int(Int(server.port)), "version": .string(Version.text)])
        log.notes(loaded)
        var running = announce(
            location, loaded, relay, server.port, token, log.file, context, isRestart: predecessor?.inheritance.lock != nil)
        if let life = origin.life { Follower.tell(life, "pid \(getpid())") }
        let notice = origin.guardian == .nobody ? nil : ServiceNotice(environment: context.environment)
        predecessor?.serves(at: running.url)
        if predecessor == nil { notice?.ready("Serving at \(running.url)") }

        let handover = Handover(
            stage: .init(
                relay: relay, stores: stores, server: server, listener: listener, lock: instance, loop: group.loops[0], log: log.logger),
            own: origin)
        var quotaUpkeep = quotas.follow(relay, on: group.loops[0])
        defer { quotaUpkeep.cancel() }
        var upkeep = Upkeep.begin(relay, stores, on: group.loops[0], log: log.logger.with(label: "store"))
        let renewing = LoginUpkeep.begin(keeper, on: group.loops[0])
        defer { renewing.cancel() }
        while true {
            switch await orders.next() {
            case .stop(let order):
                upkeep.cancel()
                for waiting in orders.waitingRestarts() { waiting.told(.stopping) }
                let grace = order.grace ?? relay.snapshot.settings.gateway.stopGraceSeconds
                predecessor?.settle()
                predecessor?.stop(grace: grace)
                notice?.stopping("Letting requests end", within: .seconds(grace + 90))
                running = running.stopping(by: Clock.now() + .seconds(grace), in: folder.path)
                log.logger.notice(
                    "Stopping: requests under way are finished",
                    ["in_flight": .int(relay.gate.inFlight), "grace_seconds": .int(grace), "asked_by": .string(order.by)])
                await stop(server, relay, grace: .seconds(grace), log.logger)
                // What its requests change goes through this process, and the gateway has not ended before it has.
                await predecessor?.ended(within: .seconds(grace)) { await group.loops[0].sleep(for: $0) }
                await keeper.close()
                await rehearsal?.stop()
                quotas.write(relay)
                await stores.close()
                running.withdraw(from: folder.path)
                log.logger.notice("Stopped")
                return .stopped
            case .restart(let order):
                quotas.write(relay)
                let (outcome, successor) = await handover.attempt(orders)
                for waiting in [order] + orders.waitingRestarts() { waiting.told(outcome) }
                guard let successor else { continue }
                successor.answers { await service.answer($0) }
                orders.handedOver(to: successor.process.processID)
                predecessor?.settle()
                upkeep.cancel()
                // The new one keeps them from here on.
                quotaUpkeep.cancel()
                let grace = Duration.seconds(order.grace ?? relay.snapshot.settings.gateway.stopGraceSeconds)
                guard await handover.leave(to: successor, grace: grace, orders: orders, outcome: outcome, predecessor: predecessor) else {
                    orders.handedOver(to: nil)
                    upkeep = Upkeep.begin(relay, stores, on: group.loops[0], log: log.logger.with(label: "store"))
                    quotaUpkeep = quotas.follow(relay, on: group.loops[0])
                    try? running.announce(in: folder.path)
                    continue
                }
                // A service manager signals every process, and tells each once.
                if origin.guardian == .parent { Follower.passSignals(to: successor.process.processID) }
                // It may have come behind the last look.
                if let asked = orders.stop { successor.send(.stop(grace: asked.grace)) }
                await stop(server, relay, grace: .zero, log.logger)
                await keeper.close()
                await predecessor?.ended(within: grace) { await group.loops[0].sleep(for: $0) }
                await rehearsal?.stop()
                await stores.close()
                if origin.guardian == .service { notice?.handedOver(to: successor.process.processID, "Serving at \(running.url)") }
                log.logger.notice("Ended: another process is the gateway", ["process": .int(Int(successor.process.processID))])
                successor.channel.closeNow()
                return .replaced(by: successor.process.processID)
            }
        }
    }

    /// What the process before this one has kept must be there when this one takes over: a program that is older than the state folder's
    /// database would begin without it. Other trouble is that one's as well.
    private static func readable(_ stores: Stores, isRestart: Bool) async throws(CommandFailure) {
        do throws(StoreProblem) {
            _ = try await stores.ledgerStore.load()
        } catch {
            guard isRestart, error.kind == .schema else { return }
            throw CommandFailure(.failed, "\(error)", hints: ["start the version that wrote it, or put the database aside to begin anew"])
        }
    }

    private static func stop(_ server: HTTPServer, _ relay: Relay, grace: Duration, _ log: Logger) async {
        await server.stop(grace: grace) {
            relay.running.close()
            let ended = await relay.running.stop(.all, because: .gateway)
            if !ended.isEmpty { log.notice("Requests ended with an error", ["requests": .int(ended.count)]) }
        }
    }

    private static func deliverSignals(on loop: EventLoop, to orders: Orders, _ reload: Reload) {
        do {
            try Signals.deliver(on: loop) { kind in
                switch kind {
                case .reload:
                    _ = orders.passOn(SIGHUP)
                    reload.reload(because: "SIGHUP")
                case .stop: orders.came()
                case .restart: if !orders.passOn(SIGUSR1) { orders.restart(.init(grace: nil, by: "signal") { _ in }) }
                }
            }
        } catch {
            orders.came()
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
    private static func own(_ folder: StateFolder, _ predecessor: Predecessor?) throws(CommandFailure) -> InstanceLock {
        do throws(StoreProblem) {
            if let lock = predecessor?.inheritance.lock {
                return try InstanceLock(path: folder.lockFile, inherited: Descriptor(owning: lock))
            }
            return try InstanceLock(path: folder.lockFile)
        } catch {
            let running = RunningGateway.find(in: folder.path).map { " (process \($0.processID), at \($0.url))" } ?? ""
            throw CommandFailure(
                .failed, "another gateway runs on the state folder \(folder.path)\(running)",
                hints: ["understudy gateway status says where it listens", "--state-dir <folder> gives this one a folder of its own"])
        }
    }

    private static func rehearse(_ group: EventLoopGroup, _ log: Logger) throws(CommandFailure) -> RehearsalProvider {
        try attempt("start the rehearsal provider") { () throws(SystemError) in
            try RehearsalProvider(on: group, log: log.with(label: "rehearsal"))
        }
    }

    /// The other process's socket where it is the one that the settings want, else a new one.
    private static func listen(_ settings: GatewaySettings, _ predecessor: Predecessor?) throws(CommandFailure) -> ListeningSocket {
        for descriptor in predecessor?.inheritance.listeners ?? [] {
            if let socket = try? ListeningSocket(inherited: Descriptor(owning: descriptor)),
                socket.listens(on: settings.bind.host, port: settings.port)
            {
                return socket
            }
        }
        do throws(SystemError) {
            return try ListeningSocket(host: settings.bind.host, port: settings.port)
        } catch {
            var hints: [String] = []
            if error.isAddressInUse {
                if let holder = PortHolder.find(port: settings.port) {
                    hints.append("process \(holder.processID) (\(SafeText.line(holder.name))) listens there")
                }
                hints += [
                    "understudy gateway run --port 0 takes a free port", "understudy gateway status says whether a gateway runs already",
                ]
            }
            throw CommandFailure(.failed, "the gateway cannot listen: \(error)", hints: hints)
        }
    }

    private static func limits(_ settings: GatewaySettings) -> ServerLimits {
        var limits = ServerLimits()
        limits.connections = settings.maxConnections
        limits.bodyMemory = settings.maxBodyMemoryBytes
        return limits
    }

    private static func service(
        _ settings: GatewaySettings, _ relay: Relay, _ token: GatewayToken, _ status: GatewayStatus, _ stores: Stores, _ orders: Orders,
        _ log: Logger, before: @escaping @Sendable (SessionsQuestion) async -> JSONValue?
    ) -> GatewayServer {
        GatewayServer(
            relay: relay, auth: ClientAuth(token: token.secret),
            origins: OriginCheck(origins: settings.allowedOrigins, isStrict: token.secret == nil),
            receipts: stores.receipts, responses: stores.responses, samples: stores.samples, status: status,
            stop: { orders.stop(.init(grace: $0, by: "command")) },
            restart: { grace in
                if orders.stop != nil { return .stopping }
                return await withCheckedContinuation { continuation in
                    orders.restart(.init(grace: grace, by: "command") { continuation.resume(returning: $0) })
                }
            }, before: before, log: log.with(label: "gateway"))
    }

    private static func announce(
        _ location: ConfigLocation, _ loaded: GatewayLoader.Loaded, _ relay: Relay, _ port: UInt16, _ token: GatewayToken,
        _ logFile: String?, _ context: CommandContext, isRestart: Bool
    ) -> RunningGateway {
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
        try? running.announce(in: location.stateFolder)
        if context.output.wantsJSON {
            context.output.json(banner.json(processID: getpid(), isRestart: isRestart))
        } else {
            context.output.text(
                isRestart
                    ? "understudy \(Version.text) is ready on \(banner.url) (restarted as process \(getpid()))"
                    : banner.text(showsToken: terminal.isInteractive, colour: terminal.colour))
        }
        return running
    }

    /// Enough for a screen; the log has them all.
    private static func firstFew(_ warnings: [String]) -> [String] {
        let limit = 3
        guard warnings.count > limit else { return warnings }
        return warnings.prefix(limit) + ["\(warnings.count - limit) more remarks about the configuration stand in the log"]
    }

    static func attempt<Value>(_ what: String, _ body: () throws(SystemError) -> Value) throws(CommandFailure) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw CommandFailure(.failed, "the gateway cannot \(what): \(error)")
        }
    }
}
