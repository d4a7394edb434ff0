// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import CLinux
    import Glibc
#endif

/// What may be waited for on a descriptor.
struct Interest: OptionSet, Hashable, Sendable {
    let rawValue: UInt32
    static let read = Interest(rawValue: 1)
    static let write = Interest(rawValue: 2)
    /// Report changes only, once each: the owner reads and writes until the system says stop.
    static let edge = Interest(rawValue: 4)
    /// Wake one loop of those that wait for the same descriptor.
    static let exclusive = Interest(rawValue: 8)
}

/// What happened on a descriptor.
struct Readiness: OptionSet, Hashable, Sendable {
    let rawValue: UInt32
    static let readable = Readiness(rawValue: 1)
    static let writable = Readiness(rawValue: 2)
    /// The peer closed at least its sending half.
    static let peerClosed = Readiness(rawValue: 4)
    /// The connection broke.
    static let broken = Readiness(rawValue: 8)
}

/// epoll behind four calls, so that kqueue can stand in its place.
///
/// Events carry a token chosen by the owner; `EventLoop` puts a registration number in it, so that an event for a
/// descriptor that was closed and opened again within one batch is recognised as stale.
struct Poller: ~Copyable {
    private let epoll: Descriptor
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init(capacity: Int = 256) throws(SystemError) {
        let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard raw >= 0 else { throw SystemError("epoll_create1") }
        epoll = Descriptor(owning: raw)
        events = .allocate(capacity: capacity)
    }

    deinit { events.deallocate() }

    func add(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_ADD, fd, interest, token)
    }

    func change(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_MOD, fd, interest, token)
    }

    /// Does nothing when `fd` is not watched.
    func remove(_ fd: Int32) {
        var event = epoll_event()
        _ = epoll_ctl(epoll.raw, EPOLL_CTL_DEL, fd, &event)
    }

    private func control(_ operation: Int32, _ fd: Int32, _ interest: Interest, _ token: UInt64) throws(SystemError) {
        var event = epoll_event()
        var mask: UInt32 = 0
        if interest.contains(.read) { mask |= EPOLLIN.rawValue | EPOLLRDHUP.rawValue }
        if interest.contains(.write) { mask |= EPOLLOUT.rawValue }
        if interest.contains(.edge) { mask |= EPOLLET.rawValue }
        if interest.contains(.exclusive) { mask = EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue }
        event.events = mask
        event.data.u64 = token
        guard epoll_ctl(epoll.raw, operation, fd, &event) == 0 else { throw SystemError("epoll_ctl") }
    }

    /// Waits at most `milliseconds` (-1: for ever) and calls `body` for each event.
    func wait(milliseconds: Int32, _ body: (_ token: UInt64, _ readiness: Readiness) -> Void) {
        let count = epoll_wait(epoll.raw, events.baseAddress, Int32(events.count), milliseconds)
        guard count > 0 else { return }  // a signal or the end of the wait: the caller's loop comes round again
        for event in events[0..<Int(count)] {
            var readiness: Readiness = []
            if event.events & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
            if event.events & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
            if event.events & EPOLLRDHUP.rawValue != 0 { readiness.insert(.peerClosed) }
            if event.events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { readiness.insert(.broken) }
            body(event.data.u64, readiness)
        }
    }
}
