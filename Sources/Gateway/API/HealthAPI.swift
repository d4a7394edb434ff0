// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Relay
import Store
import Transport

/// `/health`, `/health/live`, `/health/ready` for supervisors; `/api/health` (the ledger) and
/// `/api/capabilities` (what routes are known to need) for people.
struct HealthAPI {
    let relay: Relay

    /// The process answers.
    static let live = HTTPAnswer.json(["status": "ok"])

    /// A request to the default chain would be tried: the policy itself is asked, about a plain one that comes now.
    func ready() -> HTTPAnswer {
        let now = relay.now()
        do throws(UnknownModel) {
            let chain = try relay.chain(named: "default").chain
            let ledger = relay.ledger.ledger
            let settings = relay.snapshot.settings
            let facts = RequestFacts(
                id: "readiness", startedAt: now, deadline: now + settings.limits.request.length, requestedModel: "default",
                wire: WireKind.openaiCompletions.rawValue, firstTokenLimit: settings.limits.firstToken.length)
            if settings.policy.wouldGoOn(chain: chain, receipt: Receipt(facts: facts), ledger: ledger, now: now) {
                return .json(["status": "ready"])
            }
            let blocked = chain.links.compactMap { ledger.block(on: $0.candidate, at: now)?.until }.min()
            var answer: JSONObject = ["status": "not ready"]
            answer["reason"] = .string(
                chain.links.isEmpty
                    ? "no candidate of the default chain can be called" : "every candidate of the default chain is blocked or paused")
            if let blocked { answer["until"] = .number(JSONNumber(Int(blocked.milliseconds))) }
            return .json(.object(answer), status: 503)
        } catch {
            return .json(["status": "not ready", "reason": .string(error.text)], status: 503)
        }
    }

    func capabilities() -> HTTPAnswer { .json(["capabilities": .array(relay.capabilities.all.map { KnownRepairJSON.value($0) })]) }

    func ledger() -> HTTPAnswer {
        let now = relay.now()
        let ledger = relay.ledger.ledger
        return .json([
            "now": .number(JSONNumber(Int(now.milliseconds))),
            "blocks": .array(ledger.blocks.filter { $0.isOpen(at: now) }.map { BlockJSON.value($0) }),
            "pauses": .array(ledger.pauses(at: now).map { CredentialsReport.json($0) }),
        ])
    }
}
