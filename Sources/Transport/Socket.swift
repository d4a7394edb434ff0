// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import CLinux
    import Glibc
#else
    import Darwin
#endif

/// The few socket calls of the server, each with its result checked.
enum Socket {
    /// A listening TCP socket that does not block.
    ///
    /// - Parameters:
    ///   - host: An address in numbers, IPv4 or IPv6.
    ///   - port: 0 lets the system choose; `localPort` tells.
    static func listen(host: String, port: UInt16, backlog: Int32 = 4096) throws(SystemError) -> Descriptor {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = streamType
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found else {
            throw SystemError("listen on \(host):\(port)", code: EADDRNOTAVAIL)
        }
        defer { freeaddrinfo(address) }
        let raw = socket(address.pointee.ai_family, streamType, 0)
        guard raw >= 0 else { throw SystemError("socket") }
        let descriptor = Descriptor(owning: raw)
        try set(raw, SOL_SOCKET, SO_REUSEADDR, 1)
        guard bind(raw, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
            throw SystemError("bind \(host):\(port)")
        }
        guard Descriptor.uninterrupted({ Int(systemListen(raw, backlog)) }) == 0 else { throw SystemError("listen on \(host):\(port)") }
        try makeNonblocking(raw)
        return descriptor
    }

    /// The next waiting connection, or `nil` when there is none.
    static func accept(from listener: Int32) throws(SystemError) -> Descriptor? {
        #if canImport(Glibc)
            let raw = Descriptor.uninterrupted {
                Int(clinux_accept(listener))
            }
        #else
            let raw = Descriptor.uninterrupted { Int(systemAccept(listener)) }
        #endif
        guard raw >= 0 else {
            // ECONNABORTED: the client left before it was accepted.
            if errno == EAGAIN || errno == EWOULDBLOCK || errno == ECONNABORTED { return nil }
            throw SystemError("accept")
        }
        let descriptor = Descriptor(owning: Int32(raw))
        #if !canImport(Glibc)
            try makeNonblocking(descriptor.raw)
        #endif
        try set(descriptor.raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return descriptor
    }

    /// Closing will reset the connection instead of ending it in order.
    static func resetOnClose(_ raw: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(raw, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Whether `raw` is a socket of IPv4 or IPv6.
    static func isInternet(_ raw: Int32) -> Bool {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
        }
        return result == 0 && (Int32(address.ss_family) == AF_INET || Int32(address.ss_family) == AF_INET6)
    }

    static func localPort(of raw: Int32) throws(SystemError) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
        }
        guard result == 0 else { throw SystemError("getsockname") }
        // The port stands at the same place in an IPv4 and an IPv6 address.
        return withUnsafeBytes(of: &storage) { UInt16($0[2]) << 8 | UInt16($0[3]) }
    }

    /// As `localHost` spells it: `::1` for `0:0:0:0:0:0:0:1`.
    static func usualSpelling(of host: String) -> String {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = streamType
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0, let address = found else { return host }
        defer { freeaddrinfo(address) }
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = getnameinfo(
            address.pointee.ai_addr, address.pointee.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
        return result == 0 ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : host
    }

    /// In numbers, as `listen` takes it.
    static func localHost(of raw: Int32) -> String? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getsockname(raw, address, &length) == 0
                    ? getnameinfo(address, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) : -1
            }
        }
        guard result == 0 else { return nil }
        return String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func set(_ raw: Int32, _ level: Int32, _ option: Int32, _ value: Int32) throws(SystemError) {
        var value = value
        guard setsockopt(raw, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else { throw SystemError("setsockopt") }
    }

    private static func makeNonblocking(_ raw: Int32) throws(SystemError) {
        let flags = fcntl(raw, F_GETFL)
        guard flags >= 0, fcntl(raw, F_SETFL, flags | O_NONBLOCK) == 0, fcntl(raw, F_SETFD, FD_CLOEXEC) == 0 else {
            throw SystemError("fcntl")
        }
    }

    #if canImport(Glibc)
        private static let streamType = Int32(SOCK_STREAM.rawValue)
    #else
        private static let streamType = SOCK_STREAM
        private static func systemAccept(_ raw: Int32) -> Int32 { Darwin.accept(raw, nil, nil) }
    #endif
}

@inline(__always) private func systemListen(_ raw: Int32, _ backlog: Int32) -> Int32 { listen(raw, backlog) }
