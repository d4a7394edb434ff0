// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Relay
import Transport

/// How long one model took lately to begin its replies to prompts of about one size, and the limit that follows.
public struct FirstTokensRow: Hashable, Sendable {
    public var model: String
    /// The prompt's tokens, as estimated: from, and up to that number; `nil`: any more.
    public var from: Int
    public var upTo: Int?
    /// Streams that count.
    public var samples: Int
    /// Milliseconds; `nil`: too few streams to tell.
    public var percentile95: Int?
    /// Milliseconds that a first token is waited for while another candidate is ready, and who set that.
    public var limit: Int
    public var setBy: String

    var json: JSONValue {
        [
            "model": .string(model), "tokens_from": .number(JSONNumber(from)), "tokens_to": upTo.map { .number(JSONNumber($0)) } ?? .null,
            "samples": .number(JSONNumber(samples)), "p95_ms": percentile95.map { .number(JSONNumber($0)) } ?? .null,
            "limit_ms": .number(JSONNumber(limit)), "set_by": .string(setBy),
        ]
    }

    /// - Returns: `nil` if a member is missing.
    public init?(_ json: JSONValue) {
        guard let model = json["model"]?.string, let from = json["tokens_from"]?.int, let samples = json["samples"]?.int,
            let limit = json["limit_ms"]?.int, let setBy = json["set_by"]?.string
        else { return nil }
        (self.model, self.from, self.samples, self.limit, self.setBy) = (model, from, samples, limit, setBy)
        upTo = json["tokens_to"]?.int
        percentile95 = json["p95_ms"]?.int
    }

    init(_ row: FirstTokenMemory.Row, limits: TimeLimits.Resolved, now: Timestamp) {
        model = row.model.description
        from = row.size.begin
        upTo = row.size.end
        samples = row.times.count
        percentile95 = row.times.percentile95(at: now).map { Int($0.milliseconds) }
        let limit = limits.learnedFirstToken(from: row.times, at: now) ?? limits.firstToken
        (self.limit, setBy) = (Int(limit.length.milliseconds), limit.setBy)
    }
}

/// `GET /api/first-tokens`: what the limits for first tokens are, and what they follow from.
struct FirstTokensAPI {
    let relay: Relay

    func answer() -> HTTPAnswer {
        let now = relay.now()
        let settings = relay.snapshot.settings
        let rows = relay.firstTokens.rows(at: now).map { FirstTokensRow($0, limits: settings.limits(for: $0.model), now: now) }
        return .json(["first_tokens": .array(rows.map(\.json))])
    }
}
