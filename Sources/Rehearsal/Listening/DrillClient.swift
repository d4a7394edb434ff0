// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Transport

/// A client that asks a gateway one thing on one of the four wires, over a socket, and reads the stream as strictly as it can.
public struct DrillClient: Sendable {
    /// Such as `http://127.0.0.1:7100`.
    public var url: String
    public var token: Secret
    private let loop: EventLoop

    public init(url: String, token: Secret, on loop: EventLoop) {
        self.url = url
        self.token = token
        self.loop = loop
    }

    /// The four wires that clients speak.
    public static let wires: [WireKind] = [.openaiCompletions, .openaiResponses, .anthropicMessages, .googleGenerativeAI]

    /// Asks for a stream.
    ///
    /// - Parameters:
    ///   - model: As a client writes it.
    ///   - limit: How long the client waits for the end.
    public func ask(_ question: String, of model: String, on wire: WireKind, limit: Duration) async -> Heard {
        let request = request(question, model, wire)
        let (loop, listener) = (loop, Self.listener(of: wire))
        return await Task(executorPreference: loop) {
            let client = CurlClient(loop: loop)
            let call = Listening(listener, on: loop)
            return await call.run(request, on: client, limit: limit)
        }.value
    }

    private static func listener(of wire: WireKind) -> any StreamListener {
        switch wire {
        case .openaiCompletions: ChatListener()
        case .openaiResponses, .openaiCodexResponses: ResponsesListener()
        case .anthropicMessages: MessagesListener()
        case .googleGenerativeAI, .googleGeminiCLI: GoogleListener()
        }
    }

    private func request(_ question: String, _ model: String, _ wire: WireKind) -> ClientRequest {
        let turn: JSONValue = ["role": "user", "content": .string(question)]
        let path: String
        let body: JSONValue
        switch wire {
        case .openaiCompletions:
            path = "/v1/chat/completions"
            body = ["model": .string(model), "stream": true, "stream_options": ["include_usage": true], "messages": [turn]]
        case .openaiResponses, .openaiCodexResponses:
            path = "/v1/responses"
            body = ["model": .string(model), "stream": true, "input": [turn]]
        case .anthropicMessages:
            path = "/v1/messages"
            body = ["model": .string(model), "stream": true, "max_tokens": 1024, "messages": [turn]]
        case .googleGenerativeAI, .googleGeminiCLI:
            path = "/v1beta/models/\(model):streamGenerateContent?alt=sse"
            body = ["contents": [["role": "user", "parts": [["text": .string(question)]]]]]
        }
        let headers: Headers = [
            "content-type": "application/json", "authorization": token.withExposed { "Bearer \($0)" }, "anthropic-version": "2023-06-01",
        ]
        return ClientRequest(url: url + path, headers: headers, body: JSONWriter.compact(body), bypassesProxy: true)
    }
}

/// One reply as it comes. Confined to its loop.
private final class Listening: HTTPCallDelegate {
    private var listener: any StreamListener
    private let loop: EventLoop
    private let startedAt: Int64
    private let timer = LoopTimer()
    private var events = EventStreamReader()
    /// What is no stream: a refusal.
    private var body: [UInt8] = []
    private var call: (any HTTPCall)?
    private var continuation: CheckedContinuation<Void, Never>?
    private var isOver = false

    private static let bodyLimit = 1 << 20

    init(_ listener: any StreamListener, on loop: EventLoop) {
        self.listener = listener
        self.loop = loop
        startedAt = loop.now
    }

    func run(_ request: ClientRequest, on client: CurlClient, limit: Duration) async -> Heard {
        await withCheckedContinuation { continuation in
            self.continuation = continuation
            timer.fire = { [unowned self] in gaveUp() }
            loop.arm(timer, after: limit.milliseconds)
            let call = client.start(request, self)
            if isOver { call.cancel() } else { self.call = call }
        }
        return listener.heard
    }

    func headCame(_ head: ResponseHead) {
        listener.heard.status = head.status
        listener.heard.headers = head.headers
    }

    func bodyCame(_ bytes: RawSpan) {
        guard listener.heard.headers.first("content-type")?.hasPrefix("text/event-stream") == true else {
            if body.count < Self.bodyLimit { bytes.withUnsafeBytes { body.append(contentsOf: $0) } }
            return
        }
        do throws(HTTPProblem) {
            try events.feed(bytes) { _, data, name in
                guard data.byteCount > 0 else { return }
                hear(Self.text(data), Self.text(name))
            }
        } catch {
            listener.heard.fault(error.message)
        }
    }

    private func hear(_ data: String, _ name: String) {
        let had = listener.heard.text.utf8.count
        listener.hear(try? JSONValue.parse(data), text: data, name: name)
        if listener.heard.firstText == nil, listener.heard.text.utf8.count > had { listener.heard.firstText = elapsed }
    }

    private static func text(_ bytes: RawSpan) -> String { bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

    func ended(_ problem: ClientProblem?, _ times: ClientTimes) {
        if events.hasPartial { listener.heard.fault("the stream ends within an event") }
        if let problem { listener.heard.fault("the connection broke: \(problem)") }
        listener.ended()
        if !body.isEmpty {
            let error = (try? JSONValue.parse(body))?["error"]
            listener.heard.error = error?["message"]?.string ?? String(decoding: body.prefix(200), as: UTF8.self)
        }
        finish()
    }

    private func gaveUp() {
        listener.heard.gaveUp = true
        call?.cancel()
        finish()
    }

    private func finish() {
        isOver = true
        loop.disarm(timer)
        listener.heard.took = elapsed
        call = nil
        continuation?.resume()
        continuation = nil
    }

    private var elapsed: Duration { .milliseconds(loop.now - startedAt) }
}
