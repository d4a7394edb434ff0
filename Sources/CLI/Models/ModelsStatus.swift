// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import Providers
import Relay

/// `understudy models status`: the chain as it stands, its credentials masked, and what keeps any of it from being asked.
enum ModelsStatus {
    static let plain = Flag(
        "plain", .toggle, "Print only the default model as provider/model", otherNames: ["status-plain"])
    static let statusJSON = Flag("status-json", .toggle, "The same as --json, as OpenClaw has it")
    static let check = Flag(
        "check", .toggle,
        "End with 1 if a provider in the chain has no usable credential or one has expired, with 2 if one expires within a day")
    static let usage = Flag("usage", .toggle, "Ask the providers that have a page for it how much each login has used; waits 3 s at most")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        if context.invocation.isOn(ModelsCapabilities.flag) { return try await ModelsCapabilities.run(context) }
        let now = Timestamp(milliseconds: HostFacts.nowMilliseconds())
        let setup = try Setup.forLooking(for: context)
        let agent = try agent(context.invocation.text(.agent), in: setup.settings)
        let order = ProbeFlags.order(context.invocation, agent: context.invocation.text(.agent) == nil ? nil : agent.id)
        if order != nil, context.invocation.isOn(plain) {
            throw CommandFailure(.usage, "--probe cannot be used with --plain output.", hints: ["leave --plain out, or take --json"])
        }
        let pool = setup.credentials(now: now)
        if let order { try check(order, RelaySnapshot(settings: setup.settings, pool: pool), now) }
        let source = await ModelsStatusSource.read(context, setup: setup, usage: context.invocation.isOn(usage))
        var report = report(
            setup, pool: pool, agent: agent, blocks: source.blocks, pauses: source.pauses, gateway: source.gateway, now: now)
        report.firstTokens = source.firstTokens
        report.quotas = source.quota.rows
        report.usageProblems = source.quota.problems
        report.notes += source.notes.map { SafeText.line($0) }
        var context = context
        if context.invocation.isOn(statusJSON) { context.output.wantsJSON = true }
        let output = context.output
        let checked = context.invocation.isOn(check) ? report.checked : .fine
        if let order {
            if !output.wantsJSON { output.text(report.text(width: output.terminal.width, colour: output.terminal.colour)) }
            report.probes = try await probe(order, context, setup.settings, source.gateway)
            if output.wantsJSON { output.json(report.json) }
            return checked == .fine ? report.probes?.status ?? .failed : checked
        }
        if output.wantsJSON {
            output.json(report.json)
        } else if context.invocation.isOn(plain) {
            guard let model = report.defaultModel else {
                throw CommandFailure(
                    .failed, "the agent \(agent.id) has no model", hints: ["set agents.defaults.model in \(report.location.configPath)"])
            }
            output.text(model)
        } else {
            output.text(report.text(width: output.terminal.width, colour: output.terminal.colour))
        }
        return checked
    }

    /// A name that stands for nothing is said before anything else.
    private static func check(_ order: ProbeOrder, _ snapshot: RelaySnapshot, _ now: Timestamp) throws(CommandFailure) {
        do throws(ProbeProblem) {
            _ = try ProbeTargets(order, in: snapshot, ledger: HealthLedger(), now: now)
        } catch {
            throw CommandFailure(.failed, error.text)
        }
    }

    /// By the gateway that runs, else here.
    private static func probe(
        _ order: ProbeOrder, _ context: CommandContext, _ settings: Settings, _ gateway: ModelsStatusReport.Gateway
    ) async throws(CommandFailure) -> ProbePage {
        switch gateway {
        case .running:
            let client = GatewayClient(address: GatewayAddress.find(for: context, settings: settings))
            return try await ModelsProbe(order: order, context: context).run(by: client)
        case .silent: context.output.note("The gateway does not answer, so the probing is done without it.")
        case .notRunning: break
        }
        return try await ModelsProbe(order: order, context: context).run(by: nil)
    }

    static func agent(_ id: String?, in settings: Settings) throws(CommandFailure) -> AgentSettings {
        guard let id else { return settings.agents.main }
        if let found = settings.agents[AgentID(rawValue: id.lowercased())] { return found }
        let known = settings.agents.all.map(\.id.rawValue)
        let nearest = NearestWord.of(id, in: known).map { " Did you mean \"\($0)\"?" } ?? ""
        throw CommandFailure(
            .failed, "there is no agent \"\(SafeText.line(id))\".\(nearest)",
            hints: ["there are: \(known.prefix(20).joined(separator: ", "))"])
    }

    // MARK: The report

    /// Pure: what is shown follows from the arguments alone.
    static func report(
        _ setup: Setup, pool: PoolSnapshot, agent: AgentSettings, blocks: [Block], pauses: [Pause] = [],
        gateway: ModelsStatusReport.Gateway,
        now: Timestamp
    ) -> ModelsStatusReport {
        let settings = setup.settings
        let location = setup.location
        let chain = (try? RelaySnapshot(settings: settings, pool: pool).plainChain(named: "agent:\(agent.id)").chain) ?? Chain(links: [])
        let ledger = HealthLedger(restoring: blocks, pauses: pauses, now: now, failureWindow: settings.policy.failureWindow)
        func stored(_ id: CredentialID, _ provider: ProviderID) -> StoredCredential? {
            pool.credentials(for: provider, agent: agent.id).first { $0.id == id }
        }
        let links = chain.links.map { link in
            let credential = stored(link.candidate.credential, link.candidate.model.provider)
            return ModelsStatusReport.Link(
                model: link.candidate.model.description, credential: link.candidate.credential.rawValue, kind: link.kind.rawValue,
                masked: masked(credential), origin: link.origin,
                block: ledger.block(on: link.candidate, at: now).map { block($0, now: now) },
                pause: ledger.pause(of: link.candidate.credential, at: now), place: link.place)
        }
        let skipped = chain.skipped.map { link in
            ModelsStatusReport.Skipped(
                model: link.model.description, credential: link.credential?.rawValue, origin: link.origin, code: link.reason.code,
                text: link.reason.text)
        }
        var inUse: [ProviderID] = []
        for provider in agent.chain.map(\.model.ref.provider) where !inUse.contains(provider) && settings.providers[provider] != nil {
            inUse.append(provider)
        }
        let others = settings.configuredProviders.filter { !inUse.contains($0) }
        let folders = setup.poolSources.agents.first { $0.id == agent.id }?.folders ?? []
        var report = ModelsStatusReport(
            location: location, agent: agent.id.rawValue, agentFolder: folders.first ?? "",
            defaultModel: agent.primary?.model.description, defaultSource: agent.primary?.origin ?? "",
            defaultWritten: agent.primary?.written ?? "",
            fallbacks: agent.fallbacks.map(\.model.description), fallbacksSource: source(of: agent.fallbacks),
            aliases: settings.agents.models.compactMap { entry in
                guard let alias = entry.alias, let model = entry.model else { return nil }
                return .init(alias: alias, model: "\(entry.provider)/\(model)")
            },
            gateway: gateway, links: links,
            blocks: ledger.blocks.filter { $0.isOpen(at: now) }.map { self.block($0, now: now) }, skipped: skipped,
            providers: (inUse.map { ($0, true) } + others.map { ($0, false) }).map { id, isInUse in
                provider(id, isInUse: isInUse, settings: settings, credentials: pool.credentials(for: id, agent: agent.id), now)
            },
            notes: (setup.notes.filter { location.configExists || $0.file != location.configPath }.map(\.description)
                + pool.notes.map(\.description) + setup.openFiles(pool)).map { SafeText.line($0) },
            spreads: settings.spreads)
        (report.imageModel, report.imageFallbacks) = (agent.images.primary, agent.images.fallbacks)
        report.allowed = settings.agents.models.map { "\($0.provider)/\($0.model ?? "*")" }
        report.now = now.milliseconds
        return report
    }

    private static func provider(
        _ id: ProviderID, isInUse: Bool, settings: Settings, credentials: [StoredCredential], _ now: Timestamp
    ) -> ModelsStatusReport.Provider {
        let entry = Catalogue.builtIn.provider(id)
        return ModelsStatusReport.Provider(
            id: id.rawValue,
            credentials: credentials.map { credential in
                .init(
                    id: credential.id.rawValue, kind: credential.kind.rawValue, masked: masked(credential), source: credential.source,
                    unusable: credential.unusable, place: credential.place, origin: .init(of: credential),
                    standing: standing(credential.status(at: now), at: now),
                    label: credential.label)
            },
            isInUse: isInUse, needsCredential: settings.providers[id]?.needsCredential ?? true,
            variable: (entry?.environmentPrefix ?? CatalogueEntry.environmentPrefix(for: id)) + "_API_KEY",
            hasLogin: LoginCatalogue.builtIn[id] != nil)
    }

    static func standing(_ status: CredentialStatus, at now: Timestamp) -> ModelsStatusReport.Standing {
        let word: String
        var needs: ExitStatus?
        switch status {
        case .unlimited: word = "static"
        case .ok: word = "ok"
        case .expiring(_, let renews):
            word = "expiring"
            if !renews { needs = .degraded }
        // What is renewed when it is used next needs nobody.
        case .refreshesOnUse: word = "expired"
        case .refreshFailed(_, let until):
            word = until == nil ? "expired" : "expiring"
            needs = until == nil ? .failed : .degraded
        case .signInAgain, .expired: (word, needs) = ("expired", .failed)
        case .unusable: (word, needs) = ("unknown", .failed)
        }
        return ModelsStatusReport.Standing(
            status: word, code: status.code, text: status.text(at: now, duration: Age.compact), expires: status.expires?.milliseconds,
            needs: needs)
    }

    static func subject(of key: ScopeKey) -> String {
        switch key {
        case .credentialModel(let credential, let model): "\(model) with \(credential)"
        case .credential(let credential): "everything with \(credential)"
        case .providerModel(let model): "\(model) with every credential"
        case .endpoint(let endpoint): "everything at \(endpoint)"
        }
    }

    private static func block(_ block: Block, now: Timestamp) -> ModelsStatusReport.Block {
        let isTimed = block.until < .distantFuture
        return ModelsStatusReport.Block(
            scope: block.key.scope.rawValue, subject: subject(of: block.key), reason: block.reason.rawValue, rule: block.evidence.rule,
            receipt: block.evidence.receipt.rawValue, status: block.evidence.status, until: isTimed ? block.until.milliseconds : nil,
            remaining: max(0, block.until.milliseconds - now.milliseconds))
    }

    /// Where a list of fallbacks is written: `agents.defaults.model.fallbacks` for `agents.defaults.model.fallbacks[0]`.
    private static func source(of entries: [ChainEntry]) -> String {
        guard let origin = entries.first?.origin else { return "" }
        return String(origin.prefix { $0 != "[" })
    }

    private static func masked(_ credential: StoredCredential?) -> String {
        guard let credential, !credential.secret.isEmpty else { return "" }
        return credential.secret.masked
    }
}

extension Command {
    static let modelsStatus = Command(
        words: ["models", "status"], summary: "Show the chain, its credentials, and what is blocked until when",
        discussion: [
            "The chain is the one that the configuration and the credentials on this machine make now: each place names the setting that put it "
                + "there. What could not become a place is listed with the reason. What is blocked comes from the running gateway, or from what it "
                + "stored. Secrets are masked.",
            "A model's first token is waited for while another candidate is ready: as configured, or less where the gateway has seen that the model "
                + "mostly takes less. What it has seen is listed by model and size of prompt, if a gateway runs.",
            "--probe sends each model of the chain a few words with each of its provider's credentials, on the path of every request: through the "
                + "gateway if one runs. Nothing is tried again and nobody stands in; a failure blocks nothing, and an answer ends what is held "
                + "against that model on that credential. A row comes as soon as it is known. It costs a few tokens each. Any --probe-… flag asks too.",
            "A route that refuses something which the gateway can change is sent it changed from then on: --capabilities lists what, since when and "
                + "which request taught it. It is forgotten when what the configuration says of the model changes.",
        ],
        flags: [.agent, ModelsStatus.plain, ModelsStatus.statusJSON, ModelsStatus.check, ModelsStatus.usage, ModelsCapabilities.flag]
            + ProbeFlags.all,
        examples: [
            Example("understudy models status", "The default agent's chain."),
            Example("understudy models status --agent research --json", "Another agent's, as data."),
            Example("understudy models status --check", "For scripts: is a credential missing, or about to expire?"),
            Example("understudy models status --usage", "How much of their plans logins have left, as their providers say now."),
            Example("understudy models status --probe", "Does each model of the chain answer with each credential?"),
            Example(
                "understudy models status --probe-provider cerebras --probe-timeout 4000",
                "The same of one provider's models, each within 4 s."),
            Example("understudy models status --capabilities", "What is left out or renamed for which model, and since when."),
        ],
        exitCodes: [
            (.fine, "fine; with --probe: every target answered"),
            (
                .failed,
                "no such agent, no model, with --check: a credential is missing or has expired, with --probe: a target did not answer"
            ),
            (.degraded, "with --check: a credential expires within a day"),
            (.interrupted, "with --probe: Ctrl-C ended it"),
            (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await ModelsStatus.run(context) })
}
