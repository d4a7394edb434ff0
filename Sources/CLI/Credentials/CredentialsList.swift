// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import JSON
import Store

/// `understudy credentials`: every credential, where it comes from and how it stands.
enum CredentialsList {
    static let provider = Flag("provider", .text(placeholder: "id"), "Only those of this provider", example: "openrouter")
    static let agent = Flag("agent", .text(placeholder: "id"), "Only those of this agent; those of all agents otherwise", example: "main")
    static let all = Flag("all", .toggle, "Also of providers that nothing in the configuration asks for")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let query = CredentialsReport.Query(
            provider: context.invocation.text(provider).map { ProviderID(rawValue: $0.lowercased()) },
            agent: context.invocation.text(agent).map { AgentID(rawValue: $0.lowercased()) }, all: context.invocation.isOn(all))
        let (report, source) = try await report(query, context)
        if context.output.wantsJSON {
            guard case .object(var members) = report else { throw Self.unreadable }
            members["source"] = .string(source.code)
            context.output.json(.object(members))
            return .fine
        }
        guard let page = CredentialsPage(report) else { throw Self.unreadable }
        context.output.text(page.text(query, width: context.output.terminal.width, colour: context.output.terminal.colour))
        return .fine
    }

    private static let unreadable = CommandFailure(
        .failed, "the gateway is of another version, whose answer this one cannot read", hints: ["see it as it is: --json"])

    /// The document of `GET /api/credentials`, from the gateway or, where none runs, from what is here.
    static func report(
        _ query: CredentialsReport.Query, _ context: CommandContext
    ) async throws(CommandFailure) -> (JSONValue, KeptState.Source) {
        let kept = KeptState(for: context)
        let trouble: GatewayClient.Trouble
        do throws(GatewayClient.Trouble) {
            return (
                try kept.client.get("/api/credentials?" + text(of: query), holding: "credentials"), .gateway(url: kept.client.address.url)
            )
        } catch {
            if case .refused(404, let message) = error { throw CommandFailure(.failed, message, hints: [CredentialsChange.listHint]) }
            trouble = error
        }
        let now = Timestamp(milliseconds: HostFacts.nowMilliseconds())
        guard case .unreachable = trouble, !kept.client.address.isRemote else { throw kept.client.failure(trouble) }
        let setup = try Setup.forLooking(for: context)
        if let agent = query.agent, setup.settings.agents[agent] == nil {
            let known = setup.settings.agents.all.map(\.id.rawValue)
            throw CommandFailure(
                .failed, CredentialDecision.UnknownName(what: "agent", name: agent.rawValue, among: known).text,
                hints: [CredentialsChange.listHint])
        }
        let pool = setup.credentials(now: now)
        if let provider = query.provider, !CredentialsReport.knows(provider, settings: setup.settings, pool: pool) {
            let known = setup.settings.providers.keys.map(\.rawValue)
            throw CommandFailure(
                .failed, CredentialDecision.UnknownName(what: "provider", name: provider.rawValue, among: known).text,
                hints: [CredentialsChange.listHint])
        }
        let stored = try await kept.read(after: trouble) { file throws(StoreProblem) in
            let store = LedgerStore(database: file)
            let ledger = HealthLedger(restoring: try await store.load(), pauses: try await store.loadPauses(), now: now)
            return (ledger, try await ReceiptStore(database: file, log: .silent).credentialUses())
        }
        let report = CredentialsReport.make(
            settings: setup.settings, pool: pool, ledger: stored?.0 ?? HealthLedger(), uses: stored?.1 ?? [:],
            query: query, now: now)
        return (report.json, stored == nil ? .nothing : .store(path: kept.database))
    }

    static func text(of query: CredentialsReport.Query) -> String {
        var parts: [String] = []
        if let provider = query.provider { parts.append("provider=" + ReceiptsReader.percentEncoded(provider.rawValue)) }
        if let agent = query.agent { parts.append("agent=" + ReceiptsReader.percentEncoded(agent.rawValue)) }
        if query.all { parts.append("all=true") }
        return parts.joined(separator: "&")
    }
}

extension Command {
    static let credentialsList = Command(
        words: ["credentials", "list"], summary: "List every credential, where it comes from, and how it stands",
        discussion: [
            "How a credential stands is one of: ok; blocked, with the models it is blocked for, until when, why and by which request; looking: its "
                + "block has ended and one request sees whether it works again; paused by its owner; unusable, with what is wrong with it. Secrets are "
                + "masked. When it was used last, and what went wrong with it last, is known from the last 300 receipts.",
            "Asks the running gateway, which may have other variables in its environment than this shell. When none runs, the files and variables "
                + "here are read, and what the gateway kept.",
        ],
        flags: [CredentialsList.provider, CredentialsList.agent, CredentialsList.all] + Flag.connection,
        examples: [
            Example("understudy credentials", "Which keys are there, and which of them work?"),
            Example("understudy credentials list --provider openrouter", "One provider's."),
            Example(
                "understudy credentials list --json | jq -r '.credentials[] | select(.state != \"ok\") | .id'",
                "The ids of those that are not well."),
        ],
        exitCodes: [
            (.fine, "fine"), (.failed, "there is no such agent, or the gateway refused"),
            (.unreachable, "the gateway at --url cannot be reached, or does not answer"),
            (.configuration, "no gateway runs, and the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await CredentialsList.run(context) })
}
