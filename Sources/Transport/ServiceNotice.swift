// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tells a service manager how this process is: systemd's notification protocol (sd_notify(3), "Standalone Implementations"), one datagram
/// of `NAME=value` lines to the socket in `NOTIFY_SOCKET`.
public struct ServiceNotice: Sendable {
    private let path: String

    /// `nil`: nobody wants to be told.
    public init?(environment: [String: String]) {
        guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count > 1 else { return nil }
        self.path = path
    }

    /// It serves.
    public func ready(_ status: String) { tell(["READY=1", "STATUS=\(status)"]) }

    /// It takes nothing new.
    ///
    /// - Parameter time: Which it may need, whatever the manager's own limit is.
    public func stopping(_ status: String, within time: Duration) {
        let microseconds = max(0, time.components.seconds) * 1_000_000
        tell(["STOPPING=1", "STATUS=\(status)", "EXTEND_TIMEOUT_USEC=\(microseconds)"])
    }

    /// Another process is the service from now on; this one is about to end.
    public func handedOver(to process: Int32, _ status: String) { tell(["MAINPID=\(process)", "READY=1", "STATUS=\(status)"]) }

    /// - Returns: Whether it was taken. Nothing hangs on it: a manager that is not there does not manage.
    @discardableResult
    func tell(_ lines: [String]) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: bytes)
            // Linux's abstract sockets have a zero byte in front, and are written with an @.
            if bytes[0] == UInt8(ascii: "@") { place[0] = 0 }
        }
        #if canImport(Glibc)
            let raw = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            let raw = socket(AF_UNIX, SOCK_DGRAM, 0)
        #endif
        guard raw >= 0 else { return false }
        let descriptor = Descriptor(owning: raw)
        let text = Array(lines.joined(separator: "\n").utf8)
        let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + bytes.count } ?? 0)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                Descriptor.uninterrupted { sendto(descriptor.raw, text, text.count, Int32(MSG_DONTWAIT), place, length) }
            }
        }
        return sent == text.count
    }
}
