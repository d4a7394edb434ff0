// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// The wire `google-generative-ai`: the Gemini API's `generateContent` (docs/wire/google-generative-ai.md).
struct GoogleWire: Wire {
    /// What is around requests and replies.
    let envelope: CodeAssistEnvelope?

    /// - Parameter envelope: Of Cloud Code Assist, the variant `google-gemini-cli`.
    init(envelope: CodeAssistEnvelope? = nil) { self.envelope = envelope }

    var kind: WireKind { envelope == nil ? .googleGenerativeAI : .googleGeminiCLI }

    func path(_ operation: Operation, model: String, streaming: Bool, base: BaseURL) -> String? {
        if envelope != nil { return CodeAssistEnvelope.path(operation, streaming: streaming, base: base) }
        return GooglePath.path(operation, model: model, streaming: streaming, base: base)
    }

    func headers(client: Headers, credential: Secret?, provider: Provider, streaming: Bool) -> Headers {
        let isToken = envelope != nil || credential?.withExposed { GoogleWire.isAccessToken($0) } == true
        return UpstreamHeaders.make(
            client: client, passed: GoogleWire.passedHeaders, credential: credential,
            in: isToken ? .bearer : .named("x-goog-api-key", prefix: ""), provider: provider, streaming: streaming)
    }

    /// The client's headers that go up: the names of its program and its SDK. Not `x-goog-user-project`, which is an account.
    static let passedHeaders: [StaticString] = ["user-agent", "x-goog-api-client"]

    /// What Google's sign-in hands out begins so; API keys begin with `AIza` or `AQ.`.
    private static func isAccessToken(_ secret: String) -> Bool { secret.hasPrefix("ya29.") }

    func facts(_ operation: Operation, body: [UInt8], index: JSONIndex, target: PathFacts) throws(RequestProblem) -> RequestShape {
        try GoogleRequest.facts(operation, body: body, index: index, target: target)
    }

    func passthrough(body: [UInt8], index: JSONIndex, model: String, params: JSONObject?) -> [UInt8] {
        if envelope != nil { return GoogleParams.wrapped(body: body, index: index, params: params) }
        return GoogleParams.passthrough(body: body, index: index, model: model, params: params)
    }

    func withoutSeals(_ body: [UInt8]) -> [UInt8]? { GoogleSignatures.withoutSeals(body) }

    func proofs(inReply body: [UInt8]) -> [Proof] { GoogleSignatures.proofs(in: body) }

    func withoutProofs(_ body: [UInt8], where isGone: (Proof) -> Bool) -> [UInt8]? {
        GoogleSignatures.without(body) { !GoogleSignatures.isPlaceholder($0) && isGone(Proof($0)) }
    }

    func repaired(_ body: [UInt8], by repair: Repair) -> [UInt8]? { GoogleRepairs.apply(repair, to: body, isWrapped: envelope != nil) }

    /// Google caches by itself, or by a name (`cachedContent`): there are no marks.
    func marked(_ body: [UInt8], for retention: CacheRetention, placing: Bool) -> [UInt8]? { nil }

    func continued(_ body: [UInt8], by continuation: Continuation) -> ContinuedBody? {
        GoogleRescue.continued(body, by: continuation, isWrapped: envelope != nil)
    }

    func readReply(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ReplyVerdict {
        GoogleReply.read(headers: headers, body: body, reader: reader(context, nowMilliseconds))
    }

    func readError(status: Int, headers: Headers, body: [UInt8], context: ErrorContext, nowMilliseconds: Int64) -> ErrorObject {
        reader(context, nowMilliseconds).read(status: status, headers: headers, body: body)
    }

    func makeStreamReader(context: ErrorContext, nowMilliseconds: Int64) -> any StreamReader {
        GoogleStreamReader(reader: reader(context, nowMilliseconds), choices: context.choices)
    }

    func errorBody(_ error: WireError) -> [UInt8] { GoogleErrors.body(error) }

    func errorBody(_ upstream: [UInt8], adding receipt: [UInt8]) -> [UInt8] { GoogleErrors.body(upstream, adding: receipt) }

    func errorEvent(_ error: WireError, after position: StreamPosition) -> [UInt8] { GoogleErrors.event(error) }

    /// A reply without anything in it. Comments and blank lines, which other wires' clients skip, end the streams of Google's own SDKs: in
    /// Python they are read as JSON, in Go as an `invalid stream chunk` (docs/wire/google-generative-ai.md, "Streams").
    var keepAlive: [UInt8] { Array("data: {}\r\n\r\n".utf8) }

    var doneTerminator: [UInt8]? { nil }

    var translation: any WireTranslation { GoogleTranslation(envelope: envelope) }

    private func reader(_ context: ErrorContext, _ nowMilliseconds: Int64) -> ErrorReader {
        ErrorReader(wire: kind, context: context, nowMilliseconds: nowMilliseconds)
    }
}
