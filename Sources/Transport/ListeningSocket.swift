// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// A socket on which connections wait to be accepted. It lives as long as one process has it: clients notice nothing when it goes from one
/// to another.
public final class ListeningSocket: Sendable {
    private let socket: Mutex<Descriptor?>
    /// Not to be used after `close`.
    let raw: Int32
    /// Told by the system when 0 was asked for.
    public let port: UInt16

    /// - Parameter host: An address in numbers, IPv4 or IPv6.
    /// - Throws: `SystemError` with code `EADDRINUSE` when another process has the port.
    public init(host: String, port: UInt16) throws(SystemError) {
        let descriptor = try Socket.listen(host: host, port: port)
        raw = descriptor.raw
        self.port = try Socket.localPort(of: raw)
        socket = Mutex(descriptor)
    }

    /// One that another process has opened.
    ///
    /// - Throws: When it is no listening socket.
    public init(inherited: consuming Descriptor) throws(SystemError) {
        raw = inherited.raw
        let descriptor = consume inherited
        var listens: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(raw, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens != 0 else {
            throw SystemError("take over the listening socket", code: EINVAL)
        }
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        port = try Socket.localPort(of: raw)
        socket = Mutex(descriptor)
    }

    /// This process is done with it. If no other process has it, clients are refused from now on.
    public func close() { socket.withLock { $0 = nil } }

    /// To be given to another process.
    public var descriptor: Int32 { raw }

    /// Whether it is what `init(host:port:)` would open; port 0 is content with any.
    public func listens(on host: String, port: UInt16) -> Bool {
        (port == 0 || port == self.port) && Socket.localHost(of: raw) == Socket.usualSpelling(of: host)
    }
}
