// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Relay
import Telemetry
import Transport

/// `POST /api/probe`: asks models a few words, each with each of its credentials, and streams what comes of it: a line of JSON for the
/// targets, one for each result as it is there, one for the end. A client that leaves ends the probing.
struct ProbeAPI {
    let relay: Relay
    let origins: OriginCheck
    let log: Logger

    /// What its body may hold, all of it optional (docs/api.md).
    static let members = [
        "agent", "provider", "credentials", "models", "all_models", "timeout_ms", "concurrency", "max_tokens",
    ]

    static let contentType = "application/x-ndjson"

    func serve(_ exchange: HTTPExchange) async {
        let order: ProbeOrder
        switch APIBody.read(exchange.head, exchange.body, names: Self.members).flatMap({ ProbeOrder.read($0) }) {
        case .success(let read): order = read
        case .failure(let error): return exchange.respond(origins.allow(ErrorReply.answer(error), exchange.head))
        }
        let (session, found): (ProbeSession, ProbeTargets)
        do throws(ProbeProblem) {
            (session, found) = try relay.probe(order, on: exchange.loop)
        } catch {
            let error = WireError(status: 404, message: error.text, code: "unknown_\(error.what)", param: error.what)
            return exchange.respond(origins.allow(ErrorReply.answer(error), exchange.head))
        }
        log.notice("Probing", ["targets": .int(found.targets.count)])
        var headers: Headers = ["content-type": Self.contentType, "cache-control": "no-store"]
        origins.allow(&headers, exchange.head)
        exchange.onClientGone = { session.cancel() }
        exchange.begin(status: 200, headers: headers)
        let startedAt = relay.now()
        func write(_ event: ProbeEvent) { exchange.write(event.line) }
        write(.begin(found, order, at: startedAt))
        var done = 0
        await session.run { result in
            done += 1
            write(.result(result))
        }
        write(.end(done: done, at: relay.now(), took: relay.now() - startedAt))
        exchange.onClientGone = nil
        exchange.end()
    }
}

extension ProbeOrder {
    /// As a body of `POST /api/probe`.
    public var json: JSONValue {
        var object: JSONObject = [:]
        object["agent"] = agent.map { .string($0.rawValue) }
        object["provider"] = provider.map { .string($0.rawValue) }
        if !credentials.isEmpty { object["credentials"] = .array(credentials.map { .string($0.rawValue) }) }
        if !models.isEmpty { object["models"] = .array(models.map { .string($0) }) }
        if allModels { object["all_models"] = true }
        object["timeout_ms"] = .number(JSONNumber(Int(timeout.milliseconds)))
        object["concurrency"] = .number(JSONNumber(concurrency))
        object["max_tokens"] = .number(JSONNumber(maxTokens))
        return .object(object)
    }

    static func read(_ body: JSONObject) -> Result<ProbeOrder, WireError> {
        func wrong(_ name: String, _ expected: String) -> WireError {
            WireError(status: 400, message: "\(name) takes \(expected).", code: "invalid_body", param: name)
        }
        func text(_ name: String) throws(WireError) -> String? {
            guard let value = body[name] else { return nil }
            if let text = value.string, !text.isEmpty, text.utf8.count <= 512 { return text }
            throw wrong(name, "a text")
        }
        func texts(_ name: String) throws(WireError) -> [String] {
            guard let value = body[name] else { return [] }
            let texts = value.array?.compactMap(\.string) ?? []
            if !texts.isEmpty, texts.count == value.array?.count, texts.count <= nameLimit { return texts }
            throw wrong(name, "a list of 1 to \(nameLimit) texts")
        }
        func number(_ name: String, _ range: ClosedRange<Int>, _ usual: Int) throws(WireError) -> Int {
            guard let value = body[name] else { return usual }
            if let number = value.int, range.contains(number) { return number }
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        func flag(_ name: String) throws(WireError) -> Bool {
            guard let value = body[name] else { return false }
            if case .bool(let flag) = value { return flag }
            throw wrong(name, "true or false")
        }
        do throws(WireError) {
            var order = ProbeOrder()
            order.agent = try text("agent").map { AgentID(rawValue: $0.lowercased()) }
            order.provider = try text("provider").map { Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: $0.lowercased())) }
            order.credentials = try texts("credentials").map { CredentialID(rawValue: $0) }
            order.models = try texts("models")
            order.allModels = try flag("all_models")
            order.timeout = .milliseconds(try number("timeout_ms", timeouts, Int(order.timeout.milliseconds)))
            order.concurrency = try number("concurrency", concurrencies, order.concurrency)
            order.maxTokens = try number("max_tokens", tokens, order.maxTokens)
            return .success(order)
        } catch {
            return .failure(error)
        }
    }
}
