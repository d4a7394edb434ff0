// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import HTTP

/// Runs `ConnectionState` on one socket: reads requests one after another, hands each to the service, sends what it answers.
///
/// Requests that come before an answer is complete (pipelining) wait unread in the socket or in `input`.
///
/// `@unchecked Sendable`: confined to its loop.
final class HTTPConnection: EventHandler, @unchecked Sendable {
    let loop: EventLoop
    private let acceptor: Acceptor
    private var server: HTTPServer { acceptor.server }
    private let socket: Descriptor
    private var state = ConnectionState()

    /// Bytes of a next request that is not whole, or that has to wait.
    private var input: [UInt8] = []
    /// The socket may hold more than was read.
    private var hasUnread = false
    private var incoming: IncomingRequest?
    private var output = OutputQueue()
    private var isFlushPlanned = false

    private var task: Task<Void, Never>?
    private weak var exchange: HTTPExchange?
    /// Its client is of HTTP/1.0 and takes a connection for closed unless it is told otherwise.
    private var mustSayKept = false

    private let timer = LoopTimer()
    /// When the running limit passes, in the loop's milliseconds. Moved without touching the timer, which looks again when it fires.
    private var limit: Int64 = .max

    init(socket: consuming Descriptor, loop: EventLoop, acceptor: Acceptor) {
        self.socket = socket
        self.loop = loop
        self.acceptor = acceptor
    }

    func begin() {
        timer.fire = { [unowned(unsafe) self] in checkLimit() }
        do {
            try loop.add(socket.raw, [.read, .write, .edge], self)
        } catch {
            return acceptor.connectionEnded(self)
        }
        setLimit(server.limits.headTime)
    }

    // MARK: Events

    func ready(_ readiness: Readiness) {
        if readiness.contains(.broken) && !readiness.contains(.readable) { return perform(state.broke()) }
        if readiness.contains(.writable) && !output.isEmpty { flush() }
        guard !readiness.isDisjoint(with: [.readable, .peerClosed, .broken]) else { return }
        hasUnread = true
        goOn()
        // A client that has closed its sending half is taken to have left, as nginx does: its request is not worth a call.
        if state.phase == .serving, !readiness.isDisjoint(with: [.peerClosed, .broken]) { perform(state.peerClosed()) }
    }

    /// - Parameter gently: A client whose next request is on its way still has it answered.
    func drain(gently: Bool) {
        perform(state.drain(gently: gently))
        // One that has sent nothing yet keeps its time for a head.
        if gently, state.phase == .idle, state.served > 0 { setLimit(server.limits.partingTime) }
    }

    func goOnServing() { state.goOn() }

    private func perform(_ action: ConnectionState.Action) {
        switch action {
        case .nothing: break
        case .readNext: readNext()
        case .close: close()
        case .cancel:
            let exchange = exchange
            task?.cancel()
            exchange?.clientLeft()
            close()
        case .linger: linger()
        case .refuseSlow:
            let problem = HTTPProblem(status: 408, code: "request_timeout", message: "The request did not arrive in time.")
            refuse(problem, head: incoming?.head)
        }
    }

    private func close() {
        loop.disarm(timer)
        limit = .max
        input = []
        incoming = nil
        output.removeAll()
        task = nil
        loop.remove(socket.raw)
        acceptor.connectionEnded(self)
        // The socket itself closes with the last reference, after the batch of events in which it may still be named.
    }

    // MARK: Reading

    private func read() {
        var reads = Self.readsAtOnce
        while state.isReading {
            // A client that sends faster than we read must leave time for the others.
            if reads == 0 { return readOnLater() }
            reads -= 1
            guard let bytes = receive() else {
                if state.phase == .closing { setLimit(server.limits.sendTime) }
                return
            }
            take(bytes)
        }
    }

    /// What the socket holds, up to the loop's scratch; `nil` when there is nothing now, or the connection has ended with it.
    private func receive() -> UnsafeRawBufferPointer? {
        let count = Descriptor.uninterrupted { recv(socket.raw, loop.scratch.baseAddress, loop.scratch.count, 0) }
        if count > 0 { return UnsafeRawBufferPointer(rebasing: loop.scratch[0..<count]) }
        hasUnread = false
        if count == 0 {
            perform(state.peerClosed(isFlushed: output.isEmpty))
        } else if errno != EAGAIN && errno != EWOULDBLOCK {
            perform(state.broke())
        }
        return nil
    }

    private func readOnLater() {
        loop.execute { [self] in goOn() }
    }

    /// Takes up what has been read already, then what the socket holds.
    private func goOn() {
        if state.phase == .lingering { return discard() }
        // While a head is incomplete, `input` is its beginning; otherwise it is what had to wait for an answer.
        if state.phase == .idle && !input.isEmpty {
            let bytes = input
            input = []
            bytes.withUnsafeBytes { take($0) }
        }
        if state.isReading && hasUnread { read() }
    }

    private func linger() {
        shutdown(socket.raw, Int32(SHUT_WR))
        setLimit(server.limits.lingerTime)
        discard()
    }

    private func discard() {
        for _ in 0..<Self.readsAtOnce {
            if receive() == nil { return }
        }
        if state.phase == .lingering { readOnLater() }
    }

    private func readNext() {
        setLimit(state.isDrainingGently ? server.limits.partingTime : server.limits.keepAliveTime)
        // Not from within the handler that has just answered: its frames would pile up with each pipelined request.
        guard !input.isEmpty || hasUnread else { return }
        readOnLater()
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty && state.isReading {
            let before = rest.startIndex
            if incoming == nil {
                guard takeHead(&rest) else { return }
            } else {
                takeBody(&rest)
            }
            if rest.startIndex == before && incoming == nil { break }
        }
        if !rest.isEmpty && state.phase != .closed { input.append(contentsOf: rest) }
    }

    /// Parses a head out of `input` and `rest`. `false` when there is nothing more to do with `rest`.
    private func takeHead(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        if state.phase == .idle {
            state.bytesCame()
            setLimit(server.limits.headTime)
        }
        do throws(HTTPProblem) {
            if input.isEmpty {
                let bytes = UnsafeRawBufferPointer(rebasing: rest)
                guard let (head, consumed) = try server.parser.parse(bytes.bytes) else {
                    input.append(contentsOf: rest)
                    rest = rest[rest.endIndex...]
                    return false
                }
                rest = rest.dropFirst(consumed)
                headCame(head)
            } else {
                let known = input.count
                input.append(contentsOf: rest)
                guard let (head, consumed) = try server.parser.parse(input.span.bytes) else {
                    rest = rest[rest.endIndex...]
                    return false
                }
                input = []
                rest = rest.dropFirst(max(0, consumed - known))
                headCame(head)
            }
        } catch {
            rest = rest[rest.endIndex...]
            refuse(error, head: nil)
            return false
        }
        return true
    }

    private func headCame(_ head: RequestHead) {
        let hasBody = head.framing != .none
        state.headCame(keepAlive: head.keepAlive, hasBody: hasBody)
        mustSayKept = head.minorVersion == 0
        switch server.service.admit(head) {
        case .refuse(let answer):
            // An unread body would be taken for the next request.
            if hasBody { state.willLeaveUnread() }
            refuse(with: answer, head: head)
        case .read(let bodyLimit):
            let request = IncomingRequest(head: head, limit: bodyLimit, share: server.bodyMemory.share(), now: loop.now)
            if let problem = request.problemAtStart {
                return refuse(problem, head: head)
            }
            guard hasBody else { return serve(request) }
            incoming = request
            setLimit(server.limits.bodyIdleTime)
            if head.expectsContinue { write { $0.append(contentsOf: Self.goOn) } }
            if request.isComplete { bodyCame(request) }
        }
    }

    private func takeBody(_ rest: inout Slice<UnsafeRawBufferPointer>) {
        guard let request = incoming else { return }
        do throws(HTTPProblem) {
            let consumed = try request.take(UnsafeRawBufferPointer(rebasing: rest))
            rest = rest.dropFirst(consumed)
            if request.isComplete {
                bodyCame(request)
            } else {
                let spent = loop.now - request.began
                setLimit(min(server.limits.bodyIdleTime, server.limits.bodyTime - .milliseconds(spent)))
            }
        } catch {
            rest = rest[rest.endIndex...]
            refuse(error, head: request.head)
        }
    }

    private func bodyCame(_ request: IncomingRequest) {
        incoming = nil
        state.bodyCame()
        serve(request)
    }

    // MARK: Answering

    private func serve(_ request: IncomingRequest) {
        limit = .max
        let exchange = HTTPExchange(head: request.head, body: request.takeBytes(), kept: request.share, connection: self)
        self.exchange = exchange
        let (service, acceptor) = (server.service, acceptor)
        acceptor.handlerBegan()
        task = Task.immediate(executorPreference: loop) {
            await service.serve(exchange)
            acceptor.handlerEnded()
        }
    }

    private func refuse(_ problem: HTTPProblem, head: RequestHead?) {
        state.willLeaveUnread()
        refuse(with: server.service.refusal(of: problem, head: head), head: head)
    }

    private func refuse(with answer: HTTPAnswer, head: RequestHead?) {
        incoming = nil
        input = []
        write { output in
            serializeHead(answer.status, answer.headers, into: &output)
            answer.serializeBody(to: head?.method, into: &output)
        }
        answered()
    }

    func serializeHead(_ status: Int, _ headers: Headers, into output: inout [UInt8]) {
        output.append(contentsOf: StatusLine.bytes(for: status))
        headers.serialize(into: &output)
        acceptor.date.append(at: loop.now, into: &output)
        if state.sayWhetherClosing() {
            output.append(contentsOf: Self.closeField)
        } else if mustSayKept {
            output.append(contentsOf: Self.keptField)
        }
    }

    func mustClose() { state.mustClose() }

    var pendingBytes: Int { output.count }

    /// Queues output; it is sent at the end of the loop's turn, together with what else was written in it.
    func write(_ append: (inout [UInt8]) -> Void) {
        guard state.phase != .closed else { return }
        output.append(append)
        guard !isFlushPlanned else { return }
        isFlushPlanned = true
        loop.atEndOfTurn { [self] in
            isFlushPlanned = false
            flush()
        }
    }

    private func flush() {
        guard state.phase != .closed, !output.isEmpty else { return }
        let before = output.count
        switch output.send(to: socket.raw) {
        case .sent:
            if state.phase == .serving { limit = .max }
            exchange?.onDrain?()
            perform(state.outputSent())
        case .blocked:
            // Only a client that takes nothing at all is slow; each byte taken starts the limit anew.
            let waitsForIt = state.phase == .serving || state.phase == .lagging || state.phase == .closing
            if waitsForIt && (output.count < before || limit == .max) { setLimit(server.limits.sendTime) }
        case .broken: perform(state.broke())
        }
    }

    func answered() {
        loop.assertOnLoop()
        exchange = nil
        task = nil
        perform(state.answered(isFlushed: output.isEmpty, isFarBehind: output.count > Self.farBehind))
        if state.phase == .closing || state.phase == .lagging { setLimit(server.limits.sendTime) }
    }

    func abort(reset: Bool = false) {
        guard state.phase != .closed else { return }
        // What was written before the fault is part of the fault: it goes out first.
        if !output.isEmpty { _ = output.send(to: socket.raw) }
        if reset { Socket.resetOnClose(socket.raw) }
        exchange = nil
        perform(state.broke() == .nothing ? .nothing : .close)
    }

    /// Ends the connection whatever it is at; a handler is told.
    func cutOff() {
        guard state.phase != .closed else { return }
        if !output.isEmpty { _ = output.send(to: socket.raw) }
        perform(state.broke())
    }

    // MARK: Limits

    private func setLimit(_ duration: Duration) {
        limit = loop.now + max(0, duration.milliseconds)
        if !timer.isArmed || timer.deadline > limit { loop.arm(timer, after: limit - loop.now) }
    }

    private func checkLimit() {
        guard limit != .max else { return }
        if loop.now < limit {
            loop.arm(timer, after: limit - loop.now)
        } else {
            limit = .max
            perform(state.timedOut())
        }
    }

    private static let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    private static let closeField = Array("connection: close\r\n".utf8)
    private static let keptField = Array("connection: keep-alive\r\n".utf8)
    /// Bytes that a client may leave untaken before its next request has to wait.
    private static let farBehind = 64 << 10
    /// Reads, of 64 KB at most, before other connections have their turn.
    private static let readsAtOnce = 16
}
