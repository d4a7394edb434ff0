// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// The wire `anthropic-messages`: the Messages API as Anthropic defined it and others speak it (docs/wire/anthropic-messages.md).
struct MessagesWire: Wire {
    var kind: WireKind { .anthropicMessages }

    func path(_ operation: Operation, model: String, streaming: Bool, base: BaseURL) -> String? {
        let version = base.path == "/v1" || base.path.hasSuffix("/v1") ? "" : "/v1"
        return switch operation {
        case .generate: "\(version)/messages"
        case .countTokens: "\(version)/messages/count_tokens"
        case .embeddings: nil
        }
    }

    func headers(client: Headers, credential: Secret?, provider: Provider, streaming: Bool) -> Headers {
        MessagesHeaders.make(client: client, credential: credential, provider: provider, streaming: streaming)
    }

    func facts(_ operation: Operation, body: [UInt8], index: JSONIndex, target: PathFacts) throws(RequestProblem) -> RequestShape {
        try MessagesRequest.facts(operation, body: body, index: index)
    }

    func passthrough(body: [UInt8], index: JSONIndex, model: String, params: JSONObject?) -> [UInt8] {
        Passthrough.body(
            body, index: index, model: model, dropping: "models",
            adding: params.map { MessagesParams.members(from: $0, in: index, of: body) } ?? [])
    }

    func withoutSeals(_ body: [UInt8]) -> [UInt8]? { MessagesThoughts.withoutSeals(body) }

    func proofs(inReply body: [UInt8]) -> [Proof] { MessagesThoughts.proofs(in: body) }

    func withoutProofs(_ body: [UInt8], where isGone: (Proof) -> Bool) -> [UInt8]? { MessagesThoughts.without(body, isGone) }

    func repaired(_ body: [UInt8], by repair: Repair) -> [UInt8]? { MessagesRepairs.apply(repair, to: body) }

    func marked(_ body: [UInt8], for retention: CacheRetention, placing: Bool) -> [UInt8]? {
        MessagesCacheMarkers.apply(retention, placing: placing, to: body)
    }

    func continued(_ body: [UInt8], by continuation: Continuation) -> ContinuedBody? {
        MessagesRescue.continued(body, by: continuation)
    }

    func readReply(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ReplyVerdict {
        MessagesReply.read(headers: headers, body: body, reader: reader(context, nowMilliseconds))
    }

    func readError(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ErrorObject {
        reader(context, nowMilliseconds).read(status: status, headers: headers, body: body)
    }

    func makeStreamReader(context: ErrorContext, nowMilliseconds: Int64) -> any StreamReader {
        MessagesStreamReader(reader: reader(context, nowMilliseconds))
    }

    func errorBody(_ error: WireError) -> [UInt8] { MessagesErrors.body(error) }

    func errorBody(_ upstream: [UInt8], adding receipt: [UInt8]) -> [UInt8] { OpenAIErrors.body(upstream, adding: receipt) }

    func errorEvent(_ error: WireError, after position: StreamPosition) -> [UInt8] { MessagesErrors.event(error) }

    /// As Anthropic itself keeps a stream alive.
    var keepAlive: [UInt8] { Array("event: ping\ndata: {\"type\": \"ping\"}\n\n".utf8) }

    var doneTerminator: [UInt8]? { Array("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".utf8) }

    var translation: any WireTranslation { MessagesTranslation() }

    private func reader(_ context: ErrorContext, _ nowMilliseconds: Int64) -> ErrorReader {
        ErrorReader(wire: kind, context: context, nowMilliseconds: nowMilliseconds)
    }
}
