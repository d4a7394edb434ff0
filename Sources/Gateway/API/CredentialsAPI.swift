// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Relay
import Store
import Telemetry
import Transport

/// `GET /api/credentials`, and what an owner decides about one: `POST /api/credentials/{id}/clear`, `…/pause`, `…/resume`,
/// `POST /api/credentials/clear`. Changes are in the store when they are answered.
struct CredentialsAPI {
    let relay: Relay
    let receipts: ReceiptStore?
    let log: Logger

    /// What can be done to one credential.
    enum Action: String, Hashable, Sendable, CaseIterable {
        case clear, pause, resume

        /// What its body may hold.
        var members: [String] {
            switch self {
            case .clear: ["model"]
            case .pause: ["for_seconds"]
            case .resume: []
            }
        }
    }

    /// Bytes of a request's body at most.
    static let bodyLimit = 4096

    /// Query: `provider`, `agent`, `all` (`true`: also of providers that nothing asks for).
    func list(_ head: RequestHead) async -> HTTPAnswer {
        let query: APIQuery
        switch APIQuery.read(head, names: ["provider", "agent", "all"], of: "credentials") {
        case .success(let read): query = read
        case .failure(let error): return ErrorReply.answer(error)
        }
        guard let all = query.flag("all") else { return ErrorReply.answer(APIQuery.wrong("all", "true or false")) }
        let snapshot = relay.snapshot
        let agent = query["agent"].map { AgentID(rawValue: $0.lowercased()) }
        if let agent, snapshot.settings.agents[agent] == nil {
            return unknown(.init(what: "agent", name: agent.rawValue, among: snapshot.settings.agents.all.map(\.id.rawValue)))
        }
        let provider = query["provider"].map { ProviderID(rawValue: $0.lowercased()) }
        if let provider, !CredentialsReport.knows(provider, settings: snapshot.settings, pool: snapshot.pool) {
            return unknown(.init(what: "provider", name: provider.rawValue, among: snapshot.settings.providers.keys.map(\.rawValue)))
        }
        // Without receipts the rest is still worth knowing.
        let uses = try? await receipts?.credentialUses()
        let report = CredentialsReport.make(
            settings: snapshot.settings, pool: snapshot.pool, ledger: relay.ledger.ledger, uses: uses ?? [:],
            query: .init(provider: provider, agent: agent, all: all),
            now: relay.now())
        return .json(report.json)
    }

    // MARK: Changes

    /// Body of `clear`: none, or `{"model": "<provider>/<model>"}`; of `pause`: none, or `{"for_seconds": 7200}`.
    func change(_ id: String, _ action: Action, _ head: RequestHead, _ body: [UInt8]) async -> HTTPAnswer {
        let members: JSONObject
        switch APIBody.read(head, body, names: action.members) {
        case .success(let read): members = read
        case .failure(let error): return ErrorReply.answer(error)
        }
        let credential = CredentialID(rawValue: id)
        switch action {
        case .clear:
            let model = members["model"]
            let ref = model?.string.flatMap { ModelRef($0) }
            if model != nil, ref == nil { return wrong("model", "a model such as openai/gpt-5") }
            return await make(.clear(credential, model: ref))
        case .pause:
            let wanted = members["for_seconds"]
            let seconds = wanted?.int.flatMap { (1...CredentialDecision.longestPause).contains($0) ? $0 : nil }
            if wanted != nil, seconds == nil {
                return wrong("for_seconds", "a whole number from 1 to \(CredentialDecision.longestPause)")
            }
            return await make(.pause(credential, seconds: seconds))
        case .resume: return await make(.resume(credential))
        }
    }

    /// Body: `{"provider": "openai"}` or `{"all": true}`.
    func clearMany(_ head: RequestHead, _ body: [UInt8]) async -> HTTPAnswer {
        let members: JSONObject
        switch APIBody.read(head, body, names: ["provider", "all"]) {
        case .success(let read): members = read
        case .failure(let error): return ErrorReply.answer(error)
        }
        switch (members["provider"], members["all"]) {
        case (nil, .bool(true)?): return await make(.clearAll)
        case (.string(let name)?, nil): return await make(.clearProvider(ProviderID(rawValue: name.lowercased())))
        case (nil, _), (_?, _): return wrong("the body", "{\"provider\": \"<id>\"} or {\"all\": true}")
        }
    }

    private func make(_ decision: CredentialDecision) async -> HTTPAnswer {
        let (snapshot, now) = (relay.snapshot, relay.now())
        do throws(CredentialDecision.UnknownName) {
            let outcome = try relay.ledger.decide(at: now) { ledger throws(CredentialDecision.UnknownName) in
                try decision.make(on: &ledger, settings: snapshot.settings, pool: snapshot.pool, now: now)
            }
            await relay.ledger.flush()
            tell(decision, outcome, now)
            return .json(outcome.json)
        } catch {
            return unknown(error)
        }
    }

    private func tell(_ decision: CredentialDecision, _ outcome: CredentialDecision.Outcome, _ now: Timestamp) {
        switch decision {
        case .clear, .clearProvider, .clearAll:
            for block in outcome.cleared.prefix(100) {
                log.notice("Block cleared by hand", ["scope": .string(block.key.text), "reason": .string(block.reason.rawValue)])
            }
        case .pause(let id, _):
            var fields: LogFields = ["credential": .string(id.rawValue)]
            if let until = outcome.pause?.until { fields["seconds"] = .int(Int((until - now).components.seconds)) }
            log.notice("Credential paused", fields)
        case .resume(let id):
            if outcome.before != nil { log.notice("Credential resumed", ["credential": .string(id.rawValue)]) }
        }
    }

    private func wrong(_ name: String, _ expected: String) -> HTTPAnswer {
        ErrorReply.answer(WireError(status: 400, message: "\(name) takes \(expected).", code: "invalid_body", param: name))
    }

    private func unknown(_ name: CredentialDecision.UnknownName) -> HTTPAnswer {
        ErrorReply.answer(WireError(status: 404, message: name.text, code: "unknown_\(name.what)", param: name.what))
    }
}
