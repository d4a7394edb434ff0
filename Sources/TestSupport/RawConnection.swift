// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Transport

/// A TCP connection to a port of this machine that sends exactly the bytes it is given. It blocks: use it through `onThread`.
public final class RawConnection: Sendable {
    private let socket: Descriptor

    /// - Parameters:
    ///   - seconds: How long a read may wait.
    ///   - receives: Bytes that the system may keep for a client that does not read; `nil`: as many as it likes.
    public init(port: UInt16, seconds: Int = 60, receives: Int32? = nil) throws(SystemError) {
        #if canImport(Glibc)
            // A process that another test starts meanwhile must not hold this connection open.
            let raw = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #else
            let raw = Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard raw >= 0 else { throw SystemError("socket") }
        #if !canImport(Glibc)
            _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        #endif
        socket = Descriptor(owning: raw)
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        _ = setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        if var receives { _ = setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &receives, socklen_t(MemoryLayout<Int32>.size)) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard result == 0 else { throw SystemError("connect to port \(port)") }
    }

    public func send(_ text: String) throws(SystemError) { try send(Array(text.utf8)) }

    public func send(_ bytes: [UInt8]) throws(SystemError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                #if canImport(Glibc)
                    Glibc.send(socket.raw, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
                #else
                    Darwin.send(socket.raw, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, 0)
                #endif
            }
            guard count > 0 else { throw SystemError("send") }
            sent += count
        }
    }

    /// What comes until `isEnough` says so, the peer closes, or the time is over.
    public func read(until isEnough: (String) -> Bool = { _ in false }) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(socket.raw, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            if isEnough(text) { return text }
        }
    }

    /// All bytes until those that came end in `last`, the peer closes, or the time is over.
    public func bytes(until last: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = recv(socket.raw, &buffer, buffer.count, 0)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            if bytes.suffix(last.count).elementsEqual(last) { return bytes }
        }
    }

    /// Whether the peer has closed, after it sent whatever it had to say.
    public func isClosedByPeer() -> Bool {
        var byte: UInt8 = 0
        while true {
            let count = recv(socket.raw, &byte, 1, 0)
            if count == 0 { return true }
            if count < 0 { return errno == ECONNRESET }
        }
    }

    /// Makes the end of this connection a reset, as when the peer's process is killed.
    public func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(socket.raw, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    public func endSending() { _ = shutdown(socket.raw, Int32(SHUT_WR)) }
}
