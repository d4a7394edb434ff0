// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

/// What a probe asks: a few words, a few tokens for the answer, streamed. Written for its target as any request that crosses to its wire
/// is, and without `params`, whose thinking would not fit into the answer's few tokens.
enum ProbeRequest {
    static let prompt = "Reply with OK. Do not use tools."

    /// OpenAI's Responses API refuses less (platform.openai.com/docs/api-reference/responses/create, `max_output_tokens`; error
    /// `integer_below_min_value`).
    static let leastOfResponses = 16

    /// - Returns: `nil` where no request can be written.
    static func make(for candidate: Candidate, by route: Route, _ order: ProbeOrder, at now: Timestamp) -> RelayRequest? {
        let wire = route.wire(for: .generate)
        var asked = Conversation()
        asked.turns = [Turn(.user, [.text(prompt)])]
        asked.streaming = true
        asked.sampling.maxTokens = wire.family == .openaiResponses ? max(leastOfResponses, order.maxTokens) : order.maxTokens
        var losses = Losses()
        let model = candidate.model.model
        let body = wire.family.wire.translation.writeRequest(asked, for: route.target(model), losses: &losses)
        guard let index = try? JSONIndex(scanning: body.span.bytes) else { return nil }
        var shape = RequestShape(model: candidate.model.description)
        shape.streaming = true
        shape.maxTokens = asked.sampling.maxTokens
        var random = SystemRandomNumberGenerator()
        let request = RelayRequest(
            id: .make(at: now, using: &random), startedAt: now, wire: wire.family, body: body, index: index, shape: shape, headers: [:])
        request.isBare = true
        return request
    }
}
