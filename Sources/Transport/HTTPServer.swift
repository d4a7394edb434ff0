// SPDX-License-Identifier: Apache-2.0
import HTTP
import Synchronization
import Telemetry

/// Accepts connections on every loop and runs an `HTTPService` on them.
///
/// One listening socket is watched by all loops; the system wakes one of them for a connection, which stays there.
public final class HTTPServer: Sendable {
    let service: any HTTPService
    let limits: ServerLimits
    let bodyMemory: BodyMemory
    let parser = RequestHeadParser()
    private let loops: [EventLoop]
    private let log: Logger
    private let open = Atomic<Int>(0)
    private let acceptors = Mutex<[Acceptor]>([])
    private let listener: ListeningSocket
    /// The port that is listened on; told by the system when 0 was asked for.
    public var port: UInt16 { listener.port }

    /// Listens and starts to accept.
    ///
    /// - Throws: `SystemError` with code `EADDRINUSE` when another process has the port.
    public convenience init(
        host: String, port: UInt16, service: any HTTPService, limits: ServerLimits = ServerLimits(), on group: EventLoopGroup, log: Logger
    ) throws(SystemError) {
        self.init(listener: try ListeningSocket(host: host, port: port), service: service, limits: limits, on: group, log: log)
    }

    /// Starts to accept.
    public init(
        listener: ListeningSocket, service: any HTTPService, limits: ServerLimits = ServerLimits(), on group: EventLoopGroup, log: Logger
    ) {
        self.listener = listener
        self.service = service
        self.limits = limits
        self.log = log
        bodyMemory = BodyMemory(limit: limits.bodyMemory)
        loops = group.loops
        let acceptors = group.loops.map { Acceptor(listener: listener, loop: $0, server: self) }
        self.acceptors.withLock { $0 = acceptors }
        for acceptor in acceptors { acceptor.loop.execute { acceptor.begin() } }
    }

    /// Open connections, over all loops.
    public var connections: Int { open.load(ordering: .relaxed) }

    /// Leaves new connections to another process that listens on the same socket. Those that wait already are taken; what is open goes on,
    /// and ends with an answer that says so.
    public func pause() {
        for acceptor in acceptors.withLock({ $0 }) { acceptor.loop.execute { acceptor.end(gently: true) } }
    }

    /// Takes connections again after `pause`.
    public func goOn() {
        for acceptor in acceptors.withLock({ $0 }) { acceptor.loop.execute { acceptor.goOn() } }
    }

    /// Returns when no connection is open, or after `time`.
    public func untilQuiet(within time: Duration) async {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: time)
        while connections > 0 && clock.now < end { await loops[0].sleep(for: .milliseconds(20)) }
    }

    /// Stops accepting and closes connections as they fall idle. When none is open or `grace` is over, what is open is cut off
    /// and its handlers are told; returns when those have ended, or have had a second for it.
    ///
    /// - Parameter lastWords: Called if connections are open when `grace` is over: has the handlers end what they are at. Clients have two
    ///   seconds to take that, and are cut off then.
    public func stop(grace: Duration, lastWords: (@Sendable () async -> Void)? = nil) async {
        for acceptor in acceptors.withLock({ $0 }) {
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                acceptor.loop.execute {
                    acceptor.end()
                    done.resume()
                }
            }
        }
        listener.close()
        await untilQuiet(within: grace)
        if connections > 0, let lastWords {
            await lastWords()
            await untilQuiet(within: .seconds(2))
        }
        if connections > 0 { log.notice("Connections cut off at the end of the grace period", ["connections": .int(connections)]) }
        let acceptors = acceptors.withLock { acceptors in
            defer { acceptors = [] }
            return acceptors
        }
        for acceptor in acceptors {
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                acceptor.loop.execute { acceptor.cutOff { done.resume() } }
            }
        }
    }

    fileprivate func admitConnection() -> Bool {
        if open.add(1, ordering: .relaxed).newValue <= limits.connections { return true }
        open.subtract(1, ordering: .relaxed)
        return false
    }

    fileprivate func connectionClosed() { open.subtract(1, ordering: .relaxed) }
}

/// One loop's share of a server: it accepts there and knows the connections that live there.
///
/// `@unchecked Sendable`: confined to its loop.
final class Acceptor: EventHandler, @unchecked Sendable {
    let loop: EventLoop
    let server: HTTPServer
    var date = DateField()
    private let listener: ListeningSocket
    private var isAccepting = false
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private let resumption = LoopTimer()
    /// Handlers that have not returned.
    private var handlers = 0
    private var whenQuiet: (() -> Void)?
    private let patience = LoopTimer()

    fileprivate init(listener: ListeningSocket, loop: EventLoop, server: HTTPServer) {
        self.listener = listener
        self.loop = loop
        self.server = server
    }

    func begin() {
        isAccepting = true
        do {
            try loop.add(listener.raw, .exclusive, self)
        } catch {
            server.report(error)
        }
    }

    func ready(_ readiness: Readiness) {
        guard isAccepting else { return }
        // A bound on each turn, so that a flood of connections does not starve those that are open.
        accept(atMost: 64)
    }

    private func accept(atMost limit: Int) {
        for _ in 0..<limit {
            do throws(SystemError) {
                guard let socket = try Socket.accept(from: listener.raw) else { return }
                guard server.admitConnection() else {
                    Self.refuse(socket)
                    continue
                }
                let connection = HTTPConnection(socket: socket, loop: loop, acceptor: self)
                connections[ObjectIdentifier(connection)] = connection
                connection.begin()
            } catch {
                // Out of descriptors, most likely: what waits stays in the backlog while we look away for a moment.
                server.report(error)
                return isAccepting ? pause() : ()
            }
        }
    }

    private func pause() {
        loop.remove(listener.raw)
        resumption.fire = { [unowned(unsafe) self] in begin() }
        loop.arm(resumption, after: 100)
    }

    func connectionEnded(_ connection: HTTPConnection) {
        if connections.removeValue(forKey: ObjectIdentifier(connection)) != nil { server.connectionClosed() }
    }

    /// - Parameter gently: Another process accepts on the same socket.
    func end(gently: Bool = false) {
        if isAccepting {
            isAccepting = false
            loop.disarm(resumption)
            loop.remove(listener.raw)
            // The system has told this loop alone of connections that came before: nobody else would look after them.
            if gently { accept(atMost: 4096) }
        }
        for connection in Array(connections.values) { connection.drain(gently: gently) }
    }

    func goOn() {
        guard !isAccepting else { return }
        begin()
        for connection in Array(connections.values) { connection.goOnServing() }
    }

    /// - Parameter done: Called when no handler runs any more, or after a second.
    func cutOff(_ done: @escaping () -> Void) {
        for connection in Array(connections.values) { connection.cutOff() }
        guard handlers > 0 else { return done() }
        whenQuiet = done
        patience.fire = { [self] in quiet() }
        loop.arm(patience, after: 1000)
    }

    func handlerBegan() { handlers += 1 }

    func handlerEnded() {
        handlers -= 1
        if handlers == 0 { quiet() }
    }

    private func quiet() {
        loop.disarm(patience)
        patience.fire = nil
        whenQuiet?()
        whenQuiet = nil
    }

    private static func refuse(_ socket: borrowing Descriptor) {
        let body = #"{"error":{"message":"Too many open connections.","type":"server_error","code":"too_many_connections"}}"#
        var output = OutputQueue()
        output.append { output in
            output.append(contentsOf: StatusLine.bytes(for: 503))
            output.append(contentsOf: "content-type: application/json\r\nretry-after: 1\r\nconnection: close\r\n".utf8)
            output.append(header: "content-length", body.utf8.count)
            output.append(contentsOf: [13, 10])
            output.append(contentsOf: body.utf8)
        }
        _ = output.send(to: socket.raw)
    }
}

extension HTTPServer {
    fileprivate func report(_ error: SystemError) { log.error("Connection not accepted", ["why": .string(error.description)]) }
}
