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
        /// An answer is complete, and its client is far behind in taking it. Goes to `idle` when it has.
        case lagging
        /// No further request; what is left of an answer is being sent. Goes to `lingering` or `closed` when that is done.
        case closing
        /// The answer came before the request was read: what the client still sends is thrown away, since to close on it would
        /// destroy the answer on its way (RFC 9112 §9.6). Goes to `closed` when the client closes.
        case lingering
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
        /// End sending, and throw away what comes.
        case linger
        case close
    }

    /// How the server is about to take leave of its clients.
    enum Draining: Hashable, Sendable {
        case not
        /// Another process takes new connections: a client may send one more request, whose answer says that the connection ends with it.
        case gently
        /// Nobody does: what waits for its next request ends.
        case atOnce
    }

    private(set) var phase = Phase.idle
    private(set) var served = 0
    private var keepAlive = true
    private var draining = Draining.not
    /// The answer under way says that the connection ends with it.
    private var hasSaidClose = false
    private var leavesUnread = false

    /// Whether bytes should be taken off the socket.
    var isReading: Bool { phase == .idle || phase == .head || phase == .body }

    mutating func bytesCame() {
        if phase == .idle { phase = .head }
    }

    mutating func headCame(keepAlive: Bool, hasBody: Bool) {
        self.keepAlive = keepAlive
        hasSaidClose = false
        phase = hasBody ? .body : .serving
    }

    mutating func bodyCame() { phase = .serving }

    /// The connection cannot be used for another request, whatever the client asked for.
    mutating func mustClose() { keepAlive = false }

    /// The request is answered before all of it was read; the rest cannot be told from another request.
    mutating func willLeaveUnread() {
        keepAlive = false
        leavesUnread = true
    }

    /// Whether the answer should announce that the connection ends with it.
    var announcesClose: Bool { !keepAlive || draining != .not }

    /// The head of the answer goes out.
    ///
    /// - Returns: `announcesClose`.
    mutating func sayWhetherClosing() -> Bool {
        hasSaidClose = announcesClose
        return hasSaidClose
    }

    /// Whether the next request is waited for no longer than it takes to send one that is on its way.
    var isDrainingGently: Bool { draining == .gently }

    /// The answer is complete.
    ///
    /// - Parameters:
    ///   - isFlushed: None of it waits to be sent.
    ///   - isFarBehind: So much waits that the next request has to wait as well.
    mutating func answered(isFlushed: Bool, isFarBehind: Bool = false) -> Action {
        guard phase != .closed else { return .nothing }
        served += 1
        if keepAlive && (draining == .not || draining == .gently && !hasSaidClose) {
            phase = isFarBehind ? .lagging : .idle
            return isFarBehind ? .nothing : .readNext
        }
        phase = .closing
        return flushed(isFlushed)
    }

    /// All output has gone to the system.
    mutating func outputSent() -> Action {
        guard phase == .lagging else { return flushed(phase == .closing) }
        phase = .idle
        return .readNext
    }

    private mutating func flushed(_ isDone: Bool) -> Action {
        guard isDone else { return .nothing }
        phase = leavesUnread ? .lingering : .closed
        return leavesUnread ? .linger : .close
    }

    /// The client sends no more. What was answered before it still gets, as it may have closed its sending half alone.
    ///
    /// - Parameter isFlushed: No answer waits to be sent.
    mutating func peerClosed(isFlushed: Bool = true) -> Action {
        guard !isFlushed, isReading else { return end(cancelling: phase == .serving) }
        keepAlive = false
        phase = .closing
        return .nothing
    }

    mutating func broke() -> Action { end(cancelling: phase == .serving) }

    private mutating func end(cancelling: Bool) -> Action {
        guard phase != .closed else { return .nothing }
        phase = .closed
        return cancelling ? .cancel : .close
    }

    /// The running limit has passed.
    mutating func timedOut() -> Action {
        switch phase {
        case .idle, .lagging, .closing, .lingering:
            phase = .closed
            return .close
        case .head, .body:
            willLeaveUnread()
            phase = .serving
            return .refuseSlow
        case .serving:
            phase = .closed
            return .cancel
        case .closed: return .nothing
        }
    }

    /// The server is stopping: a connection that waits for its next request ends now, the others after their answer. Gently: after an
    /// answer that says so.
    mutating func drain(gently: Bool = false) -> Action {
        draining = gently ? .gently : .atOnce
        if gently { return .nothing }
        if phase == .lagging { phase = .closing }
        guard phase == .idle || phase == .lingering else { return .nothing }
        phase = .closed
        return .close
    }

    /// The server goes on after all.
    mutating func goOn() { draining = .not }
}
