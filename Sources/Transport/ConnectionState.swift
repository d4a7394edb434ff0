// SPDX-License-Identifier: Apache-2.0

/// Where one server connection stands, without its socket: what each event means in each phase, and which limit runs.
struct ConnectionState: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        /// Nothing of the next request has come. Goes to `head` on its first byte.
        case idle
        /// Part of a head has come. Goes to `body` or `serving` when it is whole.
        case head
        /// The head is in, the body is not. Goes to `serving` when it is whole.
        case body
        /// A handler has the request. Goes to `idle` or `closing` when its answer is complete.
        case serving
        /// No further request; what is left of an answer is being sent. Goes to `closed` when that is done.
        case closing
        /// Final.
        case closed
    }

    /// What the connection has to do about an event.
    enum Action: Hashable, Sendable {
        case nothing
        /// Take up the next request: read, and parse what is there already.
        case readNext
        /// Tell the handler that nobody waits for its answer, then close.
        case cancel
        /// Answer 408, then close.
        case refuseSlow
        case close
    }

    private(set) var phase = Phase.idle
    private(set) var served = 0
    private var keepAlive = true
    private var isDraining = false

    /// Whether bytes should be taken off the socket.
    var isReading: Bool { phase == .idle || phase == .head || phase == .body }

    mutating func bytesCame() {
        if phase == .idle { phase = .head }
    }

    mutating func headCame(keepAlive: Bool, hasBody: Bool) {
        self.keepAlive = keepAlive
        phase = hasBody ? .body : .serving
    }

    mutating func bodyCame() { phase = .serving }

    /// The connection cannot be used for another request, whatever the client asked for.
    mutating func mustClose() { keepAlive = false }

    /// Whether the answer should announce that the connection ends with it.
    var announcesClose: Bool { !keepAlive || isDraining }

    /// The answer is complete; `isFlushed` when none of it waits to be sent.
    mutating func answered(isFlushed: Bool) -> Action {
        guard phase != .closed else { return .nothing }
        served += 1
        if keepAlive && !isDraining {
            phase = .idle
            return .readNext
        }
        phase = .closing
        return flushed(isFlushed)
    }

    /// All output has gone to the system.
    mutating func outputSent() -> Action { flushed(phase == .closing) }

    private mutating func flushed(_ isDone: Bool) -> Action {
        guard isDone else { return .nothing }
        phase = .closed
        return .close
    }

    mutating func peerClosed() -> Action { end(cancelling: phase == .serving) }

    mutating func broke() -> Action { end(cancelling: phase == .serving) }

    private mutating func end(cancelling: Bool) -> Action {
        guard phase != .closed else { return .nothing }
        phase = .closed
        return cancelling ? .cancel : .close
    }

    /// The running limit has passed.
    mutating func timedOut() -> Action {
        switch phase {
        case .idle, .closing:
            phase = .closed
            return .close
        case .head, .body:
            keepAlive = false
            phase = .serving
            return .refuseSlow
        case .serving:
            phase = .closed
            return .cancel
        case .closed: return .nothing
        }
    }

    /// The server is stopping: a connection that waits for its next request ends now, the others after their answer.
    mutating func drain() -> Action {
        isDraining = true
        guard phase == .idle else { return .nothing }
        phase = .closed
        return .close
    }
}
