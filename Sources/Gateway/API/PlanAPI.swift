// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers
import Relay
import Store
import Transport

/// `GET /api/plan`: the chain of a request as it would run now, and what would become of it if something happened. Asks no upstream and
/// changes nothing.
struct PlanAPI {
    let relay: Relay

    private static let names = [
        "model", "agent", "session", "fallbacks", "no_fallback", "pin", "tokens", "images", "tools", "stream", "when",
    ]

    func answer(_ head: RequestHead) -> HTTPAnswer {
        do throws(WireError) {
            let wishes = try wishes(head)
            do throws(PlanProblem) {
                return .json(PlanJSON.value(try relay.plan(wishes)))
            } catch {
                throw WireError(status: 400, message: error.message, code: "invalid_plan")
            }
        } catch {
            return ErrorReply.answer(error)
        }
    }

    /// Query: as `PlanWishes`; `fallbacks` apart by commas, `when` as often as one likes.
    private func wishes(_ head: RequestHead) throws(WireError) -> PlanWishes {
        let query = try APIQuery.read(head, names: Self.names, of: "plans").get()
        func flag(_ name: String, otherwise: Bool = false) throws(WireError) -> Bool {
            if query[name] == nil { return otherwise }
            guard let flag = query.flag(name) else { throw APIQuery.wrong(name, "true or false") }
            return flag
        }
        var wishes = PlanWishes()
        wishes.model = query["model"]
        wishes.agent = query["agent"].map { AgentID(rawValue: $0.lowercased()) }
        wishes.session = query["session"].map { SessionID(rawValue: String(decoding: $0.utf8.prefix(256), as: UTF8.self)) }
        wishes.fallbacks = query["fallbacks"].map { $0.split(separator: ",").map(String.init) }
        if let fallbacks = wishes.fallbacks, fallbacks.count > 32 { throw APIQuery.wrong("fallbacks", "at most 32 models") }
        wishes.noFallback = try flag("no_fallback")
        wishes.pin = query["pin"].map { CredentialID(rawValue: $0) }
        guard let tokens = query.number("tokens", in: 0...1_000_000_000, otherwise: 0) else {
            throw APIQuery.wrong("tokens", "a whole number from 0 to 1000000000")
        }
        wishes.tokens = tokens
        wishes.images = try flag("images")
        wishes.tools = try flag("tools")
        wishes.streaming = try flag("stream", otherwise: true)
        guard let when = PercentEncoding.values(of: "when", in: head.query) else {
            throw APIQuery.wrong("when", "percent-encoded UTF-8")
        }
        wishes.when = when
        return wishes
    }
}
