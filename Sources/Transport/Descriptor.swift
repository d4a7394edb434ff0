// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A system call that failed: which one, on what, and why.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    public var call: String
    public var code: Int32

    public init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    /// Such as `bind 127.0.0.1:7100: Address already in use`.
    public var description: String { "\(call): \(reason)" }

    /// Another process listens there.
    public var isAddressInUse: Bool { code == EADDRINUSE }

    /// The system's words for `code`.
    public var reason: String { String(cString: strerror(code)) }
}

/// A file descriptor that is closed exactly once.
public struct Descriptor: ~Copyable, Sendable {
    public let raw: Int32

    /// Takes over `raw`, which must be open and belong to nobody else.
    public init(owning raw: Int32) { self.raw = raw }

    deinit {
        // A failed close has released the descriptor on every system we run on; to try again could close another's.
        _ = systemClose(raw)
    }

    /// Repeats `call` while a signal interrupts it. The one such loop of the project.
    @inline(__always)
    public static func uninterrupted(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}

@inline(__always) private func systemClose(_ raw: Int32) -> Int32 { close(raw) }
