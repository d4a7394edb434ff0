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
    public var model: ModelRef
    public var credential: CredentialID
    /// The client's headers; the wire picks what goes up.
    public var headers: Headers
    /// A reply that is an event stream is passed on as it comes.
    public var streaming: Bool

    public init(
        method: HTTP.Method, path: String, wire: WireKind, model: ModelRef, credential: CredentialID, headers: Headers, streaming: Bool
    ) {
        self.method = method
        self.path = path
        self.wire = wire
        self.model = model
        self.credential = credential
        self.headers = headers
        self.streaming = streaming
    }
}

/// Why an account cannot be asked.
public enum DirectProblem: Error, Hashable, Sendable {
    /// Its provider is not in the configuration any more.
    case noProvider
    /// Its credential is not.
    case noCredential
}

extension Relay {
    /// - Parameters:
    ///   - sink: Takes the reply if it is a stream.
    ///   - loop: The loop that the caller is on, and on which everything of this request happens.
    /// - Throws: `DirectProblem` if there is nobody to ask.
    public func direct(
        _ request: DirectRequest, to sink: any ReplySink, on loop: EventLoop
    ) throws(DirectProblem) -> DirectCall {
        loop.assertOnLoop()
        let snapshot = snapshot
        guard let provider = snapshot.settings.providers[request.model.provider] else { throw .noProvider }
        let agents = snapshot.settings.agents.all.map(\.id)
        guard
            let agent = agents.first(where: { agent in
                snapshot.pool.credentials(for: provider.id, agent: agent).contains { $0.id == request.credential }
            })
        else { throw .noCredential }
        let wire = request.wire.wire
        var secret = snapshot.pool.secret(request.credential, agent: agent)
        if let login = snapshot.pool.login(request.credential, of: provider.id, agent: agent), login.isKept,
            case .secret(let newer) = logins?.ready(login.key)
        {
            secret = newer
        }
        let headers = wire.headers(
            client: request.headers, credential: secret, provider: provider, streaming: request.streaming)
        let limits = snapshot.settings.limits
        var stream: DirectStream?
        if request.streaming {
            let client = ClientStream(sink, sign: wire.keepAlive, silence: snapshot.settings.gateway.keepAlive, on: loop)
            let served = Served(model: request.model, credential: request.credential, attempts: 1)
            stream = DirectStream(to: client, served: served, wire: wire, now: now().milliseconds)
        }
        return DirectCall(
            ClientRequest(
                method: request.method, url: provider.baseURL.appending(request.path), headers: headers,
                connectTime: limits.connect.length, bypassesProxy: provider.baseURL.isLocal),
            on: client(of: loop), stream: stream, limits: limits, redactor: snapshot.pool.redactor(with: secret), loop: loop)
    }
}
