// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// The wire `openai-completions`: Chat Completions as OpenAI defined it and dozens of providers speak it
/// (docs/wire/openai-completions.md).
struct ChatWire: Wire {
    var kind: WireKind { .openaiCompletions }

    func path(_ operation: Operation, model: String, streaming: Bool, base: BaseURL) -> String? {
        switch operation {
        case .generate: "/chat/completions"
        case .embeddings: "/embeddings"
        case .countTokens: nil
        }
    }

    var translation: any WireTranslation { ChatTranslation() }

    func withoutSeals(_ body: [UInt8]) -> [UInt8]? { ChatSeals.remove(from: body) }

    func headers(client: Headers, credential: Secret?, provider: Provider, streaming: Bool) -> Headers {
        UpstreamHeaders.make(
            client: client, passed: ChatWire.passedHeaders, credential: credential, provider: provider, streaming: streaming)
    }

    /// The client's headers that go up: the name of its program and what switches features on. Nothing that names a person, an
    /// account or a machine.
    static let passedHeaders: [StaticString] = ["user-agent", "openai-beta", "x-anthropic-beta", "http-referer", "x-title"]

    func facts(_ operation: Operation, body: [UInt8], index: JSONIndex, target: PathFacts) throws(RequestProblem) -> RequestShape {
        switch operation {
        case .generate, .countTokens: try ChatRequest.facts(body: body, index: index)
        case .embeddings: try ChatEmbeddings.facts(body: body, index: index)
        }
    }

    func passthrough(body: [UInt8], index: JSONIndex, model: String, params: JSONObject?) -> [UInt8] {
        // Params are for conversations; what has an input wants embeddings of it.
        let isConversation = index.member("input", in: body.span.bytes) == nil
        return Passthrough.body(
            body, index: index, model: model, dropping: "models",
            adding: isConversation ? params.map { ChatParams.members(from: $0, in: index, of: body) } ?? [] : [])
    }

    func repaired(_ body: [UInt8], by repair: Repair) -> [UInt8]? { ChatRepairs.apply(repair, to: body) }

    func marked(_ body: [UInt8], for retention: CacheRetention, placing: Bool) -> [UInt8]? {
        ChatCacheMarkers.apply(retention, placing: placing, to: body)
    }

    func continued(_ body: [UInt8], by continuation: Continuation) -> ContinuedBody? { ChatRescue.continued(body, by: continuation) }

    func readReply(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ReplyVerdict {
        ChatReply.read(status: status, headers: headers, body: body, reader: reader(context, nowMilliseconds))
    }

    func readError(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ErrorObject {
        reader(context, nowMilliseconds).read(status: status, headers: headers, body: body)
    }

    func makeStreamReader(context: ErrorContext, nowMilliseconds: Int64) -> any StreamReader {
        ChatStreamReader(reader: reader(context, nowMilliseconds), choices: context.choices)
    }

    func errorBody(_ error: WireError) -> [UInt8] { OpenAIErrors.body(error) }

    func errorBody(_ upstream: [UInt8], adding receipt: [UInt8]) -> [UInt8] { OpenAIErrors.body(upstream, adding: receipt) }

    func errorEvent(_ error: WireError, after position: StreamPosition) -> [UInt8] { ChatErrors.event(error) }

    /// A comment: clients skip it (WHATWG HTML §9.2.6).
    var keepAlive: [UInt8] { Array(": keep-alive\n\n".utf8) }

    var doneTerminator: [UInt8]? { Array("data: [DONE]\n\n".utf8) }

    private func reader(_ context: ErrorContext, _ nowMilliseconds: Int64) -> ErrorReader {
        ErrorReader(wire: kind, context: context, nowMilliseconds: nowMilliseconds)
    }
}
