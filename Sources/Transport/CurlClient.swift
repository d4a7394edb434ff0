// SPDX-License-Identifier: Apache-2.0
import CCurl
import HTTP

/// `HTTPClient` on libcurl's multi interface and one of our event loops.
///
/// libcurl brings TLS, HTTP/2, proxies, happy eyeballs and connection reuse; it never waits by itself, but asks the loop to
/// watch its sockets and its one timer. Confined to its loop, which it outlives or is let go on: `@unchecked Sendable` by that rule.
public final class CurlClient: HTTPClient, @unchecked Sendable {
    /// Bytes read at once, and kept for each open call. libcurl's default of 16 KB is two thirds of what a silent stream costs.
    static let bufferSize = 8 << 10

    private let loop: EventLoop
    private let multi: UnsafeMutableRawPointer
    private var idle: [CurlHandle] = []
    private var active: [ObjectIdentifier: CurlHandle] = [:]
    private var sockets: [Int32: CurlSocket] = [:]
    /// The last that was made.
    private var list: CurlHeaderList?
    private let timer = LoopTimer()
    /// libcurl forbids most calls from within its callbacks; what those ask for is done when it has returned.
    private var isInside = false
    private var cancelledInside: [CurlHandle] = []
    /// libcurl asked to be called at once, which the wheel's timers are too coarse for.
    private var isDue = false
    private var isActPlanned = false

    public init(loop: EventLoop) {
        _ = Self.globalInit
        guard let multi = curl_multi_init() else { preconditionFailure("out of memory") }
        self.loop = loop
        self.multi = multi
        let me = Unmanaged.passUnretained(self).toOpaque()
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1024).expect()
        ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX)).expect()
        ccurl_multi_set_socket_callback(
            multi,
            { _, socket, what, context, _ in
                guard let context else { return -1 }
                Unmanaged<CurlClient>.fromOpaque(context).takeUnretainedValue().watch(socket, what)
                return 0
            }, me
        ).expect()
        ccurl_multi_set_timer_callback(
            multi,
            { _, milliseconds, context in
                guard let context else { return -1 }
                Unmanaged<CurlClient>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
                return 0
            }, me
        ).expect()
        timer.fire = { [unowned(unsafe) self] in act(on: CURL_SOCKET_TIMEOUT, 0) }
    }

    deinit {
        loop.disarm(timer)
        for handle in active.values { curl_multi_remove_handle(multi, handle.easy) }
        active = [:]
        idle = []
        curl_multi_cleanup(multi)
    }

    /// Milliseconds that the end of a reply may take to come once nobody needs the rest of it.
    private static let patienceTime: Int64 = 1000

    private static let globalInit: Void = { _ = curl_global_init(Int(CURL_GLOBAL_ALL)) }()

    // MARK: Calls

    public func start(_ request: ClientRequest, _ delegate: any HTTPCallDelegate) -> any HTTPCall {
        loop.assertOnLoop()
        precondition(!isInside, "a call was started from within libcurl")
        let handle: CurlHandle
        do throws(ClientProblem) {
            if let known = idle.popLast() { handle = known } else { handle = try CurlHandle(client: self) }
        } catch {
            return FailedCall(delegate, error, loop)
        }
        handle.prepare(request, delegate)
        active[ObjectIdentifier(handle)] = handle
        curl_multi_add_handle(multi, handle.easy).expect()
        // Adding asks for a timer of 0 ms; acting at once saves the round through the loop.
        act(on: CURL_SOCKET_TIMEOUT, 0)
        return handle
    }

    /// The headers of a call, the same list as long as they are the same.
    func list(of headers: Headers) -> CurlHeaderList {
        if let list, list.headers == headers { return list }
        let made = CurlHeaderList(headers)
        list = made
        return made
    }

    /// Lets the reply end by itself, within `patienceTime`.
    func letGo(_ handle: CurlHandle, _ timer: LoopTimer) {
        // The handle lives as long as this client does, and its timer is disarmed when it is recycled.
        timer.fire = { [unowned(unsafe) self, unowned(unsafe) handle] in remove(handle) }
        loop.arm(timer, after: Self.patienceTime)
    }

    func disarm(_ timer: LoopTimer) { loop.disarm(timer) }

    func cancelled(_ handle: CurlHandle) {
        if isInside {
            cancelledInside.append(handle)
        } else {
            remove(handle)
        }
    }

    /// Delivers what libcurl held back while the call was paused.
    func resume(_ handle: CurlHandle) {
        if isInside { return loop.execute { [self] in unpause(handle) } }
        unpause(handle)
    }

    private func unpause(_ handle: CurlHandle) {
        guard active[ObjectIdentifier(handle)] != nil else { return }
        isInside = true
        curl_easy_pause(handle.easy, CURLPAUSE_CONT)
        isInside = false
        act(on: CURL_SOCKET_TIMEOUT, 0)
    }

    private func remove(_ handle: CurlHandle) {
        guard active.removeValue(forKey: ObjectIdentifier(handle)) != nil else { return }
        isInside = true
        curl_multi_remove_handle(multi, handle.easy).expect()
        isInside = false
        recycle(handle)
        actSoonIfDue()
    }

    private func recycle(_ handle: CurlHandle) {
        handle.clear()
        if idle.count < 256 { idle.append(handle) }
    }

    // MARK: libcurl and the loop

    fileprivate func act(on socket: curl_socket_t, _ events: Int32) {
        var running: Int32 = 0
        if socket == CURL_SOCKET_TIMEOUT { isDue = false }
        isInside = true
        curl_multi_socket_action(multi, socket, events, &running).expect()
        isInside = false
        while let handle = cancelledInside.popLast() { remove(handle) }
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard ccurl_message_is_done(message) != 0, let easy = message.pointee.easy_handle else { continue }
            let result = ccurl_message_result(message)
            var context: UnsafeMutableRawPointer?
            ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context).expect()
            guard let context else { continue }
            let handle = Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
            guard active.removeValue(forKey: ObjectIdentifier(handle)) != nil else { continue }
            isInside = true
            curl_multi_remove_handle(multi, easy).expect()
            isInside = false
            handle.finish(result)
            recycle(handle)
        }
        actSoonIfDue()
    }

    private func setTimer(_ milliseconds: Int) {
        isDue = milliseconds == 0
        if milliseconds > 0 {
            loop.arm(timer, after: Int64(milliseconds))
        } else {
            loop.disarm(timer)
        }
    }

    /// A stream of an HTTP/2 connection that another one's read brought bytes for would wait for the next slot of the wheel.
    private func actSoonIfDue() {
        guard isDue, !isActPlanned else { return }
        isActPlanned = true
        loop.execute { [self] in
            isActPlanned = false
            if isDue { act(on: CURL_SOCKET_TIMEOUT, 0) }
        }
    }

    /// libcurl wants to hear of `what` on `socket`.
    ///
    /// A socket stays registered while its connection is kept for the next call: the system is told only of what it does not
    /// watch yet, or must stop to watch since it would report it again and again.
    private func watch(_ socket: curl_socket_t, _ what: Int32) {
        if what == CURL_POLL_REMOVE {
            guard let watched = sockets[socket] else { return }
            watched.wanted = []
            if !watched.isConnection { quiet(watched) }
            return
        }
        var wanted: Interest = []
        if what & CURL_POLL_IN != 0 { wanted.insert(.read) }
        if what & CURL_POLL_OUT != 0 { wanted.insert(.write) }
        let watched = sockets[socket] ?? CurlSocket(socket, client: self)
        watched.wanted = wanted
        do {
            if sockets[socket] == nil {
                sockets[socket] = watched
                watched.known = wanted
                try loop.add(socket, wanted, watched)
            } else if !wanted.isSubset(of: watched.known) || (watched.known.contains(.write) && !wanted.contains(.write)) {
                watched.known = wanted
                try loop.change(socket, wanted)
            }
        } catch {
            // The system is out of memory for it: libcurl's timer ends the call.
            sockets[socket] = nil
        }
    }

    fileprivate func quiet(_ socket: CurlSocket) {
        sockets[socket.raw] = nil
        loop.remove(socket.raw)
    }

    /// libcurl is about to close `socket`.
    func socketCloses(_ socket: curl_socket_t) {
        if sockets.removeValue(forKey: socket) != nil { loop.remove(socket) }
        _ = Descriptor(owning: socket)
    }
}

/// One of libcurl's sockets, as the loop sees it.
private final class CurlSocket: EventHandler {
    let raw: Int32
    /// Otherwise it is a pipe of libcurl's own, from a thread that looks a name up, and is closed behind our back: the next
    /// connection gets its number.
    let isConnection: Bool
    private unowned(unsafe) let client: CurlClient
    /// What libcurl asked for.
    var wanted: Interest = []
    /// What the system watches.
    var known: Interest = []

    init(_ raw: Int32, client: CurlClient) {
        self.raw = raw
        self.client = client
        isConnection = Socket.isInternet(raw)
    }

    func ready(_ readiness: Readiness) {
        // An idle connection became ready: its peer closed it, most likely. libcurl finds out when it next looks at it.
        if wanted.isEmpty { return client.quiet(self) }
        var events: Int32 = 0
        if !readiness.isDisjoint(with: [.readable, .peerClosed]) { events |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
        if readiness.contains(.broken) { events |= CURL_CSELECT_ERR }
        client.act(on: raw, events)
    }
}

/// A call that could not even begin: its delegate hears so in the next turn, like that of any other.
private final class FailedCall: HTTPCall {
    private var isCancelled = false

    init(_ delegate: any HTTPCallDelegate, _ problem: ClientProblem, _ loop: EventLoop) {
        nonisolated(unsafe) let delegate = delegate
        nonisolated(unsafe) let call = self
        loop.execute { if !call.isCancelled { delegate.ended(problem, ClientTimes()) } }
    }

    func cancel() { isCancelled = true }
    func letGo() { cancel() }
    func pause() {}
    func resume() {}
}

extension CURLMcode {
    fileprivate func expect() { precondition(self == CURLM_OK, "libcurl: \(String(cString: curl_multi_strerror(self)))") }
}
