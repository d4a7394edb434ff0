// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// The wire `openai-responses`: OpenAI's Responses API (docs/wire/openai-responses.md), and its variant at ChatGPT's backend,
/// `openai-codex-responses`, which differs in where it is and in what it takes (`CodexVariant`).
struct ResponsesWire: Wire {
    /// The variant at `chatgpt.com/backend-api`.
    var isCodex = false

    var kind: WireKind { isCodex ? .openaiCodexResponses : .openaiResponses }

    /// Only the bodies of requests differ.
    var family: WireKind { .openaiResponses }

    func path(_ operation: Operation, model: String, streaming: Bool, base: BaseURL) -> String? {
        if isCodex { return CodexVariant.path(operation, base: base) }
        return switch operation {
        case .generate: "/responses"
        case .countTokens: "/responses/input_tokens"
        case .embeddings: nil
        }
    }

    var onlyStreams: Bool { isCodex }

    var translation: any WireTranslation { ResponsesTranslation(isCodex: isCodex) }

    func headers(client: Headers, credential: Secret?, provider: Provider, streaming: Bool) -> Headers {
        if isCodex { return CodexVariant.headers(client: client, credential: credential, provider: provider) }
        return UpstreamHeaders.make(
            client: client, passed: ResponsesWire.passedHeaders, credential: credential, provider: provider, streaming: streaming)
    }

    /// The client's headers that go up: the name of its program and what switches features on.
    static let passedHeaders: [StaticString] = ["user-agent", "openai-beta", "http-referer", "x-title"]

    func facts(_ operation: Operation, body: [UInt8], index: JSONIndex, target: PathFacts) throws(RequestProblem) -> RequestShape {
        try ResponsesRequest.facts(operation, body: body, index: index)
    }

    func passthrough(body: [UInt8], index: JSONIndex, model: String, params: JSONObject?) -> [UInt8] {
        let added = params.map { ResponsesParams.members(from: $0, in: index, of: body) } ?? []
        let passed = Passthrough.body(body, index: index, model: model, dropping: "models", adding: added)
        return isCodex ? CodexVariant.body(passed) : passed
    }

    func withoutSeals(_ body: [UInt8]) -> [UInt8]? { ResponsesSeals.removed(from: body) }

    func proofs(inReply body: [UInt8]) -> [Proof] { ResponsesProofs.all(in: body) }

    func withoutProofs(_ body: [UInt8], where isGone: (Proof) -> Bool) -> [UInt8]? { ResponsesProofs.without(body, isGone) }

    func repaired(_ body: [UInt8], by repair: Repair) -> [UInt8]? { ResponsesRepairs.apply(repair, to: body) }

    /// This API caches by itself and has no marks.
    func marked(_ body: [UInt8], for retention: CacheRetention, placing: Bool) -> [UInt8]? { nil }

    func continued(_ body: [UInt8], by continuation: Continuation) -> ContinuedBody? {
        ResponsesRescue.continued(body, by: continuation)
    }

    func readReply(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ReplyVerdict {
        ResponsesReply.read(status: status, headers: headers, body: body, reader: reader(context, nowMilliseconds))
    }

    func readError(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ErrorObject {
        reader(context, nowMilliseconds).read(status: status, headers: headers, body: body)
    }

    func makeStreamReader(context: ErrorContext, nowMilliseconds: Int64) -> any StreamReader {
        ResponsesStreamReader(reader: reader(context, nowMilliseconds))
    }

    func errorBody(_ error: WireError) -> [UInt8] { OpenAIErrors.body(error) }

    func errorBody(_ upstream: [UInt8], adding receipt: [UInt8]) -> [UInt8] { OpenAIErrors.body(upstream, adding: receipt) }

    func errorEvent(_ error: WireError, after position: StreamPosition) -> [UInt8] { ResponsesErrors.event(error, after: position) }

    /// A comment: clients skip it (WHATWG HTML §9.2.6).
    var keepAlive: [UInt8] { Array(": keep-alive\n\n".utf8) }

    /// The last event says itself that it is the last.
    var doneTerminator: [UInt8]? { nil }

    private func reader(_ context: ErrorContext, _ nowMilliseconds: Int64) -> ErrorReader {
        ErrorReader(wire: kind, context: context, nowMilliseconds: nowMilliseconds)
    }
}
