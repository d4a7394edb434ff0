// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Store
import Transport

/// `GET /api/failures`: what upstreams said that no rule knew.
struct FailuresAPI {
    let samples: SampleStore?

    /// Query: `limit` (1 to 1000, 50), `provider`.
    func list(_ head: RequestHead) async -> HTTPAnswer {
        let query: APIQuery
        switch APIQuery.read(head, names: ["limit", "provider"], of: "failures") {
        case .success(let read): query = read
        case .failure(let error): return ErrorReply.answer(error)
        }
        guard let limit = query.number("limit", in: 1...1000, otherwise: 50) else {
            return ErrorReply.answer(APIQuery.wrong("limit", "a whole number from 1 to 1000"))
        }
        do throws(StoreProblem) {
            let found = try await samples?.samples(of: query["provider"].map { ProviderID(rawValue: $0) }, limit: limit) ?? []
            return .json(["failures": .array(found.map(\.json))])
        } catch {
            let message = "What was kept cannot be read at the moment. Requests are served all the same."
            return ErrorReply.answer(WireError(status: 503, message: message, code: "store_unavailable"))
        }
    }
}
