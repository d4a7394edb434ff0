// SPDX-License-Identifier: Apache-2.0
import HTTP
import Providers
import Transport

/// What came of asking an account about something that it keeps.
public enum DirectOutcome: Sendable {
    case reply(DirectReply)
    /// The sink has the stream that was asked for, up to its end or to the error event that says why there is none.
    case streamed
    /// The provider could not be reached within the limit of a whole call, broke off, or said something that may not be shown.
    case unreachable
    /// Nobody is there to be told.
    case cancelled
}

/// What the account said.
public struct DirectReply: Sendable {
    public var status: Int
    public var contentType: String?
    public var body: [UInt8]
}

/// One call without a chain, whose reply is collected, or passed on as it comes if it is an event stream. `@unchecked Sendable`: confined
/// to its loop.
public final class DirectCall: HTTPCallDelegate, @unchecked Sendable {
    private let request: ClientRequest
    private let client: any HTTPClient
    private let limits: TimeLimits.Resolved
    private let redactor: Redactor
    private let loop: EventLoop
    private let timer = LoopTimer()
    private var call: (any HTTPCall)?
    private var continuation: UnsafeContinuation<DirectOutcome, Never>?
    private var isOver = false
    private var reply: DirectReply?
    private let stream: DirectStream?
    private var isStreaming = false

    /// Bytes of a reply.
    private static let replyLimit = 32 << 20

    init(
        _ request: ClientRequest, on client: any HTTPClient, stream: DirectStream?, limits: TimeLimits.Resolved, redactor: Redactor,
        loop: EventLoop
    ) {
        self.request = request
        self.client = client
        self.stream = stream
        self.limits = limits
        self.redactor = redactor
        self.loop = loop
    }

    /// Called once.
    public func answer() async -> DirectOutcome {
        loop.assertOnLoop()
        return await withUnsafeContinuation { continuation in
            guard !isOver else { return continuation.resume(returning: .cancelled) }
            self.continuation = continuation
            timer.fire = { [unowned(unsafe) self] in timedOut() }
            loop.arm(timer, after: limits.plain.length.milliseconds)
            let call = client.start(request, self)
            if isOver { return call.cancel() }
            self.call = call
        }
    }

    /// The client has left. Whatever the account was asked, it may have done.
    public func cancel() { finish(.cancelled) }

    public func headCame(_ head: ResponseHead) {
        let contentType = head.headers.first("content-type")
        if let stream, head.status == 200, contentType?.lowercased().hasPrefix("text/event-stream") == true {
            isStreaming = true
            stream.begin()
            waitForMore()
        } else {
            reply = DirectReply(status: head.status, contentType: contentType, body: [])
        }
    }

    public func bodyCame(_ bytes: RawSpan) {
        if isStreaming { return pass(bytes) }
        guard let count = reply?.body.count, count + bytes.byteCount <= Self.replyLimit else { return finish(.unreachable) }
        bytes.withUnsafeBytes { reply?.body.append(contentsOf: $0) }
    }

    public func ended(_ problem: ClientProblem?, _ times: ClientTimes) {
        if isStreaming { return endStream() }
        guard problem == nil, let reply, !redactor.holdsSecret(reply.body) else { return finish(.unreachable) }
        finish(.reply(reply))
    }

    private func timedOut() {
        if isStreaming { endStream() } else { finish(.unreachable) }
    }

    private func finish(_ outcome: DirectOutcome) {
        guard !isOver else { return }
        isOver = true
        loop.disarm(timer)
        stream?.end()
        call?.cancel()
        call = nil
        continuation?.resume(returning: outcome)
        continuation = nil
    }

    // MARK: A stream

    private func waitForMore() { loop.arm(timer, after: limits.idle.length.milliseconds) }

    private func pass(_ bytes: RawSpan) {
        guard let stream, !redactor.holdsSecret(bytes.withUnsafeBytes { Array($0) }), stream.pass(bytes) else { return endStream() }
        guard stream.isFarBehind else { return waitForMore() }
        // It is not to blame for its silence now; a client that takes nothing is given up by the server.
        loop.disarm(timer)
        call?.pause()
        stream.whenDrained { [weak self] in
            guard let self, !isOver else { return }
            waitForMore()
            call?.resume()
        }
    }

    private func endStream() {
        stream?.breakOff()
        finish(.streamed)
    }
}
