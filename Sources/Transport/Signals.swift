// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Signals that the process asked to be told of, delivered as ordinary events of a loop.
///
/// A signal may arrive on any thread, so its handler only writes a byte into a pipe that the loop reads.
public enum Signals {
    public enum Kind: UInt8, Hashable, Sendable {
        /// SIGTERM or SIGINT: finish what runs and end.
        case stop = 1
        /// SIGHUP: read the settings again.
        case reload = 2
        /// SIGUSR1: let a new process take over.
        case restart = 3
    }

    /// Calls `handler` on `loop` for each signal from now on. Call once in a process.
    public static func deliver(on loop: EventLoop, to handler: @escaping @Sendable (Kind) -> Void) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("pipe") }
        for end in ends {
            guard fcntl(end, F_SETFD, FD_CLOEXEC) == 0, fcntl(end, F_SETFL, O_NONBLOCK) == 0 else { throw SystemError("fcntl") }
        }
        let source = SignalSource(Descriptor(owning: ends[0]), handler)
        writingEnd = ends[1]
        // A client that leaves must be an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGTERM) { _ in Signals.tell(.stop) }
        signal(SIGINT) { _ in Signals.tell(.stop) }
        signal(SIGHUP) { _ in Signals.tell(.reload) }
        signal(SIGUSR1) { _ in Signals.tell(.restart) }
        loop.execute {
            // The loop holds the source for as long as it runs, which is as long as the process.
            do { try loop.add(source.descriptor.raw, .read, source) } catch { preconditionFailure("signals cannot be watched: \(error)") }
        }
    }

    /// Set once, before the handlers that read it are installed.
    private nonisolated(unsafe) static var writingEnd: Int32 = -1

    /// Runs in a signal handler: nothing but `write`, and `errno` as it was.
    private static func tell(_ kind: Kind) {
        let saved = errno
        var byte = kind.rawValue
        _ = write(writingEnd, &byte, 1)
        errno = saved
    }

    private final class SignalSource: EventHandler, Sendable {
        let descriptor: Descriptor
        private let handler: @Sendable (Kind) -> Void

        init(_ descriptor: consuming Descriptor, _ handler: @escaping @Sendable (Kind) -> Void) {
            self.descriptor = descriptor
            self.handler = handler
        }

        func ready(_ readiness: Readiness) {
            var byte: UInt8 = 0
            while Descriptor.uninterrupted({ read(descriptor.raw, &byte, 1) }) == 1 {
                if let kind = Kind(rawValue: byte) { handler(kind) }
            }
        }
    }
}
