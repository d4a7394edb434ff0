// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Transport

/// A port of this machine at which nobody accepts connections, and nobody else can while this is kept.
public final class ClosedPort: Sendable {
    public let port: UInt16
    private let socket: Descriptor

    public init() throws(SystemError) {
        #if canImport(Glibc)
            let raw = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #else
            let raw = Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard raw >= 0 else { throw SystemError("socket") }
        socket = Descriptor(owning: raw)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Bound, and never listening.
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(raw, $0, length) == 0 ? getsockname(raw, $0, &length) : -1 }
        }
        guard result == 0 else { throw SystemError("bind") }
        port = UInt16(bigEndian: address.sin_port)
    }
}
