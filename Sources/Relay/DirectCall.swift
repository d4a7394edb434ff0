// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import Providers
import Transport

/// What an account is asked about something that it keeps, such as a stored reply. No model is called and no other account could answer, so
/// there is no chain, and nothing is held against anybody.
public struct DirectRequest: Sendable {
    public var method: HTTP.Method
    /// Below the provider's base URL, with its query.
    public var path: String
    public var wire: WireKind
    public var provider: ProviderID
    public var credential: CredentialID
    /// The client's headers; the wire picks what goes up.
    public var headers: Headers

    public init(
        method: HTTP.Method, path: String, wire: WireKind, provider: ProviderID, credential: CredentialID, headers: Headers
    ) {
        self.method = method
        self.path = path
        self.wire = wire
        self.provider = provider
        self.credential = credential
        self.headers = headers
    }
}

/// What the account said.
public struct DirectReply: Sendable {
    public var status: Int
    public var contentType: String?
    public var body: [UInt8]
}

extension Relay {
    /// - Returns: `nil` if the account is not configured any more, or its provider could not be reached within the limit of a whole call, or
    ///   said something that may not be shown.
    public func direct(_ request: DirectRequest, on loop: EventLoop) async -> DirectReply? {
        loop.assertOnLoop()
        let snapshot = snapshot
        let agents = snapshot.settings.agents.all.map(\.id)
        guard let provider = snapshot.settings.providers[request.provider],
            let agent = agents.first(where: { agent in
                snapshot.pool.credentials(for: provider.id, agent: agent).contains { $0.id == request.credential }
            })
        else { return nil }
        let secret = snapshot.pool.secret(request.credential, agent: agent)
        let headers = request.wire.wire.headers(client: request.headers, credential: secret, provider: provider, streaming: false)
        let limits = snapshot.settings.limits
        let call = DirectCall(limit: limits.plain.length, on: loop)
        let reply = await call.run(
            ClientRequest(
                method: request.method, url: provider.baseURL.appending(request.path), headers: headers,
                connectTime: limits.connect.length, bypassesProxy: provider.baseURL.isLocal),
            on: client(of: loop))
        guard let reply, !snapshot.pool.redactor.holdsSecret(reply.body) else { return nil }
        return reply
    }
}

/// One call whose reply is collected. `@unchecked Sendable`: confined to its loop.
private final class DirectCall: HTTPCallDelegate, @unchecked Sendable {
    private let loop: EventLoop
    private let limit: Duration
    private let timer = LoopTimer()
    private var call: (any HTTPCall)?
    private var continuation: UnsafeContinuation<DirectReply?, Never>?
    private var reply: DirectReply?

    /// Bytes of a reply.
    private static let replyLimit = 32 << 20

    init(limit: Duration, on loop: EventLoop) {
        self.limit = limit
        self.loop = loop
    }

    func run(_ request: ClientRequest, on client: any HTTPClient) async -> DirectReply? {
        await withUnsafeContinuation { continuation in
            self.continuation = continuation
            timer.fire = { [unowned(unsafe) self] in finish(nil) }
            loop.arm(timer, after: limit.milliseconds)
            let call = client.start(request, self)
            if self.continuation == nil { return call.cancel() }
            self.call = call
        }
    }

    func headCame(_ head: ResponseHead) {
        reply = DirectReply(status: head.status, contentType: head.headers.first("content-type"), body: [])
    }

    func bodyCame(_ bytes: RawSpan) {
        guard let count = reply?.body.count, count + bytes.byteCount <= Self.replyLimit else { return finish(nil) }
        bytes.withUnsafeBytes { reply?.body.append(contentsOf: $0) }
    }

    func ended(_ problem: ClientProblem?, _ times: ClientTimes) { finish(problem == nil ? reply : nil) }

    private func finish(_ reply: DirectReply?) {
        guard let continuation else { return }
        self.continuation = nil
        loop.disarm(timer)
        call?.cancel()
        call = nil
        continuation.resume(returning: reply)
    }
}
