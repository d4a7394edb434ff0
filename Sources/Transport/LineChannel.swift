// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// Lines to and from another process on this machine, in order, over one of a pair of connected sockets.
///
/// A thread reads and a thread writes: sending never waits, also on an event loop. What the other process does not take in time is bounded:
/// beyond it the channel ends, as if the other process had.
public final class LineChannel: Sendable {
    /// Bytes that wait to be sent, and bytes of one line, at most.
    public static let limit = 32 << 20

    private struct Outbox {
        var bytes: [UInt8] = []
        var isClosing = false
        var isBroken = false
        /// The writer has ended.
        var isDone = false
    }

    private let socket: Descriptor
    private let outbox = Mutex(Outbox())
    /// A pipe that wakes the writer.
    private let wake: Descriptor
    private let sleep: Descriptor

    /// Two ends; whoever starts a process keeps one and gives it the other.
    public static func pair() throws(SystemError) -> (own: Int32, other: Int32) {
        var ends: [Int32] = [-1, -1]
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemError("socketpair") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// - Parameter socket: One of a pair; closed when both threads have ended.
    public init(_ socket: consuming Descriptor) throws(SystemError) {
        self.socket = socket
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        sleep = Descriptor(owning: ends[0])
        wake = Descriptor(owning: ends[1])
        _ = fcntl(wake.raw, F_SETFL, O_NONBLOCK)
    }

    /// Begins to read and write. To be called once.
    ///
    /// - Parameters:
    ///   - line: Called on the channel's thread with each line, without its line feed.
    ///   - ended: Called on it last, when the other process has closed its end, or died.
    public func begin(
        line: @escaping @Sendable ([UInt8]) -> Void, ended: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        try Thread(named: "channel-in") { [self] in
            read(line)
            outbox.withLock { $0.isBroken = true }
            ring()
            ended()
        }.detach()
        try Thread(named: "channel-out") { [self] in
            writeAll()
            outbox.withLock { $0.isDone = true }
        }.detach()
    }

    /// Hands a line over. Never waits. Lost if the other process is gone.
    public func send(_ line: [UInt8]) {
        outbox.withLock { outbox in
            guard !outbox.isClosing, !outbox.isBroken else { return }
            guard outbox.bytes.count + line.count < Self.limit else {
                outbox.isBroken = true
                shutdown(socket.raw, Int32(SHUT_RDWR))
                return
            }
            outbox.bytes += line
            outbox.bytes.append(0x0A)
        }
        ring()
    }

    /// Sends what waits, then tells the other process that nothing more comes. Its lines are still read.
    public func close() {
        outbox.withLock { $0.isClosing = true }
        ring()
    }

    /// As `close`, and waits on the calling thread until it is sent, for a second at most.
    public func closeNow() {
        close()
        _ = BlockingWait.until(within: .seconds(1), every: .milliseconds(2)) { outbox.withLock { $0.isDone } }
    }

    private func ring() {
        var byte: UInt8 = 1
        _ = write(wake.raw, &byte, 1)
    }

    private func read(_ line: (([UInt8]) -> Void)) {
        var begun: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Descriptor.uninterrupted { recv(socket.raw, &buffer, buffer.count, 0) }
            guard count > 0 else { return }
            var start = 0
            for place in 0..<count where buffer[place] == 0x0A {
                line(begun + buffer[start..<place])
                begun = []
                start = place + 1
            }
            begun += buffer[start..<count]
            guard begun.count < Self.limit else { return }
        }
    }

    private func writeAll() {
        var bytes = [UInt8](repeating: 0, count: 512)
        while true {
            let (next, isLast) = outbox.withLock { outbox in
                defer { outbox.bytes = [] }
                return (outbox.bytes, outbox.isClosing || outbox.isBroken)
            }
            var sent = 0
            while sent < next.count {
                let count = next.withUnsafeBytes { source in
                    Descriptor.uninterrupted { Self.send(socket.raw, source.baseAddress.map { $0 + sent }, source.count - sent) }
                }
                guard count > 0 else {
                    outbox.withLock { $0.isBroken = true }
                    return
                }
                sent += count
            }
            if isLast, next.isEmpty {
                shutdown(socket.raw, Int32(SHUT_WR))
                return
            }
            if !isLast, next.isEmpty { _ = Descriptor.uninterrupted { unistdRead(sleep.raw, &bytes, bytes.count) } }
        }
    }

    private static func send(_ raw: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.send(raw, bytes, count, Int32(MSG_NOSIGNAL))
        #else
            Darwin.send(raw, bytes, count, 0)
        #endif
    }
}

private func unistdRead(_ raw: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(raw, buffer, count) }
