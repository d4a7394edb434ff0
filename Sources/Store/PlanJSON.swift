// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// A plan as JSON, in the shape of docs/api.md: what `GET /api/plan` answers and `understudy plan --json` prints. For the owner.
public enum PlanJSON {
    public static func value(_ plan: Plan) -> JSONValue {
        var json = CompactJSON()
        json.object { $0.members(of: plan) }
        return ReceiptJSON.value(json.bytes)
    }

    /// - Returns: `nil` where a member that must be there is not, or has a word that is not known.
    public static func read(_ value: JSONValue) -> Plan? { PlanReader.plan(value) }
}

extension CompactJSON {
    fileprivate mutating func members(of plan: Plan) {
        object("request") { $0.facts(plan.facts) }
        object("start") { json in
            switch plan.start {
            case .attempt(let index, let isEarly):
                json.member("place", index)
                json.mark("early", isEarly)
            case .refusal(let refusal): json.object("refusal") { $0.members(of: .refused(refusal)) }
            }
        }
        array("places", plan.places) { json, place in json.object { $0.members(of: place, at: plan.facts.startedAt) } }
        array("skipped", plan.skipped) { json, link in json.object { $0.members(of: link) } }
        if let run = plan.run { object("run") { $0.members(of: run) } }
    }

    private mutating func members(of place: Plan.Place, at now: Timestamp) {
        member("turn", place.turn)
        switch place.state {
        case .ready, .halfOpen:
            member("model", place.model)
            member("credential", place.credential.rawValue)
            member("origin", place.origin)
        case .passedOver(let reason, let until):
            members(of: SkippedLink(model: place.model, credential: place.credential, origin: place.origin, reason: reason))
            if until != reason.ownUntil { member("passed_until", until) }
        }
        member("kind", place.kind.rawValue)
        object("why") { json in
            json.member("code", place.why.code)
            switch place.why {
            case .sessionPin(let usedAt, let warmUntil):
                json.member("used_at", usedAt)
                json.member("warm_until", warmUntil)
            case .leastRecentlyUsed(let usedAt): json.member("used_at", usedAt)
            case .userPin, .storedOrder, .order, .profiles, .kind, .key, .none: break
            }
            json.member("text", place.why.text(at: now))
        }
        member("state", place.state.word)
        if case .halfOpen(let reason) = place.state { member("blocked_for", reason.rawValue) }
    }

    private mutating func members(of run: PlanRun) {
        member("status", run.ending.status)
        member("code", run.ending.code)
        member("message", run.ending.message)
        member("retry_after_ms", milliseconds: run.ending.retryAfter)
        array("next", run.next) { json, next in json.element(next.rawValue) }
        if let candidate = run.afterwards {
            object("afterwards") { json in
                json.member("model", candidate.model)
                json.member("credential", candidate.credential.rawValue)
                json.member("endpoint", candidate.endpoint.rawValue)
            }
        }
        array("assumptions", run.assumptions) { json, text in json.element(text) }
        object("receipt") { $0.members(of: run.receipt) }
    }
}

extension Plan.State {
    fileprivate var word: String {
        switch self {
        case .ready: "ready"
        case .halfOpen: "half_open"
        case .passedOver: "passed_over"
        }
    }
}

extension SkipReason {
    /// The end that its own JSON tells.
    fileprivate var ownUntil: Timestamp? {
        if case .paused(_, let until) = self { until } else { nil }
    }
}

/// Reads what `PlanJSON` wrote.
private enum PlanReader {
    static func plan(_ value: JSONValue) -> Plan? {
        guard let facts = value["request"].flatMap(ReceiptReader.facts), let places = ReceiptReader.all(value["places"], place),
            let skipped = ReceiptReader.all(value["skipped"], ReceiptReader.skipped), let start = value["start"].flatMap(start)
        else { return nil }
        if case .attempt(let index, _) = start, !places.indices.contains(index) { return nil }
        var plan = Plan(facts: facts, places: places, skipped: skipped, start: start)
        if let written = value["run"] {
            guard let run = run(written) else { return nil }
            plan.run = run
        }
        return plan
    }

    private static func start(_ value: JSONValue) -> Plan.Start? {
        if let place = value["place"]?.int { return .attempt(index: place, isEarly: value["early"]?.bool ?? false) }
        guard case .refused(let refusal)? = value["refusal"].flatMap({ ReceiptReader.outcome($0, attempts: 0) }) else { return nil }
        return .refusal(refusal)
    }

    private static func place(_ value: JSONValue) -> Plan.Place? {
        guard let model = value["model"]?.string.flatMap(BlockJSON.model), let credential = value["credential"]?.string,
            let kind = value["kind"]?.string.flatMap(CredentialKind.init(rawValue:)), let origin = value["origin"]?.string,
            let why = value["why"].flatMap(why), let state = state(value)
        else { return nil }
        return Plan.Place(
            turn: value["turn"]?.int, model: model, credential: CredentialID(rawValue: credential), kind: kind, origin: origin, why: why,
            state: state)
    }

    private static func why(_ value: JSONValue) -> CredentialPlace? {
        switch value["code"]?.string {
        case "session_pin":
            return value.time("used_at").flatMap { usedAt in
                value.time("warm_until").map { .sessionPin(usedAt: usedAt, warmUntil: $0) }
            }
        case "least_recently_used": return .leastRecentlyUsed(usedAt: value.time("used_at"))
        case let code:
            let plain: [CredentialPlace] = [.userPin, .storedOrder, .order, .profiles, .kind, .key, .none]
            return plain.first { $0.code == code }
        }
    }

    private static func state(_ value: JSONValue) -> Plan.State? {
        switch value["state"]?.string {
        case "ready": return .ready
        case "half_open": return value["blocked_for"]?.string.flatMap(Reason.init(rawValue:)).map { .halfOpen($0) }
        case "passed_over":
            return ReceiptReader.skipReason(value).map { .passedOver($0, until: value.time("passed_until") ?? $0.ownUntil) }
        default: return nil
        }
    }

    private static func run(_ value: JSONValue) -> PlanRun? {
        guard let status = value["status"]?.int, let receipt = value["receipt"].flatMap(ReceiptReader.receipt),
            let next = ReceiptReader.all(value["next"], { $0.string.flatMap(PlanNext.init(rawValue:)) })
        else { return nil }
        let ending = PlanRun.Ending(
            status: status, code: value["code"]?.string, message: value["message"]?.string, retryAfter: value.duration("retry_after_ms"))
        var afterwards: Candidate?
        if let then = value["afterwards"], let model = then["model"]?.string.flatMap(BlockJSON.model),
            let credential = then["credential"]?.string, let endpoint = then["endpoint"]?.string
        {
            afterwards = Candidate(
                model, credential: CredentialID(rawValue: credential), endpoint: EndpointID(rawValue: endpoint))
        }
        return PlanRun(receipt: receipt, next: next, ending: ending, afterwards: afterwards)
    }
}
