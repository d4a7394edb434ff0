// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Bytes that wait to be sent. Holds no storage while it is empty, so that an idle connection costs nothing here.
struct OutputQueue {
    enum Result { case sent, blocked, broken }

    private var bytes: [UInt8] = []
    private var start = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { count == 0 }

    /// Lets `write` append; whatever it appends is sent in order.
    mutating func append(_ write: (inout [UInt8]) -> Void) {
        // A client that is always a little behind would never give back what it has taken.
        if start > Self.takenLimit && start > count {
            bytes.removeSubrange(..<start)
            start = 0
        }
        write(&bytes)
    }

    private static let takenLimit = 64 << 10

    mutating func removeAll() {
        bytes = []
        start = 0
    }

    /// Sends as much as the system takes.
    mutating func send(to fd: Int32) -> Result {
        while start < bytes.count {
            let sent = bytes.withUnsafeBytes { buffer in
                Descriptor.uninterrupted { systemSend(fd, buffer.baseAddress.map { $0 + start }, buffer.count - start) }
            }
            if sent < 0 { return errno == EAGAIN || errno == EWOULDBLOCK ? .blocked : .broken }
            start += sent
        }
        removeAll()
        return .sent
    }
}

@inline(__always) private func systemSend(_ fd: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        send(fd, bytes, count, Int32(MSG_NOSIGNAL))
    #else
        send(fd, bytes, count, 0)
    #endif
}
