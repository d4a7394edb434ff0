// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import CLinux
    import Glibc
#else
    import Darwin
#endif

/// Signals that the process asked to be told of, delivered as ordinary events of a loop.
///
/// `block` must run before any other thread is started: a thread inherits the mask, and a signal goes to any thread that does
/// not block it.
public enum Signals {
    public enum Kind: Hashable, Sendable {
        /// SIGTERM or SIGINT: finish what runs and end.
        case stop
        /// SIGHUP: read the settings again.
        case reload
    }

    public static func block() {
        var set = Self.set()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A client that leaves must be an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls `handler` on `loop` for each signal that `block` keeps away from the process.
    public static func deliver(on loop: EventLoop, to handler: @escaping @Sendable (Kind) -> Void) throws(SystemError) {
        var set = Self.set()
        let raw = signalfd(-1, &set, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
        guard raw >= 0 else { throw SystemError("signalfd") }
        let source = SignalSource(Descriptor(owning: raw), handler)
        loop.execute {
            // The loop holds the source for as long as it runs, which is as long as the process.
            do { try loop.add(source.descriptor.raw, .read, source) } catch { preconditionFailure("signals cannot be watched: \(error)") }
        }
    }

    private static func set() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, number) }
        return set
    }

    private final class SignalSource: EventHandler, Sendable {
        let descriptor: Descriptor
        private let handler: @Sendable (Kind) -> Void

        init(_ descriptor: consuming Descriptor, _ handler: @escaping @Sendable (Kind) -> Void) {
            self.descriptor = descriptor
            self.handler = handler
        }

        func ready(_ readiness: Readiness) {
            var info = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            while Descriptor.uninterrupted({ read(descriptor.raw, &info, size) }) == size {
                handler(Int32(bitPattern: info.ssi_signo) == SIGHUP ? .reload : .stop)
            }
        }
    }
}
